import type { Architecture } from '@bulkhead/contract';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import { lazy, Suspense, useMemo, useState } from 'react';
import { Section } from '../ui/section.tsx';
import { Loading } from '../ui/states.tsx';
import { ArchitectureList } from './architecture-list.tsx';
import { graphOf, type Member } from './graph-model.ts';

const ArchitectureGraph = lazy(() =>
  import('./architecture-graph.tsx').then((module) => ({ default: module.ArchitectureGraph })),
);

/** The E/E architecture as a graph or as a list; both show the same. */
export function ArchitecturePanel(props: { architecture: Architecture; members: readonly Member[] }) {
  const { architecture, members } = props;
  const [view, setView] = useState<'graph' | 'list'>('graph');
  const graph = useMemo(() => graphOf(architecture, members), [architecture, members]);
  const { zones, buses, roles } = architecture;
  return (
    <Section
      title="Architecture"
      description={`${roles.length} ECU roles on ${buses.length} buses in ${zones.length} zones; the outside world is on the left.`}
      actions={
        <SegmentedControl
          label="Show the architecture as"
          selectedId={view}
          options={[
            { id: 'graph', text: 'Graph' },
            { id: 'list', text: 'List' },
          ]}
          onChange={({ detail }) => setView(detail.selectedId === 'list' ? 'list' : 'graph')}
        />
      }
    >
      {view === 'list' ? (
        <ArchitectureList graph={graph} />
      ) : (
        <Suspense fallback={<Loading label="graph" lines={10} />}>
          <ArchitectureGraph graph={graph} />
        </Suspense>
      )}
    </Section>
  );
}
