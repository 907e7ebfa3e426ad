import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { createRandom } from '../random.ts';
import type { Scenario } from '../scenario.ts';
import { type Actor, drawShare, playScenario } from './play-scenario.ts';

function cast(count: number) {
  const deeds: string[] = [];
  const vehicles = Array.from(
    { length: count },
    (_, i): Actor => ({
      agent: {
        report: ({ type }) => void deeds.push(`${i} ${type}`),
        setNetwork: (available) => void deeds.push(`${i} ${available ? 'on' : 'off'}`),
      },
      reportOldest: async () => void deeds.push(`${i} old`),
    }),
  );
  return { deeds, vehicles };
}

const scenario: Scenario = {
  rogueEverySeconds: 100,
  repeatAfterSeconds: 60,
  steps: [
    { at: 1, do: 'events-burst', share: 0.2, count: 2, type: 'a.b', severity: 'low' },
    { at: 10, do: 'offline', share: 0.3 },
    { at: 20, do: 'online', share: 1 },
    { at: 30, do: 'outdated-report', share: 0.1 },
    { at: 40, do: 'rogue' },
  ],
};

function play(seed: string, seconds: number): string[] {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { deeds, vehicles } = cast(10);
  const stop = playScenario(scenario, { seed, vehicles, rogue: () => void deeds.push('rogue'), log: () => {} });
  for (let i = 0; i < seconds; i++) mock.timers.tick(1_000);
  stop();
  mock.timers.tick(1_000_000);
  mock.timers.reset();
  return deeds;
}

test('the same seed does the same things to the same vehicles', () => {
  assert.deepEqual(play('a', 50), play('a', 50));
  assert.notDeepEqual(play('a', 50), play('b', 50));
});

test('every step happens at its time, to its share of the fleet, and nothing after the stop', () => {
  const deeds = play('a', 50);

  assert.equal(deeds.filter((deed) => deed.endsWith('a.b')).length, 4);
  assert.equal(deeds.filter((deed) => deed.endsWith('off')).length, 3);
  assert.equal(deeds.filter((deed) => deed.endsWith('on')).length, 10);
  assert.equal(deeds.filter((deed) => deed.endsWith('old')).length, 1);
  assert.equal(deeds.filter((deed) => deed === 'rogue').length, 1);
});

test('a scenario that repeats goes on, and the rogue comes at its own times too', () => {
  const deeds = play('a', 205);

  assert.equal(deeds.filter((deed) => deed === 'rogue').length, 3 + 2);
});

test('a share is drawn without repetition, and is never nobody', () => {
  const random = createRandom('x');
  const all = Array.from({ length: 100 }, (_, i) => i);

  assert.equal(new Set(drawShare(random, all, 0.5)).size, 50);
  assert.equal(drawShare(random, all, 0.001).length, 1);
  assert.deepEqual(drawShare(random, [], 0.5), []);
});
