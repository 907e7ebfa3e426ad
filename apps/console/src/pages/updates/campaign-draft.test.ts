import type { CampaignDetail } from '@bulkhead/contract';
import { expect, test } from 'vitest';
import { type CampaignDraft, definitionOf, draftOfCampaign, newDraft } from './campaign-draft.ts';
import { faultsOfPace, faultsOfWave, stepFaults } from './campaign-faults.ts';

const named: CampaignDraft = { ...newDraft, name: 'Spring', releaseId: 'r1' };

test('what is proposed at first needs only a name and a release', () => {
  expect(stepFaults(newDraft).filter(Boolean)).toEqual(['Give it a name']);
  expect(stepFaults(named).filter(Boolean)).toEqual([]);
});

test('a definition that is opened and saved is what it was', () => {
  const definition = definitionOf({
    ...named,
    rollbackReleaseId: 'r0',
    filter: 'region = eu',
    grows: true,
    windows: [{ days: ['sat', 'sun'], start: '22:00', minutes: '480' }],
    countAsError: ['denied'],
    endsAt: '2026-12-20T22:00:00Z',
  });
  const detail = {
    ...definition,
    waves: definition.waves.map((wave, i) => ({ ...wave, ordinal: i + 1 })),
  } as unknown as CampaignDetail;

  expect(definitionOf(draftOfCampaign(detail))).toEqual(definition);
  expect(definition.rules.rate.growth).toEqual({ factor: 1.5, every: 1000, by: 'succeeded', maximum: 1000 });
});

test('a wave is refused field by field, and only the last takes the rest', () => {
  const [first] = named.waves;
  if (!first) throw new Error('there is no wave');

  expect(faultsOfWave(first, true)).toEqual({ by: 'The last wave takes the rest' });
  expect(faultsOfWave({ ...first, by: 'rest' }, false)).toEqual({ by: 'Only the last wave takes the rest' });
  expect(
    Object.keys(faultsOfWave({ ...first, amount: '0', success: 'x', minimum: '1.5', count: '-1' }, false)),
  ).toEqual(['amount', 'success', 'minimum', 'count']);
});

test('pace is refused where the server would refuse it', () => {
  const [again] = named.retries;
  if (!again) throw new Error('there is no retry');
  const bad: CampaignDraft = {
    ...named,
    perMinute: '0',
    windows: [{ days: [], start: '22:00', minutes: '60' }],
    retries: [again, again],
    startsAt: 'tomorrow',
  };

  expect(Object.keys(faultsOfPace(bad))).toEqual(['perMinute', 'windows', 'retries', 'startsAt']);
  expect(faultsOfPace(named)).toEqual({});
});

test('to roll back by itself a campaign needs somewhere to go back to', () => {
  expect(stepFaults({ ...named, onError: 'roll-back' })[4]).toContain('go back to');
  expect(stepFaults({ ...named, onError: 'roll-back', rollbackReleaseId: 'r0' })[4]).toBeUndefined();
});
