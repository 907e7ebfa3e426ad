import type { CampaignState } from '@bulkhead/contract';
import { wrongState } from './error.ts';

export type CampaignStep =
  | 'change'
  | 'plan'
  | 'planned'
  | 'plan-failed'
  | 'start'
  | 'pause'
  | 'resume'
  | 'stop'
  | 'amend'
  | 'cancel'
  | 'roll-back'
  | 'finish';

const steps: Readonly<Record<CampaignStep, { readonly from: readonly CampaignState[]; readonly to?: CampaignState }>> =
  {
    change: { from: ['draft', 'planned'], to: 'draft' },
    plan: { from: ['draft'], to: 'planning' },
    planned: { from: ['planning'], to: 'planned' },
    'plan-failed': { from: ['planning'], to: 'draft' },
    start: { from: ['planned'], to: 'running' },
    pause: { from: ['running'], to: 'paused' },
    resume: { from: ['paused', 'stopped'], to: 'running' },
    stop: { from: ['running', 'paused'], to: 'stopped' },
    amend: { from: ['paused', 'stopped'] },
    cancel: { from: ['draft', 'planning', 'planned', 'running', 'paused', 'stopped'], to: 'cancelled' },
    'roll-back': { from: ['running', 'paused', 'stopped', 'finished', 'cancelled'] },
    finish: { from: ['running'], to: 'finished' },
  };

/** Where a step leads. @throws UpdatesError `updates.wrong-state` when it is not possible now */
export function stepCampaign(name: string, state: CampaignState, step: CampaignStep): CampaignState {
  const { from, to } = steps[step];
  if (!from.includes(state)) throw wrongState(`The campaign ${name}`, state, from);
  return to ?? state;
}

/** Whether vehicles that hold an offer may go on with it. */
export const mayProceed = (state: CampaignState): boolean => state === 'running' || state === 'paused';
