import type { Occurrence } from '@bulkhead/contract';
import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { SoftwareLink } from '../../shell/links.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';
import { OutcomeMark, VerdictMark } from './marks.tsx';

const placeOf = ({ roles }: Occurrence) => {
  const names = [...new Set(roles.map(({ role, model }) => `${role} of ${model}`))];
  return names.length > 3
    ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
    : names.join(', ') || 'runs nowhere yet';
};

const columns: readonly TableProps.ColumnDefinition<Occurrence>[] = [
  {
    id: 'software',
    header: 'Software',
    isRowHeader: true,
    minWidth: 150,
    cell: ({ software }) => <SoftwareLink id={software.id} name={`${software.name} ${software.version}`} />,
  },
  {
    id: 'component',
    header: 'Component',
    minWidth: 140,
    cell: ({ component }) => `${component.name} ${component.version ?? ''}`,
  },
  { id: 'roles', header: 'On', minWidth: 170, cell: placeOf },
  { id: 'because', header: 'Place in the vehicle', minWidth: 300, cell: ({ because }) => because.join('; ') },
  {
    id: 'priority',
    header: 'Priority',
    minWidth: 120,
    cell: ({ priority }) => <OutcomeMark outcome={priority.outcome} />,
  },
  {
    id: 'environmental',
    header: 'CVSS here',
    minWidth: 110,
    cell: ({ environmental }) => (environmental ? environmental.score.toFixed(1) : 'as published'),
  },
  {
    id: 'verdict',
    header: 'How sure',
    minWidth: 240,
    cell: ({ verdict, strength }) => <VerdictMark verdict={verdict} strength={strength} />,
  },
  {
    id: 'state',
    header: 'State',
    minWidth: 140,
    cell: ({ state, code }) => (
      <>
        <Status state={state} />
        {code && <Box variant="small">{code}</Box>}
      </>
    ),
  },
  { id: 'vehicles', header: 'Vehicles', minWidth: 90, cell: ({ vehicles }) => integer(vehicles) },
];

interface OccurrencesTableProps {
  readonly items: readonly Occurrence[];
  readonly more?: React.ReactNode;
}

/** Where something occurs: component, software version, ECU roles, with the weight of the place. */
export function OccurrencesTable({ items, more }: OccurrencesTableProps) {
  return (
    <Table
      items={items}
      trackBy={({ findingId, software }) => `${findingId} ${software.id}`}
      columnDefinitions={columns}
      enableKeyboardNavigation
      resizableColumns
      wrapLines
      ariaLabels={{ tableLabel: 'Where it occurs', resizerRoleDescription: 'Column width' }}
      header={
        <Header variant="h2" counter={`(${items.length})`} description="A row per component and software version.">
          Where it occurs
        </Header>
      }
      footer={more}
      empty={<Empty title="Nowhere in the fleet" next="No software version contains a component that it concerns." />}
    />
  );
}
