import { createDirectorModule, type DirectorDeps } from './modules/director/index.ts';
import { createAudit } from './platform/audit/audit.ts';
import type { Jobs } from './platform/jobs/jobs.ts';
import type { Live } from './platform/live/live.ts';

const resignJob = 'director.resign';

type Platform = Pick<DirectorDeps, 'db' | 'clock' | 'keys' | 'log' | 'metrics'> & {
  readonly jobs: Jobs;
  readonly live: Live;
};
type Around = Pick<DirectorDeps, 'identity' | 'inventory' | 'monitoring' | 'notify'>;

/** The Director on this platform: with its job, and with its changes told to open consoles. */
export async function openDirector(
  { db, clock, keys, log, metrics, jobs, live }: Platform,
  around: Around,
  assignments: DirectorDeps['assignments'],
) {
  const director = await createDirectorModule({
    db,
    clock,
    keys,
    log,
    metrics,
    ...around,
    assignments,
    audit: createAudit,
    announce: (what) => live.announce(what),
    startResigning: async (tx, by) => (await jobs.start(resignJob, {}, by, { title: 'Sign all vehicles anew', tx })).id,
  });
  jobs.define(resignJob, director.resignJob);
  return director;
}
