import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { whileValid } from './while-valid.ts';

test('the signal aborts once the credentials are good no more, and not because a check failed', async () => {
  const answers = [async () => true, async () => Promise.reject(new Error('database down')), async () => false];
  let asked = 0;
  const signal = whileValid(new AbortController().signal, () => (answers[asked++] ?? (async () => true))(), 5);

  const keepAlive = setTimeout(() => {}, 5_000); // the check itself keeps no process alive
  await once(signal, 'abort');
  clearTimeout(keepAlive);

  assert.equal(asked, 3);
});

test('nothing is asked any more once the caller is gone', async () => {
  const gone = new AbortController();
  let asked = 0;
  const signal = whileValid(gone.signal, async () => ++asked > 0, 5);

  gone.abort();
  await wait(30);

  assert.deepEqual([signal.aborted, asked], [true, 0]);
});
