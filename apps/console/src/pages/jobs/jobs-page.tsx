import type { Job } from '@bulkhead/contract';
import Link from '@cloudscape-design/components/link';
import { paths } from '../../paths.ts';
import { progressText } from '../../shell/job-progress.tsx';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { useTitle } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';

const columns: readonly Column<Job>[] = [
  {
    id: 'title',
    header: 'Job',
    rowHeader: true,
    width: 300,
    cell: ({ id, title }) => <Link href={paths.job(id)}>{title}</Link>,
  },
  { id: 'state', header: 'State', width: 130, cell: ({ state }) => <Status state={state} /> },
  { id: 'progress', header: 'Progress', width: 260, cell: (job) => progressText(job) },
  { id: 'kind', header: 'Kind', width: 150, cell: ({ kind }) => kind },
  { id: 'createdBy', header: 'By', width: 160, cell: ({ createdBy }) => createdBy },
  { id: 'createdAt', header: 'Created', width: 130, cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
  { id: 'endedAt', header: 'Ended', width: 130, cell: ({ endedAt }) => <RelativeTime at={endedAt} empty="–" /> },
];

/** Long work and its progress. */
export function JobsPage() {
  useTitle('Jobs');
  return (
    <ServerTable
      operation="listJobs"
      noun="jobs"
      title="Jobs"
      headingLevel="h1"
      description="Long work: it goes on when you leave the page, and after a restart of the server."
      columns={columns}
      rowId={({ id }) => id}
      freeText="kind"
      empty={<Empty title="No jobs yet" next="Imports and other long work stand here with their progress." />}
    />
  );
}
