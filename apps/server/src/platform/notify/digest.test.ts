import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { manualClock } from '@bulkhead/kernel';
import { sql } from 'kysely';
import { type TestDatabase, testDatabase } from '../db/testing.ts';
import { digestColumns, digestOf, nextDigest } from './digest-schedule.ts';
import { messageOf, startReceiver, tester, testNotify, until, webhookTo } from './testing.ts';

const hour = 3_600_000;

test('a digest goes out at the full hour, at its time of day, or at its time on its day of the week', () => {
  const cases = [
    [{ every: 'hour' }, '2026-11-20T12:00:00Z', '2026-11-20T13:00:00Z'],
    [{ every: 'hour' }, '2026-11-20T12:59:59.999Z', '2026-11-20T13:00:00Z'],
    [{ every: 'day', at: '08:30' }, '2026-11-20T08:29:59Z', '2026-11-20T08:30:00Z'],
    [{ every: 'day', at: '08:30' }, '2026-11-20T08:30:00Z', '2026-11-21T08:30:00Z'],
    [{ every: 'day', at: '00:00' }, '2026-12-31T23:00:00Z', '2027-01-01T00:00:00Z'],
    [{ every: 'day' }, '2026-11-20T07:00:00Z', '2026-11-20T08:00:00Z'],
    // 2026-11-20 is a Friday
    [{ every: 'week', at: '06:00', weekday: 5 }, '2026-11-20T05:00:00Z', '2026-11-20T06:00:00Z'],
    [{ every: 'week', at: '06:00', weekday: 5 }, '2026-11-20T06:00:00Z', '2026-11-27T06:00:00Z'],
    [{ every: 'week', at: '06:00', weekday: 7 }, '2026-11-20T12:00:00Z', '2026-11-22T06:00:00Z'],
    [{ every: 'week', at: '06:00', weekday: 1 }, '2026-11-22T12:00:00Z', '2026-11-23T06:00:00Z'],
    [{ every: 'week' }, '2026-11-23T08:00:00Z', '2026-11-30T08:00:00Z'],
  ] as const;
  for (const [schedule, now, expected] of cases) {
    const columns = digestColumns(schedule);
    assert.equal(nextDigest(columns, new Date(now))?.toISOString(), new Date(expected).toISOString(), `${now}`);
    assert.equal(digestOf(columns)?.every, schedule.every);
  }
  assert.deepEqual(digestOf(digestColumns({ every: 'week', at: '06:05', weekday: 5 })), {
    every: 'week',
    at: '06:05',
    weekday: 5,
  });
});

let database: TestDatabase;
before(async () => {
  database = await testDatabase();
});
after(() => database.close());

type Test = { after(fn: () => unknown): void };
interface DigestBody {
  readonly type: string;
  readonly data: {
    readonly items: readonly { readonly subject: string; readonly severity: string }[];
    readonly more: number;
    readonly link: string | null;
  };
}

async function start(t: Test) {
  const clock = manualClock('2026-11-20T12:10:00Z');
  const state = { broken: false };
  const receiver = await startReceiver((response) => void response.writeHead(state.broken ? 503 : 200).end());
  const { notify, close } = await testNotify(database, { clock, worker: { pollMs: 10, random: () => 0 } });
  const { channel } = await notify.channels.create(
    webhookTo(receiver.url, { mode: 'digest', digest: { every: 'hour' } }),
    tester,
  );
  t.after(async () => {
    await close();
    await notify.channels.remove(channel.id, tester);
    await receiver.close();
  });
  const publish = (from: number, to: number, severity: 'low' | 'critical' = 'low') =>
    database.db.transaction().execute(async (tx) => {
      for (let n = from; n <= to; n++) await notify.publish(tx, messageOf(n, { severity }));
    });
  const bodies = () => receiver.received.map(({ body }) => JSON.parse(body) as DigestBody);
  notify.worker.start();
  return { notify, clock, channel, receiver, state, publish, bodies };
}

test('what waits comes as one message at the full hour, the worst first', async (t) => {
  const { notify, clock, publish, bodies, receiver } = await start(t);
  await publish(1, 3);
  await publish(4, 4, 'critical');
  const waiting = (await notify.listDeliveries({ filter: 'state = waiting' })).items;
  assert.deepEqual(
    waiting.map(({ nextAttemptAt }) => nextAttemptAt),
    Array(4).fill('2026-11-20T13:00:00.000Z'),
  );
  clock.advance(49 * 60_000);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(receiver.received.length, 0);

  clock.advance(60_000);
  await until('the digest came', () => receiver.received.length > 0);

  assert.deepEqual(
    bodies().map(({ type, data }) => [type, data.items.map(({ subject }) => subject), data.more, data.link]),
    [['digest', ['Message 4', 'Message 1', 'Message 2', 'Message 3'], 0, null]],
  );
  const { items } = await notify.listDeliveries({ filter: 'state = delivered' });
  await until(
    'all are over',
    async () => (await notify.listDeliveries({ filter: 'state = delivered' })).items.length === 4,
  );
  assert.ok(items.every(({ digestId }) => digestId === receiver.received[0]?.headers['webhook-id']));
});

test('an hour in which nothing happened sends nothing', async (t) => {
  const { notify, clock, channel, publish, receiver, bodies } = await start(t);
  clock.advance(3 * hour);
  await until('the next hour is set', async () => {
    return (await notify.channels.get(channel.id)).nextDigestAt === '2026-11-20T16:00:00.000Z';
  });
  await publish(1, 1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(receiver.received.length, 0);

  clock.advance(hour);
  await until('the digest came', () => receiver.received.length === 1);
  assert.equal(bodies()[0]?.data.items.length, 1);
});

test('a digest of many shows fifty and says how many more there are and where', async (t) => {
  const { clock, publish, bodies, receiver } = await start(t);
  await publish(1, 120);
  await publish(121, 121, 'critical');

  clock.advance(hour);
  await until('the digest came', () => receiver.received.length === 1);

  const [{ data }] = bodies() as [DigestBody];
  assert.equal(data.items.length, 50);
  assert.equal(data.items[0]?.subject, 'Message 121');
  assert.equal(data.more, 71);
  assert.equal(data.link, 'https://bulkhead.example/settings?tab=deliveries');
});

test('a digest that failed is sent again as it was, and what came later goes into the next', async (t) => {
  const { notify, channel, clock, publish, bodies, receiver, state } = await start(t);
  await publish(1, 2);
  state.broken = true;
  clock.advance(hour);
  await until('it was tried', async () => (await notify.channels.get(channel.id)).failures === 1);
  await publish(3, 3);
  state.broken = false;
  clock.advance(10_000);
  await until('it was tried again', () => receiver.received.length === 2);
  assert.equal(receiver.received[0]?.body, receiver.received[1]?.body);
  assert.equal(receiver.received[0]?.headers['webhook-id'], receiver.received[1]?.headers['webhook-id']);

  clock.advance(hour);
  await until('the next came', () => receiver.received.length === 3);
  assert.deepEqual(
    bodies().map(({ data }) => data.items.map(({ subject }) => subject)),
    [['Message 1', 'Message 2'], ['Message 1', 'Message 2'], ['Message 3']],
  );
  await until(
    'all are over',
    async () => (await notify.listDeliveries({ filter: 'state = delivered' })).items.length === 3,
  );
});

test('one delivery of a digest that is sent again brings the whole digest', async (t) => {
  const { notify, channel, clock, publish, receiver, state } = await start(t);
  state.broken = true;
  await publish(1, 3);
  clock.advance(hour);
  await until('it was tried', async () => (await notify.channels.get(channel.id)).failures === 1);
  const [one] = (await notify.listDeliveries({ filter: 'state = retrying' })).items;
  state.broken = false;

  assert.deepEqual(await notify.resend(one?.id ?? '', tester), { deliveries: 3 });
  await until('it came', () => receiver.received.length === 2);
});

test('a channel that becomes immediate sends what waited as a last digest, and then each message', async (t) => {
  const { notify, channel, publish, bodies, receiver } = await start(t);
  await publish(1, 3);

  await notify.channels.update(channel.id, { mode: 'immediate' }, tester);
  await until('the last digest came', () => receiver.received.length === 1);
  await publish(4, 4);
  await until('the message came', () => receiver.received.length === 2);

  assert.equal(bodies()[0]?.data.items.length, 3);
  assert.equal(receiver.subjects()[1], 'Message 4');
  const { digest, nextDigestAt } = await notify.channels.get(channel.id);
  assert.deepEqual([digest, nextDigestAt], [null, null]);
});

test('a backlog of any size comes in digests of at most ten thousand, the worst first', async (t) => {
  const { notify, clock, channel, publish, bodies, receiver } = await start(t);
  await publish(1, 1, 'critical');
  await database.db.transaction().execute(async (tx) => {
    const many = sql`generate_series(1, 10005) as n`;
    await sql`insert into platform_notify_message (id, topic, severity, subject, body, created_at)
      select gen_random_uuid(), 'fleet.report', 1, 'many ' || n, '', now() from ${many}`.execute(tx);
    await sql`insert into platform_notify_delivery (id, channel_id, message_id, next_attempt_at, queued_at, created_at)
      select gen_random_uuid(), ${channel.id}, id, 'infinity', now(), now() from platform_notify_message
      where topic = 'fleet.report'`.execute(tx);
  });

  clock.advance(hour);
  await until('all digests came', async () => (await notify.channels.get(channel.id)).waiting === 0);

  assert.deepEqual(
    bodies().map(({ data }) => [data.items.length, data.more]),
    [
      [50, 9950],
      [6, 0],
    ],
  );
  assert.equal(bodies()[0]?.data.items[0]?.subject, 'Message 1');
  assert.equal(receiver.received.length, 2);
});
