import type { Job } from '@bulkhead/contract';
import Button from '@cloudscape-design/components/button';
import type { FlashbarProps } from '@cloudscape-design/components/flashbar';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import { useQuery } from '@tanstack/react-query';
import { client, query, queryClient } from '../api.ts';
import { paths } from '../paths.ts';
import { useDenial } from '../session.ts';
import { flashFailure } from '../ui/flash.tsx';
import { Actions } from '../ui/page.tsx';
import { statusText } from '../ui/status.tsx';
import { integer } from '../ui/time.ts';

export function percentOf(job: Pick<Job, 'done' | 'total'>): number | undefined {
  if (job.total === null || job.total === 0) return undefined;
  return Math.min(100, Math.floor((job.done / job.total) * 100));
}

/** `Running, 12,000 of 50,000 (24 %)`: always with a number. */
export function progressText(job: Pick<Job, 'state' | 'done' | 'total'>): string {
  const percent = percentOf(job);
  if (job.state === 'queued') return 'Queued';
  const amount = job.total === null ? integer(job.done) : `${integer(job.done)} of ${integer(job.total)}`;
  return `${statusText(job.state)}, ${amount}${percent === undefined ? '' : ` (${percent} %)`}`;
}

export async function cancelJob(id: string): Promise<void> {
  try {
    await client.cancelJob({ params: { id }, body: {} });
  } catch (error) {
    flashFailure(error);
  }
  void queryClient.invalidateQueries({ queryKey: ['jobs'] });
}

export function JobProgress({ job, variant }: { job: Job; variant: 'standalone' | 'flash' }) {
  const percent = percentOf(job);
  return (
    <ProgressBar
      variant={variant}
      value={percent ?? 0}
      label={variant === 'flash' ? job.title : 'Progress'}
      ariaLabel={job.title}
      additionalInfo={progressText(job)}
    />
  );
}

/** Jobs that run now, as progress bars on top of every page; they survive a reload because the server keeps them. */
export function useJobFlashes(): FlashbarProps.MessageDefinition[] {
  const denial = useDenial('jobs.read');
  const mayCancel = useDenial('jobs.cancel') === undefined;
  const { data } = useQuery({
    ...query('listJobs', { query: { filter: 'state in (queued, running)', limit: 5 } }),
    enabled: denial === undefined,
    refetchInterval: ({ state }) => ((state.data?.items.length ?? 0) > 0 ? 1500 : 15_000),
  });
  return (data?.items ?? []).map((job) => ({
    id: job.id,
    type: 'in-progress',
    content: <JobProgress job={job} variant="flash" />,
    action: (
      <Actions>
        <Button href={paths.job(job.id)}>Open</Button>
        {mayCancel && <Button onClick={() => void cancelJob(job.id)}>Cancel job</Button>}
      </Actions>
    ),
  }));
}
