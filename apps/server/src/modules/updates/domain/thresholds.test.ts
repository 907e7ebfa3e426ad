import assert from 'node:assert/strict';
import { test } from 'node:test';
import { campaignVehicleStates, type CampaignVehicleState as State } from '@bulkhead/contract';
import fc from 'fast-check';
import { creditAt, currentRate } from './rate.ts';
import { errorCrossed, judgeWave, nextWaveState, standingOf } from './thresholds.ts';
import { waveSizes } from './wave-sizes.ts';

const counts = fc
  .dictionary(fc.constantFrom(...campaignVehicleStates), fc.integer({ min: 0, max: 50 }))
  .map((found) => new Map(Object.entries(found) as [State, number][]));
const sizeOf = (found: ReadonlyMap<State, number>) => [...found.values()].reduce((all, n) => all + n, 0);
const wave = fc.record({
  success: fc.record({ percent: fc.constantFrom(0, 50, 90, 100) }),
  error: fc.record(
    {
      percent: fc.constantFrom(0.1, 5, 20, 50, 100),
      minimum: fc.constantFrom(1, 10, 100),
      count: fc.constantFrom(1, 5, 20),
    },
    { requiredKeys: ['percent', 'minimum'] },
  ),
});

test('no wave moves on while its error threshold is crossed, whatever its counts', () => {
  let crossed = 0;
  fc.assert(
    fc.property(
      counts,
      wave,
      fc.constantFrom('running' as const, 'soaking' as const),
      fc.boolean(),
      (found, rules, state, soaked) => {
        const standing = standingOf(found, sizeOf(found), []);
        const verdict = judgeWave(standing, rules);
        if (!errorCrossed(standing, rules.error)) return;
        crossed += 1;
        assert.equal(verdict, 'failed');
        assert.equal(nextWaveState(state, verdict, soaked), state);
      },
    ),
    { numRuns: 5_000 },
  );
  assert.ok(crossed > 500, `${crossed}`);
});

test('a wave that is reached or fell short has no crossed threshold, and one that fell short has nobody left', () => {
  fc.assert(
    fc.property(counts, wave, (found, rules) => {
      const standing = standingOf(found, sizeOf(found), []);
      const verdict = judgeWave(standing, rules);
      if (verdict === 'fell-short') assert.ok(standing.over >= standing.size);
      if (verdict !== 'failed') assert.ok(!errorCrossed(standing, rules.error));
      if (standing.over >= standing.size) assert.notEqual(verdict, 'go-on', 'a wave with nobody left is decided');
    }),
    { numRuns: 5_000 },
  );
});

test('a wave smaller than the minimum can stop all the same', () => {
  const standing = standingOf(
    new Map([
      ['failed', 2],
      ['succeeded', 1],
    ]),
    3,
    [],
  );
  assert.ok(errorCrossed(standing, { percent: 50, minimum: 100 }));
});

test('the percentage waits for the minimum, the number does not', () => {
  const standing = standingOf(
    new Map([
      ['failed', 2],
      ['pending', 98],
    ]),
    100,
    [],
  );
  assert.ok(!errorCrossed(standing, { percent: 10, minimum: 20 }));
  assert.ok(errorCrossed(standing, { percent: 10, minimum: 20, count: 2 }));
});

test('whoever says no or is cancelled counts neither way, unless a denial is to count as an error', () => {
  const found = new Map<State, number>([
    ['denied', 5],
    ['cancelled', 2],
    ['succeeded', 3],
  ]);
  assert.equal(standingOf(found, 10, []).successPercent, 100);
  assert.equal(standingOf(found, 10, ['denied']).errors, 5);
});

test('waves take every vehicle exactly once, and percentages are of all', () => {
  const select = fc.oneof(
    fc.record({ by: fc.constant('percent' as const), percent: fc.constantFrom(0.01, 1, 10, 33.3, 60, 100) }),
    fc.record({ by: fc.constant('count' as const), count: fc.constantFrom(1, 7, 100) }),
    fc.record({ by: fc.constant('filter' as const), filter: fc.constant('') }),
  );
  fc.assert(
    fc.property(fc.array(select, { maxLength: 6 }), fc.integer({ min: 0, max: 1_000 }), (selects, eligible) => {
      const waves = [...selects, { by: 'rest' as const }].map((one) => ({ select: one }));
      const matched = new Map(
        waves.flatMap(({ select: one }, i) => (one.by === 'filter' ? [[i, Math.floor(eligible / 10)] as const] : [])),
      );
      const sizes = waveSizes(waves, eligible, matched);
      assert.equal(
        sizes.reduce((all, n) => all + n, 0),
        eligible,
      );
      assert.ok(sizes.every((size) => size >= 0));
    }),
    { numRuns: 1_000 },
  );
  assert.deepEqual(
    waveSizes([{ select: { by: 'percent', percent: 10 } }, { select: { by: 'rest' } }], 57, new Map()),
    [6, 51],
  );
});

test('over any time no more is offered than the rate allows, and five seconds of it at once at most', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 100_000, noNaN: true }),
      fc.array(fc.integer({ min: 0, max: 120_000 }), { maxLength: 100 }),
      (perMinute, pauses) => {
        let [credit, now, offered] = [1, 0, 0];
        for (const pause of pauses) {
          credit = creditAt(credit, new Date(now), new Date(now + pause), perMinute);
          now += pause;
          const given = Math.floor(credit);
          assert.ok(given <= Math.max(1, (perMinute * 5) / 60));
          offered += given;
          credit -= given;
        }
        assert.ok(offered <= (perMinute * now) / 60_000 + 1.001, `${offered}`);
      },
    ),
  );
});

test('a clock that goes back gives nothing', () => {
  assert.equal(creditAt(0, new Date(60_000), new Date(0), 1_000), 0);
});

test('an exponential rate grows by its factor and stops at its maximum', () => {
  const rate = { perMinute: 10, growth: { factor: 2, every: 100, by: 'succeeded' as const, maximum: 60 } };
  const at = (succeeded: number) => currentRate(rate, { notified: 1_000_000, succeeded });
  assert.deepEqual([at(0), at(99), at(100), at(250), at(300), at(1e9)], [10, 10, 20, 40, 60, 60]);
});
