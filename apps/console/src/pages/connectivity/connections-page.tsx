import { lazy, Suspense } from 'react';
import { RuleLine } from '../../shell/rule-line.tsx';
import { CopyAs } from '../../ui/copy-as.tsx';
import { Page } from '../../ui/page.tsx';
import { Loading } from '../../ui/states.tsx';
import { ConnectionsTable } from './connections-table.tsx';

const TrafficChart = lazy(() => import('./traffic-chart.tsx').then((module) => ({ default: module.TrafficChart })));

/** Who is connected now, and how much is said per minute. */
export function ConnectionsPage() {
  return (
    <Page
      title="Connectivity"
      description={<RuleLine rule={6} about="Who is connected, and what the front door lets through." />}
      actions={<CopyAs api="/connections" cli="bulkhead connections list" />}
    >
      <Suspense fallback={<Loading label="traffic" lines={8} />}>
        <TrafficChart />
      </Suspense>
      <ConnectionsTable />
    </Page>
  );
}
