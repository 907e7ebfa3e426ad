import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from './random.ts';

const draw = (seed: string, count = 50) => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

test('the same seed gives the same numbers, another seed others', () => {
  assert.deepEqual(draw('a'), draw('a'));
  assert.notDeepEqual(draw('a'), draw('b'));
});

test('a fork depends on its name alone, not on what was drawn before', () => {
  const fresh = createRandom('a');
  const used = createRandom('a');
  used.next();

  assert.equal(fresh.fork('x').next(), used.fork('x').next());
  assert.notEqual(fresh.fork('x').next(), fresh.fork('y').next());
});

test('numbers are spread evenly, and those of a Poisson process have their mean', () => {
  const random = createRandom('spread');
  const count = 20_000;

  const even = Array.from({ length: count }, () => random.whole(1, 10));
  const waits = Array.from({ length: count }, () => random.exponential(5));
  const heavy = Array.from({ length: count }, () => random.pickWeighted([['a', 3] as const, ['b', 1] as const]));

  for (let n = 1; n <= 10; n++) assert.ok(Math.abs(even.filter((each) => each === n).length / count - 0.1) < 0.01);
  assert.ok(Math.abs(waits.reduce((a, b) => a + b, 0) / count - 5) < 0.2);
  assert.ok(Math.abs(heavy.filter((each) => each === 'a').length / count - 0.75) < 0.02);
});
