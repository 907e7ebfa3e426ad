import { releaseOperations } from './updates/releases.ts';

export const updatesProblems = [
  'updates.bad-contents',
  'updates.duplicate-name',
  'updates.hash-changed',
  'updates.incomplete',
  'updates.not-signed-off',
  'updates.person-required',
  'updates.same-person',
  'updates.unknown-release',
  'updates.wrong-state',
] as const;
export type UpdatesCode = (typeof updatesProblems)[number];

export const updatesOperations = {
  ...releaseOperations,
};
