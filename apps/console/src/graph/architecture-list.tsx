import Header from '@cloudscape-design/components/header';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { Empty } from '../ui/states.tsx';
import { Status, statusText } from '../ui/status.tsx';
import type { Graph, GraphNode } from './graph-model.ts';

type RoleNode = Extract<GraphNode, { kind: 'role' }>;

interface ListRow {
  readonly role: RoleNode;
  readonly zone: string;
  readonly buses: string;
  readonly interfaces: string;
}

/** The graph as rows: every role with its zone, its buses and its ways to the outside. */
export function rowsOf({ nodes, edges }: Graph): ListRow[] {
  const names = new Map(nodes.map((node) => [node.id, node.name]));
  const nameList = (ids: readonly string[]) => ids.map((id) => names.get(id) ?? id).join(', ') || '–';
  return nodes
    .filter((node) => node.kind === 'role')
    .map((role) => ({
      role,
      zone: role.zone ? (names.get(role.zone) ?? '–') : '–',
      buses: nameList(edges.filter(({ from }) => from === role.id).map(({ to }) => to)),
      interfaces: nameList(edges.filter(({ to, external }) => external && to === role.id).map(({ from }) => from)),
    }));
}

const columns: TableProps.ColumnDefinition<ListRow>[] = [
  {
    id: 'name',
    header: 'ECU role',
    isRowHeader: true,
    cell: ({ role }) => `${role.name}${role.gateway ? ' (gateway)' : ''}`,
  },
  { id: 'function', header: 'Function', cell: ({ role }) => role.function },
  { id: 'zone', header: 'Zone', cell: ({ zone }) => zone },
  { id: 'buses', header: 'Buses', cell: ({ buses }) => buses },
  { id: 'interfaces', header: 'External interfaces', cell: ({ interfaces }) => interfaces },
  { id: 'asil', header: 'ASIL', cell: ({ role }) => role.asil ?? '–' },
  { id: 'patchable', header: 'Patchable', cell: ({ role }) => (role.patchable ? 'Yes' : 'No') },
  {
    id: 'identity',
    header: 'Identity',
    cell: ({ role }) => (role.member ? <Status state={role.member.identity} /> : '–'),
  },
  {
    id: 'connected',
    header: 'Connection',
    cell: ({ role }) => (role.member ? statusText(role.member.connected ? 'connected' : 'disconnected') : '–'),
  },
];

/** The list twin of the graph, for keyboard and screen reader. */
export function ArchitectureList({ graph }: { graph: Graph }) {
  const rows = rowsOf(graph);
  return (
    <Table
      items={rows}
      trackBy={({ role }) => role.id}
      columnDefinitions={columns}
      enableKeyboardNavigation
      wrapLines
      ariaLabels={{ tableLabel: 'Architecture as a list' }}
      header={<Header counter={`(${rows.length})`}>Architecture as a list</Header>}
      empty={<Empty title="No ECU roles" next="The model has no architecture yet; put it by the API." />}
    />
  );
}
