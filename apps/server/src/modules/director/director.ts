import type { DirectorDeps } from './deps.ts';
import { createDeviceListener } from './device-routes.ts';
import { openRepository } from './repository.ts';
import { createSets } from './sets.ts';

/** The Uptane Director: what each vehicle shall install, signed, and what vehicles report. The only writer of director_*. */
export async function createDirectorModule(deps: DirectorDeps) {
  const repository = await openRepository(deps);
  const sets = createSets(deps, repository);
  return Object.freeze({
    /** What vehicles call on their HTTPS door. */
    vehicleListener: createDeviceListener(deps, repository, sets),
  });
}
export type DirectorModule = Awaited<ReturnType<typeof createDirectorModule>>;
