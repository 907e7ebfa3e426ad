import type { VulnerabilityCase } from '@bulkhead/contract';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { paths } from '../../paths.ts';
import { RuleLine } from '../../shell/rule-line.tsx';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { useTitle } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { FieldProgress } from './field-progress.tsx';
import { OutcomeMark, VulnerabilityLink } from './marks.tsx';

/** When it is due, and in words when that has passed. */
export function Due({ dueAt, overdue }: Pick<VulnerabilityCase, 'dueAt' | 'overdue'>) {
  if (dueAt === null) return 'No clock';
  if (!overdue) return <RelativeTime at={dueAt} />;
  return (
    <StatusIndicator type="error">
      Overdue, <RelativeTime at={dueAt} />
    </StatusIndicator>
  );
}

const columns: readonly Column<VulnerabilityCase>[] = [
  {
    id: 'number',
    header: 'Case',
    rowHeader: true,
    width: 90,
    cell: ({ id, number }) => <Link href={paths.vulnerabilityCase(id)}>{number}</Link>,
  },
  { id: 'due', header: 'Due', width: 190, cell: (one) => <Due dueAt={one.dueAt} overdue={one.overdue} /> },
  { id: 'ref', header: 'Vulnerability', width: 165, cell: ({ ref }) => <VulnerabilityLink id={ref} /> },
  { id: 'software', header: 'Program', width: 150, cell: ({ software }) => software },
  { id: 'priority', header: 'Priority', width: 130, cell: ({ outcome }) => <OutcomeMark outcome={outcome} /> },
  { id: 'state', header: 'State', width: 190, cell: ({ state }) => <Status state={state} /> },
  {
    id: 'remaining',
    header: 'In the field',
    width: 260,
    cell: ({ vehicles }) => <FieldProgress vehicles={vehicles} />,
  },
  { id: 'owner', header: 'Owner', width: 150, cell: ({ owner }) => owner?.name ?? 'Nobody' },
  { id: 'supplier', header: 'Supplier', width: 160, cell: ({ supplier }) => supplier },
  { id: 'fix', header: 'Fixed by', width: 120, cell: ({ fix }) => fix?.version ?? '–' },
  { id: 'opened', header: 'Opened', width: 120, hidden: true, cell: ({ openedAt }) => <RelativeTime at={openedAt} /> },
  { id: 'title', header: 'Title', width: 300, hidden: true, cell: ({ title }) => title },
];

/** Work on vulnerabilities, the next due first. */
export function CasesPage() {
  useTitle('Cases');
  return (
    <ServerTable
      operation="listCases"
      noun="cases"
      title="Cases"
      headingLevel="h1"
      description={<RuleLine rule={4} about="Who fixes what until when, and how much of the fleet reports the fix." />}
      columns={columns}
      rowId={({ id }) => id}
      freeText="ref"
      actions={<Button href={paths.slaPolicy()}>SLA policy</Button>}
      empty={
        <Empty
          title="No cases"
          next="A case opens by itself when a finding of priority immediate or out of cycle is on a vehicle."
          command="bulkhead findings list"
        />
      }
    />
  );
}
