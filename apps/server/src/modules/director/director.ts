import { inTransaction } from '../../platform/db/database.ts';
import type { Actor, DirectorDeps } from './deps.ts';
import { createDeviceListener } from './device-routes.ts';
import { openRepository } from './repository.ts';
import { type ResignContext, runResign } from './resign-job.ts';
import { createRotations } from './rotations.ts';
import { createSets } from './sets.ts';
import { createStatus } from './status.ts';
import { createWatch } from './watch.ts';

/** The Uptane Director: what each vehicle shall install, signed, and what vehicles report. The only writer of director_*. */
export async function createDirectorModule(deps: DirectorDeps) {
  const repository = await openRepository(deps);
  const sets = createSets(deps, repository);
  const rotations = createRotations(deps, repository);
  return Object.freeze({
    /** What vehicles call on their HTTPS door. */
    vehicleListener: createDeviceListener(deps, repository, sets),
    rotations,
    status: createStatus(deps, repository),
    /** Queues the job that signs all vehicles anew; answers its id. */
    resign: (by: Actor) => inTransaction(deps.db, (tx) => deps.startResigning(tx, by)),
    /** Handler of the job `director.resign`. */
    resignJob: (context: ResignContext) => runResign(deps, repository, context),
    /** Silent vehicles, expiry, figures; every few minutes. */
    watch: createWatch(deps, repository, rotations),
  });
}
export type DirectorModule = Awaited<ReturnType<typeof createDirectorModule>>;
