import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alarmOf, type FreshnessFacts, freshnessOf, nextReading } from './source-freshness.ts';

const now = new Date('2026-11-20T10:00:00Z');
const ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
const facts = (more: Partial<FreshnessFacts> = {}): FreshnessFacts => ({
  origin: 'url',
  enabled: true,
  removing: false,
  failures: 0,
  staleAfterHours: 48,
  quietAfterDays: 30,
  lastSuccessAt: ago(1),
  lastChangeAt: ago(1),
  ...more,
});

test('freshness is the worst that is true: old, then failing, then silent', () => {
  const cases: [Partial<FreshnessFacts>, string][] = [
    [{}, 'fresh'],
    [{ lastSuccessAt: ago(48) }, 'fresh'],
    [{ lastSuccessAt: ago(48.01) }, 'stale'],
    [{ lastSuccessAt: ago(100), failures: 9 }, 'stale'],
    [{ failures: 1 }, 'failing'],
    [{ lastSuccessAt: null, lastChangeAt: null }, 'never'],
    [{ lastSuccessAt: null, failures: 1 }, 'failing'],
    [{ lastChangeAt: ago(30 * 24 + 1) }, 'quiet'],
    [{ lastChangeAt: ago(9_999), quietAfterDays: null }, 'fresh'],
    [{ enabled: false, lastSuccessAt: ago(9_999) }, 'disabled'],
    [{ enabled: false, removing: true }, 'removing'],
    [{ origin: 'own', lastSuccessAt: ago(9_999), lastChangeAt: ago(9_999) }, 'fresh'],
  ];
  for (const [more, expected] of cases) assert.equal(freshnessOf(facts(more), now), expected, JSON.stringify(more));
});

test('people are told of what lasts: not of one failure that is tried again, not of what nobody has read yet', () => {
  assert.equal(alarmOf(facts({ failures: 1 }), now), null);
  assert.equal(alarmOf(facts({ failures: 2 }), now), 'failing');
  assert.equal(alarmOf(facts({ failures: 1, lastSuccessAt: null }), now), 'failing');
  assert.equal(alarmOf(facts({ lastSuccessAt: null }), now), null);
  assert.equal(alarmOf(facts({ lastSuccessAt: ago(50) }), now), 'stale');
  assert.equal(alarmOf(facts({ enabled: false, failures: 5 }), now), null);
});

test('after a failure a source is tried again soon, ever less soon, and never later than its schedule says', () => {
  const minutes = (failures: number, everyMinutes: number | null = 360, retryAfterMs = 0) => {
    const at = nextReading({ everyMinutes, failures, retryAfterMs }, now);
    return at === null ? null : (at.getTime() - now.getTime()) / 60_000;
  };
  assert.deepEqual(
    [0, 1, 2, 3, 4, 50].map((n) => minutes(n)),
    [360, 5, 10, 20, 40, 360],
  );
  assert.equal(minutes(1, 360, 3_600_000), 60);
  assert.equal(minutes(3, null), null);
});
