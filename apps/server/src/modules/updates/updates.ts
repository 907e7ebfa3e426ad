import { createAgreements } from './agreements.ts';
import { checkCompatibility } from './compatibility.ts';
import type { UpdatesDeps } from './deps.ts';
import { createReleases } from './releases.ts';

/** Rule 4, second half: releases, campaigns, RXSWIN. The only writer of updates_*. */
export const createUpdates = (deps: UpdatesDeps) =>
  Object.freeze({
    releases: createReleases(deps),
    agreements: createAgreements(deps),
    compatibility: (releaseId: string, filter: string, signal?: AbortSignal) =>
      checkCompatibility(deps.db, releaseId, filter, signal),
  });
export type Updates = ReturnType<typeof createUpdates>;
