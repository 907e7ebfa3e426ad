import { type CampaignDetail, campaignStates } from '@bulkhead/contract';
import { expect, test } from 'vitest';
import { refusalOf, type Step } from './campaign-steps.ts';

const campaign = (more: Partial<CampaignDetail>) =>
  ({
    state: 'draft',
    rollbackReleaseId: null,
    childId: null,
    requests: [],
    succeeded: 0,
    ...more,
  }) as unknown as CampaignDetail;
const steps: Step[] = ['plan', 'start', 'pause', 'resume', 'stop', 'roll-back', 'cancel', 'amend', 'change'];

test('in every state each button works or says why not', () => {
  let reasons = 0;
  for (const state of campaignStates)
    for (const step of steps) {
      const refusal = refusalOf(campaign({ state, rollbackReleaseId: 'r' }), step);
      if (refusal !== undefined) {
        expect(refusal).toMatch(/^It is .+: it can be .+ only while it is .+/);
        reasons += 1;
      }
    }
  expect(reasons).toBe(8 * 9 - 22);
});

test('going back needs somewhere to go to, and is done once', () => {
  expect(refusalOf(campaign({ state: 'running' }), 'roll-back')).toContain('no release to go back to');
  expect(refusalOf(campaign({ state: 'running', rollbackReleaseId: 'r', childId: 'c' }), 'roll-back')).toContain(
    'already',
  );
});

test('what waits for a second person is not asked for twice', () => {
  const requests = [{ state: 'open', action: 'start' }] as unknown as CampaignDetail['requests'];

  expect(refusalOf(campaign({ state: 'planned', requests }), 'start')).toContain('second person');
  expect(refusalOf(campaign({ state: 'planned', requests }), 'cancel')).toBeUndefined();
});
