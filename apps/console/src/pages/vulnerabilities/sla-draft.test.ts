import type { SlaPolicy } from '@bulkhead/contract';
import { expect, test } from 'vitest';
import { policyOf, slaDraftLacks, slaDraftOf, slaOddities, withDays } from './sla-draft.ts';

const policy: SlaPolicy = {
  immediate: { low: 14, medium: 10, high: 7, 'very-high': 3 },
  'out-of-cycle': { low: 60, medium: 45, high: 30, 'very-high': 14 },
  scheduled: { low: null, medium: 180, high: 120, 'very-high': 90 },
  defer: { low: null, medium: null, high: null, 'very-high': null },
};
const saved = slaDraftOf(policy);

test('a policy comes back as it was, and unchanged there is nothing to save', () => {
  expect(policyOf(saved)).toEqual(policy);
  expect(slaDraftLacks(saved, saved)).toBe('Nothing is changed');
  expect(slaOddities(saved)).toEqual([]);
});

test('days are whole and bounded, empty is no clock', () => {
  for (const wrong of ['0', '-1', '1.5', '3651', 'x', '1e3', ' 7'])
    expect(slaDraftLacks(withDays(saved, 'immediate', 'low', wrong), saved), wrong).toMatch(/whole days/);
  const none = withDays(saved, 'immediate', 'low', '');
  expect(slaDraftLacks(none, saved)).toBeUndefined();
  expect(policyOf(none).immediate.low).toBeNull();
});

test('more time for what is worse is pointed out', () => {
  expect(slaOddities(withDays(saved, 'immediate', 'very-high', '8'))).toEqual([
    'Immediate, criticality very high, has more time than criticality high.',
  ]);
  expect(slaOddities(withDays(saved, 'out-of-cycle', 'very-high', ''))).toHaveLength(2);
});
