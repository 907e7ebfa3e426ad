import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createLive } from './live.ts';

test('changes announced in a moment are told once, together, to every open stream', async (t) => {
  const told: (readonly string[])[] = [];
  const live = createLive({
    broadcast: async (topics) => void told.push(topics),
    onError: (error) => assert.fail(String(error)),
  });
  t.after(() => live.close());
  const gone = new AbortController();
  const { body } = live.open(gone.signal);
  for (const topic of ['vehicles', 'events', 'vehicles']) live.announce(topic);

  await wait(600);
  live.deliver(told[0] ?? []);

  assert.deepEqual(told, [['vehicles', 'events']]);
  assert.match(
    String((body as import('node:stream').Readable).read()),
    /event: changed\ndata: \{"topics":\["vehicles","events"\]\}/,
  );
});

test('a stream ends with its request', async (t) => {
  const live = createLive({ broadcast: async () => {}, onError: (error) => assert.fail(String(error)) });
  t.after(() => live.close());
  const gone = new AbortController();
  const { body } = live.open(gone.signal);

  gone.abort();
  await wait(10);

  assert.equal((body as import('node:stream').Readable).destroyed, true);
});
