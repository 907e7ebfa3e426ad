import { campaignOperations } from './updates/campaigns.ts';
import { releaseOperations } from './updates/releases.ts';

export const updatesProblems = [
  'updates.bad-campaign',
  'updates.bad-contents',
  'updates.duplicate-name',
  'updates.hash-changed',
  'updates.incomplete',
  'updates.not-signed-off',
  'updates.person-required',
  'updates.same-person',
  'updates.unknown-campaign',
  'updates.unknown-release',
  'updates.unknown-request',
  'updates.unknown-vehicle',
  'updates.wrong-state',
] as const;
export type UpdatesCode = (typeof updatesProblems)[number];

export const updatesOperations = {
  ...releaseOperations,
  ...campaignOperations,
};
