import { type Db, inTransaction } from '../../platform/db/database.ts';
import type { Actor } from './deps.ts';
import { nextReading } from './domain/source-freshness.ts';
import type { SourceDeps } from './source-deps.ts';
import { tellAllSources } from './source-notices.ts';
import { createSourceStore, type SourceRow } from './source-store.ts';
import { createUploadStore } from './upload-store.ts';

/**
 * Starts the job that reads a source, or answers the one that does so already: each source has one at a time. The caller
 * holds the source's row.
 */
export async function startReading(
  deps: SourceDeps,
  tx: Db,
  source: SourceRow,
  { full, by }: { readonly full: boolean; readonly by: Actor },
): Promise<string> {
  if (source.job_id !== null && (await deps.reading.jobIsLive(tx, source.job_id))) return source.job_id;
  const title = source.removing ? `Remove source ${source.name}` : `Read source ${source.name}`;
  const jobId = await deps.reading.startJob(tx, { sourceId: source.id, full }, title, by);
  await createSourceStore(tx).update(source.id, { job_id: jobId });
  return jobId;
}

const scheduler: Actor = Object.freeze({ kind: 'system', id: 'vulnerabilities', name: 'schedule of sources' });
const mostAtOnce = 20;
const uploadPatienceMs = 24 * 3_600_000;
const tickMs = 20_000;

/**
 * Starts what is due. Any number of replicas may tick: the rows are claimed, and the job and the next time are written in
 * the transaction that claimed them.
 */
export function tickSources(deps: SourceDeps): Promise<number> {
  return inTransaction(deps.db, async (tx) => {
    const store = createSourceStore(tx);
    const now = deps.clock.now();
    const due = await store.due(now, mostAtOnce);
    for (const row of due) {
      await startReading(deps, tx, row, { full: false, by: scheduler });
      // the end of the job sets it anew; should the job die for good, the source is read again by this
      await store.update(row.id, { next_at: nextReading({ everyMinutes: row.every_minutes, failures: 0 }, now) });
    }
    if (due.length > 0) deps.announce('sources');
    return due.length;
  });
}

/** Looks for sources that are due, and for those that time has made stale. */
export function createSourceSchedule(deps: SourceDeps) {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const look = async () => {
    await tickSources(deps);
    await tellAllSources(deps);
    await createUploadStore(deps.db).dropAbandoned(new Date(deps.clock.now().getTime() - uploadPatienceMs));
  };
  const turn = () => {
    running = look().catch((error: unknown) =>
      deps.log.warn({ err: error }, 'the schedule of sources could not be looked at'),
    );
  };
  return Object.freeze({
    start: (): void => {
      turn();
      timer = setInterval(turn, tickMs);
    },
    stop: async (): Promise<void> => {
      clearInterval(timer);
      await running;
    },
  });
}
