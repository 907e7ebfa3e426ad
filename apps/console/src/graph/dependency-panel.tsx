import type { SbomGraph } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { lazy, Suspense, useState } from 'react';
import { LocalTable } from '../table/local-table.tsx';
import type { Column } from '../table/server-table.tsx';
import { Section } from '../ui/section.tsx';
import { Empty, Loading } from '../ui/states.tsx';
import { integer } from '../ui/time.ts';
import { type DependencyRow, dependencyRows } from './dependency-layout.ts';

const DependencyGraph = lazy(() =>
  import('./dependency-graph.tsx').then((module) => ({ default: module.DependencyGraph })),
);

const shownNames = 5;

function Names({ names }: { names: readonly string[] }) {
  if (names.length === 0) return '–';
  const more = names.length - shownNames;
  return `${names.slice(0, shownNames).join(', ')}${more > 0 ? ` and ${integer(more)} more` : ''}`;
}

const columnsWith = (onFocus: (componentId: string | undefined) => void): readonly Column<DependencyRow>[] => [
  { id: 'name', header: 'Component', rowHeader: true, width: 220, cell: ({ node }) => node.name },
  { id: 'version', header: 'Version', width: 120, cell: ({ node }) => node.version ?? '–' },
  { id: 'distance', header: 'Edges away', width: 110, cell: ({ node }) => node.distance },
  { id: 'uses', header: 'Depends on', width: 300, cell: ({ uses }) => <Names names={uses} /> },
  { id: 'usedBy', header: 'Needed by', width: 300, cell: ({ usedBy }) => <Names names={usedBy} /> },
  {
    id: 'middle',
    header: 'Actions',
    width: 150,
    cell: ({ node }) => (
      <Button
        variant="inline-link"
        ariaLabel={`Put ${node.name} in the middle`}
        onClick={() => onFocus(node.componentId ?? undefined)}
      >
        Put in the middle
      </Button>
    ),
  },
];

/** The dependencies around one component as a graph or as a list; both show the same. */
export function DependencyPanel(props: { graph: SbomGraph; onFocus: (componentId: string | undefined) => void }) {
  const { graph, onFocus } = props;
  const [view, setView] = useState<'graph' | 'list'>('graph');
  const middle = graph.nodes.find(({ place }) => place === graph.focus);
  const name = middle ? `${middle.name} ${middle.version ?? ''}`.trim() : '';
  return (
    <SpaceBetween size="m">
      {graph.truncated && (
        <Alert type="info">
          The {integer(graph.nodes.length)} nearest are shown; the document has more. Put another component in the
          middle to see what lies around it.
        </Alert>
      )}
      <Section
        title={`Around ${name}`}
        description={`${integer(graph.nodes.length)} components and ${integer(graph.edges.length)} of ${integer(graph.allEdges)} edges`}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            {graph.focus !== 0 && <Button onClick={() => onFocus(undefined)}>Back to the software</Button>}
            <SegmentedControl
              label="Show the dependencies as"
              selectedId={view}
              options={[
                { id: 'graph', text: 'Graph' },
                { id: 'list', text: 'List' },
              ]}
              onChange={({ detail }) => setView(detail.selectedId === 'list' ? 'list' : 'graph')}
            />
          </SpaceBetween>
        }
      >
        {view === 'list' ? (
          <LocalTable
            title="Dependencies as a list"
            noun="components"
            items={dependencyRows(graph)}
            columns={columnsWith(onFocus)}
            rowId={({ node }) => String(node.place)}
            textOf={({ node }) => `${node.name} ${node.version ?? ''}`}
            empty={<Empty title="No dependencies" next="The document says nothing about what depends on what." />}
          />
        ) : (
          <Suspense fallback={<Loading label="graph" lines={10} />}>
            <DependencyGraph graph={graph} onFocus={onFocus} />
          </Suspense>
        )}
      </Section>
    </SpaceBetween>
  );
}
