import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createForwarder } from './forwarder.ts';
import { openJournal } from './journal.ts';
import type { Session } from './mqtt-session.ts';
import { freshDirectory, until } from './testing.ts';

/** A session whose answers the test gives: `codes` decides by the texts of the batch. */
function fakeSession(codes: (texts: readonly string[]) => number, window = 100) {
  const sent: string[][] = [];
  let inFlight = 0;
  const session: Session = {
    sessionPresent: true,
    maximumPacketBytes: 1_000_000,
    publish: async (_topic, payload) => {
      const texts = JSON.parse(payload.toString()) as string[];
      sent.push(texts);
      inFlight += 1;
      await new Promise((resolve) => setImmediate(resolve));
      inFlight -= 1;
      return codes(texts);
    },
    send: () => {},
    subscribe: async () => {},
    free: () => window - inFlight,
    end: () => {},
  };
  return { session, sent };
}

function setUp(texts: readonly string[]) {
  const journal = openJournal({ directory: freshDirectory(), key: randomBytes(32), durable: false });
  const append = (text: string) => journal.append(Buffer.from(JSON.stringify(text)));
  for (const text of texts) append(text);
  const notices: number[] = [];
  const forwarder = createForwarder({
    journal,
    topic: 'events',
    notice: (count) => {
      notices.push(count);
      return append(`notice ${count}`);
    },
    pauseMs: () => 1,
    log: () => {},
  });
  return { journal, forwarder, notices };
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i));

test('what waits is sent in order and leaves the journal once it is stored', async () => {
  const { journal, forwarder } = setUp(numbers(130));
  const { session, sent } = fakeSession(() => 0);

  forwarder.attach(session);
  await until(() => journal.size() === 0);

  assert.deepEqual(sent.flat(), numbers(130));
  assert.equal(forwarder.acknowledged(), 130);
});

test('a refusal that may pass keeps the events, and they are sent again after a pause', async () => {
  const { journal, forwarder, notices } = setUp(numbers(60));
  let refusals = 3;
  const { session, sent } = fakeSession(() => (refusals-- > 0 ? 0x97 : 0));

  forwarder.attach(session);
  await until(() => journal.size() === 0);

  assert.deepEqual([...new Set(sent.flat())].sort(), numbers(60).sort());
  assert.equal(forwarder.acknowledged(), 60);
  assert.deepEqual(notices, []);
});

test('one event that can never be stored is given up alone, and the platform is told how many', async () => {
  const { journal, forwarder, notices } = setUp(numbers(60));
  const stored: string[] = [];
  const { session } = fakeSession((texts) => {
    if (texts.includes('17')) return 0x99;
    stored.push(...texts);
    return 0;
  });

  forwarder.attach(session);
  await until(() => journal.size() === 0);

  assert.deepEqual(notices, [1]);
  assert.deepEqual(new Set(stored), new Set([...numbers(60).filter((text) => text !== '17'), 'notice 1']));
});

test('a platform that refuses everything for good does not start an endless exchange about it', async () => {
  const { journal, forwarder, notices } = setUp(['a', 'b', 'c']);
  const { session, sent } = fakeSession(() => 0x99);

  forwarder.attach(session);
  await until(() => journal.size() === 0);

  assert.ok(notices.length <= 3, `${notices.length} notices`);
  assert.ok(sent.length < 20, `${sent.length} messages`);
});

test('what was in flight when the connection ended goes again with the next one', async () => {
  const { journal, forwarder } = setUp(numbers(10));
  const silent: Session = { ...fakeSession(() => 0).session, publish: () => new Promise(() => {}) };
  const { session, sent } = fakeSession(() => 0);

  forwarder.attach(silent);
  forwarder.attach(undefined);
  forwarder.attach(session);
  await until(() => journal.size() === 0);

  assert.deepEqual(sent.flat(), numbers(10));
});

test('no more messages are in flight than the platform allows', async () => {
  const { journal, forwarder } = setUp(numbers(500));
  let most = 0;
  const fake = fakeSession(() => 0, 4);
  const session: Session = {
    ...fake.session,
    publish: (topic, payload) => {
      const answer = fake.session.publish(topic, payload);
      most = Math.max(most, 4 - fake.session.free());
      return answer;
    },
  };

  forwarder.attach(session);
  await until(() => journal.size() === 0);

  assert.ok(most <= 4, `${most} at once`);
});
