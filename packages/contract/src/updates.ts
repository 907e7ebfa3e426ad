import { campaignOperations } from './updates/campaigns.ts';
import { releaseOperations } from './updates/releases.ts';
import { rxswinOperations } from './updates/rxswins.ts';
import { watchOperations } from './updates/watch.ts';

export const updatesProblems = [
  'updates.bad-campaign',
  'updates.bad-contents',
  'updates.bad-rxswin',
  'updates.draft-exists',
  'updates.duplicate-name',
  'updates.hash-changed',
  'updates.incomplete',
  'updates.not-signed-off',
  'updates.nothing-undelivered',
  'updates.person-required',
  'updates.same-person',
  'updates.unknown-campaign',
  'updates.unknown-release',
  'updates.unknown-request',
  'updates.unknown-rxswin',
  'updates.unknown-vehicle',
  'updates.wrong-state',
] as const;
export type UpdatesCode = (typeof updatesProblems)[number];

export const updatesOperations = {
  ...releaseOperations,
  ...campaignOperations,
  ...rxswinOperations,
  ...watchOperations,
};
