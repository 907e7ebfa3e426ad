import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { type TestDatabase, testDatabase } from '../db/testing.ts';
import { createDeliveryStore } from './delivery-store.ts';
import { messageOf, startReceiver, tester, testNotify, until, webhookTo } from './testing.ts';

let database: TestDatabase;
let platform: Awaited<ReturnType<typeof testNotify>>;
before(async () => {
  database = await testDatabase();
  platform = await testNotify(database);
});
after(async () => {
  await platform.close();
  await database.close();
});

test('what is published in a transaction reaches the webhook signed, once it is committed', async (t) => {
  const { notify } = platform;
  const receiver = await startReceiver();
  t.after(receiver.close);
  const { channel, secret } = await notify.channels.create(webhookTo(receiver.url), tester);
  t.after(() => notify.channels.remove(channel.id, tester));
  notify.worker.start();

  await assert.rejects(
    database.db.transaction().execute(async (tx) => {
      await notify.publish(tx, messageOf(0));
      throw new Error('rolled back');
    }),
  );
  await database.db.transaction().execute(async (tx) => {
    assert.equal(await notify.publish(tx, messageOf(1, { link: '/vehicles', data: { vin: 'X' } })), 1);
  });
  await until('the webhook has it', () => receiver.received.length > 0);

  const [{ headers, body }] = receiver.received as [(typeof receiver.received)[0]];
  const [id, timestamp] = [String(headers['webhook-id']), String(headers['webhook-timestamp'])];
  const key = Buffer.from((secret ?? '').slice('whsec_'.length), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  assert.equal(headers['webhook-signature'], `v1,${expected}`);
  const { type, data } = JSON.parse(body) as { type: string; data: Record<string, unknown> };
  assert.equal(type, 'fleet.alarm');
  assert.deepEqual(data, {
    severity: 'high',
    subject: 'Message 1',
    text: 'Text of message 1',
    link: 'https://bulkhead.example/vehicles',
    data: { vin: 'X' },
  });
  await until('the log says so', async () => {
    const { items } = await notify.listDeliveries({ filter: 'state = delivered' });
    return items.length === 1 && items[0]?.id === id;
  });
  assert.deepEqual(receiver.subjects(), ['Message 1']);
});

test('a channel hears its topics at its severity and above, and nothing when it is off', async (t) => {
  const { notify } = platform;
  const subscribed = { exact: 'fleet.alarm', area: 'fleet.*', all: '*', other: 'plant.stop' };
  const made = new Map<string, string>();
  for (const [name, topic] of Object.entries(subscribed)) {
    const subscriptions = [{ topic, minSeverity: name === 'area' ? ('critical' as const) : ('medium' as const) }];
    const { channel } = await notify.channels.create(
      webhookTo('https://hooks.example.com/x', { name, subscriptions }),
      tester,
    );
    made.set(name, channel.id);
  }
  t.after(async () => {
    for (const id of made.values()) await notify.channels.remove(id, tester);
  });
  await notify.worker.stop();
  const hears = async (topic: string, severity: 'low' | 'medium' | 'critical') => {
    await notify.publish(database.db, messageOf(1, { topic, severity, subject: `${topic} ${severity}` }));
    const filter = `subject = "${topic} ${severity}"`;
    return (await notify.listDeliveries({ filter })).items.map(({ channel }) => channel).sort();
  };

  assert.deepEqual(await hears('fleet.alarm', 'low'), []);
  assert.deepEqual(await hears('fleet.alarm', 'medium'), ['all', 'exact']);
  assert.deepEqual(await hears('fleet.alarm', 'critical'), ['all', 'area', 'exact']);
  assert.deepEqual(await hears('fleet.report', 'critical'), ['all', 'area']);
  assert.deepEqual(await hears('plant.stop', 'critical'), ['all', 'other']);
  for (const id of made.values()) await notify.channels.update(id, { enabled: false }, tester);
  assert.deepEqual(await hears('fleet.report', 'medium'), []);
  await assert.rejects(notify.publish(database.db, messageOf(1, { topic: 'fleet.unknown' })), /not registered/);
});

test('a message whose key is known is written once per topic, whoever writes it at the same time', async (t) => {
  const { notify } = platform;
  const { channel } = await notify.channels.create(webhookTo('https://hooks.example.com/x'), tester);
  t.after(() => notify.channels.remove(channel.id, tester));
  await notify.worker.stop();
  const write = (topic: string, dedupeKey: string) =>
    database.db.transaction().execute((tx) => notify.publish(tx, messageOf(1, { topic, dedupeKey })));

  const answers = await Promise.all(Array.from({ length: 8 }, () => write('fleet.alarm', 'CVE-1')));
  assert.equal(
    answers.reduce((sum, n) => sum + n, 0),
    1,
  );
  assert.equal(await write('fleet.alarm', 'CVE-1'), 0);
  assert.equal(await write('fleet.report', 'CVE-1'), 1);
  assert.equal(await write('fleet.alarm', 'CVE-2'), 1);
});

test('hostile text goes through the database and out of it as it came, but for what cannot be shown', async (t) => {
  const { notify } = platform;
  const receiver = await startReceiver();
  t.after(receiver.close);
  const { channel } = await notify.channels.create(webhookTo(receiver.url), tester);
  t.after(() => notify.channels.remove(channel.id, tester));
  notify.worker.start();
  const nasty = "'; drop table x; -- \0 \ud800 <b> \u202e ${1} %s \\ \n 🚗";

  await notify.publish(
    database.db,
    messageOf(1, { subject: nasty, text: nasty, data: { [nasty]: nasty }, dedupeKey: nasty }),
  );
  await until('it came', () => receiver.received.length === 1);

  const { data } = JSON.parse(receiver.received[0]?.body ?? '') as { data: Record<string, unknown> };
  assert.equal(data.subject, "'; drop table x; --   \ufffd <b>   ${1} %s \\   🚗");
  assert.deepEqual(data.data, { [nasty]: nasty });
});

test('a channel may be deleted while others publish to it, and no change of theirs fails for that', async () => {
  const { notify } = platform;
  await notify.worker.stop();
  for (let round = 0; round < 5; round++) {
    const { channel } = await notify.channels.create(webhookTo('https://hooks.example.com/x'), tester);
    const publishing = Array.from({ length: 6 }, (_, n) =>
      database.db.transaction().execute((tx) => notify.publish(tx, messageOf(n))),
    );
    const removing = notify.channels.remove(channel.id, tester);
    await Promise.all([...publishing, removing]);
  }
  assert.equal((await notify.listDeliveries({})).items.length, 0);
});

test('what was delivered is kept for 30 days, what was not for 90, and then nothing of it is left', async (t) => {
  const { notify } = platform;
  await notify.worker.stop();
  const { channel } = await notify.channels.create(webhookTo('https://hooks.example.com/x'), tester);
  t.after(() => notify.channels.remove(channel.id, tester));
  for (let n = 1; n <= 3; n++) await notify.publish(database.db, messageOf(n, { subject: `kept ${n}` }));
  const { items } = await notify.listDeliveries({});
  const now = Date.now();
  const end = (subject: string, state: 'delivered' | 'undeliverable') =>
    database.db
      .updateTable('platform_notify_delivery')
      .set({ state, ended_at: new Date(now) })
      .where('id', '=', items.find((item) => item.subject === subject)?.id ?? '')
      .execute();
  await end('kept 1', 'delivered');
  await end('kept 2', 'undeliverable');
  const store = createDeliveryStore(database.db);
  const left = async (days: number) => {
    await store.purge(new Date(now + days * 86_400_000));
    return (await notify.listDeliveries({})).items.map(({ subject }) => subject).sort();
  };

  assert.deepEqual(await left(29.9), ['kept 1', 'kept 2', 'kept 3']);
  assert.deepEqual(await left(30.1), ['kept 2', 'kept 3']);
  assert.deepEqual(await left(90.1), ['kept 3'], 'what still waits stays');
  const messages = await database.db.selectFrom('platform_notify_message').select('subject').execute();
  assert.ok(!messages.some(({ subject }) => subject === 'kept 1' || subject === 'kept 2'));
});

test('the log is filtered by state, channel, topic, severity and time, and paged', async (t) => {
  const { notify } = platform;
  await notify.worker.stop();
  for (const name of ['one', 'two'])
    await notify.channels.create(webhookTo('https://hooks.example.com/x', { name }), tester);
  t.after(async () => {
    for (const { id } of (await notify.channels.list({})).items) await notify.channels.remove(id, tester);
  });
  for (let n = 1; n <= 5; n++)
    await notify.publish(
      database.db,
      messageOf(n, { topic: n % 2 ? 'fleet.alarm' : 'fleet.report', severity: n === 5 ? 'critical' : 'low' }),
    );
  const count = async (filter: string) => (await notify.listDeliveries({ filter, count: true })).total;

  assert.equal(await count('channel = one'), 5);
  assert.equal(await count('topic = fleet.report and channel : w'), 2);
  assert.equal(await count('severity = critical'), 2);
  assert.equal(await count('severity in (low, critical) and state = waiting'), 10);
  assert.equal(await count('state = delivered'), 0);
  assert.equal(await count('createdAt < 2020-01-01'), 0);
  const [channel] = (await notify.channels.list({ filter: 'name = one' })).items;
  assert.equal(await count(`channelId = ${channel?.id}`), 5);
  const first = await notify.listDeliveries({ limit: 6 });
  const second = await notify.listDeliveries({ limit: 6, cursor: first.next ?? '' });
  assert.equal(new Set([...first.items, ...second.items].map(({ id }) => id)).size, 10);
  assert.equal(second.next, null);
});
