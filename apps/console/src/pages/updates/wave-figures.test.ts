import type { CampaignDetail, CampaignWave } from '@bulkhead/contract';
import { expect, test } from 'vitest';
import { duration, errorText, secondsLeft, segmentsOf, successMark, waveSentence } from './wave-figures.ts';

const wave = (more: Partial<CampaignWave> = {}): CampaignWave => ({
  ordinal: 1,
  name: 'First ring',
  select: { by: 'percent', percent: 1 },
  success: { percent: 90 },
  error: { percent: 5, minimum: 20 },
  state: 'running',
  size: 100,
  counts: [
    { state: 'succeeded', vehicles: 40 },
    { state: 'failed', vehicles: 3 },
    { state: 'timed-out', vehicles: 2 },
    { state: 'installing', vehicles: 15 },
    { state: 'pending', vehicles: 30 },
    { state: 'denied', vehicles: 10 },
  ],
  ended: 45,
  errors: 5,
  errorPercent: 100 / 9,
  successPercent: 400 / 9,
  startedAt: null,
  finishedAt: null,
  ...more,
});
const names = { updated: 'updated', errors: 'errors', underWay: 'under way', waiting: 'waiting', out: 'out' };

test('the parts of a bar are all of the wave, side by side', () => {
  const segments = segmentsOf(wave());

  expect(segments.map(({ part, vehicles, from }) => [part, vehicles, from])).toEqual([
    ['updated', 40, 0],
    ['errors', 5, 40],
    ['underWay', 15, 45],
    ['waiting', 30, 60],
    ['out', 10, 90],
  ]);
  expect(segments.reduce((all, { width }) => all + width, 0)).toBe(100);
});

test('a user who said no is an error only where the campaign says so, and moves the success threshold otherwise', () => {
  expect(segmentsOf(wave(), ['denied'])[1]?.vehicles).toBe(15);
  expect(successMark(wave())).toBe(81);
  expect(successMark(wave(), ['denied'])).toBe(90);
});

test('an empty wave has a bar without parts', () => {
  expect(segmentsOf(wave({ size: 0, counts: [] })).every(({ width }) => width === 0)).toBe(true);
  expect(successMark(wave({ size: 0, counts: [] }))).toBe(90);
});

test('where a wave stands and when it stops is said in words', () => {
  expect(errorText(wave())).toBe('5 errors of 45 that ended (11.1 %); stops at 5 % of at least 20');
  expect(errorText(wave({ size: 8, ended: 0, error: { percent: 5, minimum: 20, count: 3 } }))).toBe(
    'No vehicle has ended yet; stops at 5 % of at least 8, or at 3 errors',
  );
  expect(waveSentence(wave(), names, segmentsOf(wave()))).toContain('100 vehicles: 40 updated, 5 errors, 15 under way');
});

test('the rest is estimated at the pace so far, and only while it runs', () => {
  const campaign = {
    startedAt: '2026-11-20T10:00:00Z',
    state: 'running',
    vehicles: 100,
    waves: [wave()],
  } as unknown as CampaignDetail;
  const now = new Date('2026-11-20T10:55:00Z');

  expect(secondsLeft(campaign, now)).toBe(2700);
  expect(secondsLeft({ ...campaign, state: 'paused' }, now)).toBeUndefined();
  expect(
    secondsLeft({ ...campaign, waves: [wave({ counts: [{ state: 'pending', vehicles: 100 }] })] }, now),
  ).toBeUndefined();
});

test('durations are said as people say them', () => {
  expect([45, 2700, 7200, 12_000, 3 * 86_400, 90_000 * 2].map(duration)).toEqual([
    '45 s',
    '45 min',
    '2 h',
    '3 h 20 min',
    '3 d',
    '2 d 2 h',
  ]);
});
