import type { UpdatesCode } from '@bulkhead/contract';
import { Problem } from '@bulkhead/kernel';

export class UpdatesError extends Problem<UpdatesCode> {}

export const unknownRelease = (id: string) =>
  new UpdatesError('updates.unknown-release', `There is no release ${id}: check the id.`);

export const wrongState = (what: string, state: string, allowed: readonly string[]) =>
  new UpdatesError('updates.wrong-state', `${what} is ${state}; this is possible while it is ${allowed.join(' or ')}.`);

export const hashChanged = () =>
  new UpdatesError(
    'updates.hash-changed',
    'What you read has changed since: read it again and decide on what it says now.',
  );

export const unknownCampaign = (id: string) =>
  new UpdatesError('updates.unknown-campaign', `There is no campaign ${id}: check the id.`);

export const unknownRequest = (id: string) =>
  new UpdatesError('updates.unknown-request', `There is no request ${id}: check the id.`);

export const unknownRxswin = (id: string) =>
  new UpdatesError('updates.unknown-rxswin', `There is no RXSWIN definition ${id}: check the id.`);
