import type { CampaignDetail, CampaignState } from '@bulkhead/contract';
import { campaignLooks } from './update-words.ts';

/** What people do to a campaign, in the order of its life. */
export type Step = 'plan' | 'start' | 'pause' | 'resume' | 'stop' | 'roll-back' | 'cancel' | 'amend' | 'change';

/** From which states each is possible: as the server's `campaign-states.ts`, which decides. */
const from: Readonly<Record<Step, readonly CampaignState[]>> = {
  change: ['draft', 'planned'],
  plan: ['draft'],
  start: ['planned'],
  pause: ['running'],
  resume: ['paused', 'stopped'],
  stop: ['running', 'paused'],
  'roll-back': ['running', 'paused', 'stopped', 'finished', 'cancelled'],
  cancel: ['draft', 'planning', 'planned', 'running', 'paused', 'stopped'],
  amend: ['paused', 'stopped'],
};
const verbs: Readonly<Record<Step, string>> = {
  change: 'changed',
  plan: 'planned',
  start: 'started',
  pause: 'paused',
  resume: 'resumed',
  stop: 'stopped',
  'roll-back': 'rolled back',
  cancel: 'cancelled',
  amend: 'amended',
};

/** Why a step is not possible now, in words; undefined when it is. */
export function refusalOf(
  campaign: Pick<CampaignDetail, 'state' | 'rollbackReleaseId' | 'succeeded' | 'requests' | 'childId'> | undefined,
  step: Step,
): string | undefined {
  if (!campaign) return 'The campaign is not loaded';
  const { state, rollbackReleaseId, childId, requests } = campaign;
  if (!from[step].includes(state)) {
    const states = from[step].map((one) => campaignLooks[one][1].toLowerCase()).join(' or ');
    return `It is ${campaignLooks[state][1].toLowerCase()}: it can be ${verbs[step]} only while it is ${states}`;
  }
  if (step === 'roll-back' && rollbackReleaseId === null) return 'It names no release to go back to';
  if (step === 'roll-back' && childId !== null) return 'It is being rolled back already';
  const asks = step === 'start' || step === 'resume' || step === 'roll-back' ? step : undefined;
  if (asks && requests.some((request) => request.state === 'open' && request.action === asks))
    return 'It was asked for already and waits for a second person';
  return undefined;
}
