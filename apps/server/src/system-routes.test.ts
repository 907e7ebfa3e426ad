import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shared } from './system-routes.ts';

test('work that is asked for while it runs is done once, and again when asked for later', async () => {
  let runs = 0;
  const work = shared(async () => ++runs);

  assert.deepEqual(await Promise.all([work(), work(), work()]), [1, 1, 1]);
  assert.equal(await work(), 2);
});

test('work that failed is tried again when asked for', async () => {
  let runs = 0;
  const work = shared(async () => {
    if (++runs === 1) throw new Error('database down');
    return runs;
  });

  await assert.rejects(work(), /database down/);
  assert.equal(await work(), 2);
});
