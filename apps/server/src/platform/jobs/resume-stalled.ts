import type { Clock } from '@bulkhead/kernel';
import type { Db } from '../db/database.ts';
import type { Log } from '../db/log.ts';
import { createJobStore } from './job-store.ts';

export interface StalledOptions {
  db: Db;
  clock: Clock;
  log: Log;
  send(id: string): Promise<unknown>;
}

const lookEvery = 15_000;

/** A live run saves at least twice a second; the rest is room for a busy machine and for clocks that differ. */
const stalledAfter = 60_000;

/**
 * Queues running jobs again whose run shows no sign of life: the queue's own heartbeat can be lost, for example when a run
 * that was superseded reports its end in the name of its successor. Returns a function that ends the watch.
 */
export function watchStalledJobs(options: StalledOptions): () => void {
  const look = () =>
    resumeStalled(options).catch((error: unknown) => options.log.warn({ err: error }, 'no look at stalled jobs'));
  const timer = setInterval(() => void look(), lookEvery);
  timer.unref();
  return () => clearInterval(timer);
}

export async function resumeStalled({ db, clock, log, send }: StalledOptions): Promise<number> {
  const rows = await createJobStore(db).silentSince(new Date(clock.now().getTime() - stalledAfter));
  for (const { id, kind } of rows) {
    log.warn({ job: id, kind }, 'a job shows no sign of life; it is run again from its checkpoint');
    await send(id);
  }
  return rows.length;
}
