import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { NewNotificationChannel } from '@bulkhead/contract';
import { manualClock } from '@bulkhead/kernel';
import { type TestDatabase, testDatabase } from '../db/testing.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { messageOf, startReceiver, tester, testNotify, until, webhookTo } from './testing.ts';
import { startSmtp, subjectOf } from './testing-smtp.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const worker = { pollMs: 10, random: () => 0 };

let database: TestDatabase;
before(async () => {
  database = await testDatabase();
});
after(() => database.close());

type Test = { after(fn: () => unknown): void };

/** Each test has its own channels and topic-free log; the worker runs on a clock that the test moves. */
async function start(t: Test, more: Parameters<typeof testNotify>[1] = {}) {
  const clock = manualClock('2026-11-20T12:00:00Z');
  const platform = await testNotify(database, { clock, worker, ...more });
  const { notify } = platform;
  t.after(async () => {
    await platform.close();
    for (const { id } of (await notify.channels.list({ limit: 100 })).items) await notify.channels.remove(id, tester);
  });
  const publish = (from: number, to: number, change: Partial<ReturnType<typeof messageOf>> = {}) =>
    database.db.transaction().execute(async (tx) => {
      for (let n = from; n <= to; n++) await notify.publish(tx, messageOf(n, change));
    });
  const deliveries = async (filter?: string) =>
    (await notify.listDeliveries({ limit: 500, sort: 'createdAt', ...(filter ? { filter } : {}) })).items;
  notify.worker.start();
  return { notify, clock, publish, deliveries, metrics: platform.metrics };
}
const mailTo = (...addresses: string[]): NewNotificationChannel => ({
  name: 'mail',
  kind: 'smtp',
  addresses,
  mode: 'immediate',
  subscriptions: [{ topic: '*', minSeverity: 'info' }],
});
const numbered = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `Message ${from + i}`);

test('while the mail server is down nothing is lost, and then all comes in order and once', async (t) => {
  const down = await startSmtp();
  await down.close();
  const config = {
    smtpHost: '127.0.0.1',
    smtpPort: down.port,
    smtpSecure: 'none',
    smtpFrom: 'b@corp.example',
  } as const;
  const { notify, clock, publish, deliveries } = await start(t, { config });
  const { channel } = await notify.channels.create(mailTo('team@corp.example'), tester);

  await publish(1, 15);
  await until('it was tried', async () => (await notify.channels.get(channel.id)).failures > 0);
  clock.advance(hour);
  await until('it was tried again', async () => (await notify.channels.get(channel.id)).failures > 1);
  await publish(16, 20);
  const { state, lastError, waiting, nextAttemptAt } = await notify.channels.get(channel.id);
  assert.deepEqual([state, waiting], ['failing', 20]);
  assert.match(lastError ?? '', /ECONNREFUSED/);
  assert.ok(nextAttemptAt);
  const tried = (await deliveries()).filter(({ attempts }) => attempts > 0);
  assert.deepEqual(
    tried.map(({ subject }) => subject),
    ['Message 1'],
  );

  const up = await startSmtp({ port: down.port });
  t.after(up.close);
  clock.advance(hour);
  await until('everything came', () => up.mails.length >= 20);
  await until('everything is over', async () => (await deliveries('state = delivered')).length === 20);

  assert.deepEqual(
    up.mails.map((one) => subjectOf(one)),
    numbered(1, 20).map((subject) => `[high] ${subject}`),
  );
  assert.equal((await notify.channels.get(channel.id)).state, 'working');
});

test('a webhook that fails keeps the order, and a retry has the id of the first attempt', async (t) => {
  let broken = true;
  const receiver = await startReceiver((response) => void response.writeHead(broken ? 503 : 204).end());
  t.after(receiver.close);
  const { notify, clock, publish } = await start(t);
  const { channel } = await notify.channels.create(webhookTo(receiver.url), tester);
  const failures = async () => (await notify.channels.get(channel.id)).failures;

  await publish(1, 3);
  await until('it was tried', async () => (await failures()) === 1);
  clock.advance(10_000);
  await until('it was tried again', async () => (await failures()) === 2);
  broken = false;
  clock.advance(10_000);
  await until('all came', () => receiver.received.length === 5);

  assert.deepEqual(receiver.subjects(), ['Message 1', 'Message 1', ...numbered(1, 3)]);
  const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
  assert.equal(new Set(ids.slice(0, 3)).size, 1);
  assert.equal(new Set(ids).size, 3);
});

test('pauses between attempts double and end at an hour', async (t) => {
  const receiver = await startReceiver((response) => void response.writeHead(502).end());
  t.after(receiver.close);
  const { notify, clock, publish, deliveries } = await start(t);
  await notify.channels.create(webhookTo(receiver.url), tester);
  await publish(1, 1);

  const pauses: number[] = [];
  for (let n = 1; n <= 15; n++) {
    await until('it was tried', async () => (await deliveries())[0]?.attempts === n);
    const { nextAttemptAt } = (await deliveries())[0] ?? {};
    const pause = Date.parse(nextAttemptAt ?? '') - clock.now().getTime();
    pauses.push(pause / 1000);
    clock.advance(pause);
  }

  // with the least of the jitter: half of 2, 4, 8 ... 3600 seconds
  assert.deepEqual(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1800, 1800, 1800, 1800]);
});

test('a receiver that hangs does not hold up another', async (t) => {
  const hanging = await startReceiver(() => {});
  const healthy = await startReceiver();
  t.after(hanging.close);
  t.after(healthy.close);
  const { notify, publish } = await start(t, { worker: { ...worker, concurrency: 2 } });
  await notify.channels.create(webhookTo(hanging.url, { name: 'hanging' }), tester);
  await notify.channels.create(webhookTo(healthy.url, { name: 'healthy' }), tester);
  const started = performance.now();

  await publish(1, 60);
  await until('the healthy one has all', () => healthy.received.length === 60);

  assert.ok(performance.now() - started < 8_000, 'sooner than the time-out of the other');
  assert.deepEqual(healthy.subjects(), numbered(1, 60));
  assert.equal(hanging.received.length, 1);
  await hanging.close();
});

test('a message that the receiver refuses steps aside and is tried again by itself', async (t) => {
  let refused = 'Message 2';
  const receiver = await startReceiver(
    (response, { body }) => void response.writeHead(body.includes(refused) ? 422 : 200).end('no such field'),
  );
  t.after(receiver.close);
  const { notify, clock, publish, deliveries } = await start(t);
  await notify.channels.create(webhookTo(receiver.url), tester);

  await publish(1, 4);
  await until('the others came', async () => (await deliveries('state = delivered')).length === 3);
  assert.deepEqual(receiver.subjects(), numbered(1, 4));
  const [stuck] = await deliveries('state = retrying');
  assert.deepEqual([stuck?.subject, stuck?.error], ['Message 2', 'The receiver answered 422: no such field']);

  refused = 'none';
  clock.advance(hour);
  await until('it came too', async () => (await deliveries('state = delivered')).length === 4);
});

test('a message that breaks the receiver lets the others pass after eight attempts', async (t) => {
  const receiver = await startReceiver(
    (response, { body }) => void response.writeHead(body.includes('Message 1"') ? 500 : 200).end(),
  );
  t.after(receiver.close);
  const { notify, clock, publish, deliveries } = await start(t);
  await notify.channels.create(webhookTo(receiver.url), tester);
  await publish(1, 2);

  for (let n = 1; n <= 8; n++) {
    await until('it was tried', async () => (await deliveries('state = retrying'))[0]?.attempts === n);
    if (n < 8) assert.equal((await deliveries('state = delivered')).length, 0);
    clock.advance(hour);
  }
  await until('the other passed', async () => (await deliveries('state = delivered')).length === 1);
});

test('nothing is given up on before seven days; then it is undeliverable with its reason, audited, and can be sent again', async (t) => {
  let broken = true;
  const receiver = await startReceiver((response) => void response.writeHead(broken ? 401 : 200).end('who are you'));
  t.after(receiver.close);
  const metrics = createMetrics();
  const { notify, clock, publish, deliveries } = await start(t, { metrics });
  const { channel } = await notify.channels.create(webhookTo(receiver.url), tester);
  await publish(1, 3);
  const failures = async () => (await notify.channels.get(channel.id)).failures;
  for (let n = 1; n <= 20; n++) {
    await until('it was tried', async () => (await failures()) === n);
    clock.advance(n < 20 ? hour : 6 * day);
  }
  await until('it was tried', async () => (await failures()) === 21);
  assert.equal((await deliveries('state = undeliverable')).length, 0, 'after less than seven days');
  await publish(4, 4);

  clock.advance(day);
  await until('it was given up on', async () => (await deliveries('state = undeliverable')).length === 3);
  const ended = (await deliveries('state = undeliverable')).sort((a, b) => a.subject.localeCompare(b.subject));
  assert.deepEqual(
    ended.map(({ subject, error }) => [subject, error]).sort(),
    numbered(1, 3).map((subject) => [subject, 'The receiver answered 401: who are you']),
  );
  assert.equal((await deliveries('state in (waiting, retrying)')).length, 1, 'the young one goes on');
  const audited = await database.db
    .selectFrom('platform_audit_entry')
    .select(['subject', 'details'])
    .where('action', '=', 'notifications.give-up')
    .execute();
  assert.equal(audited.length, 1);
  assert.match(audited[0]?.details ?? '', /"deliveries":3/);
  assert.match(await metrics.text(), /notify_deliveries_total\{outcome="undeliverable",kind="webhook"\} 1/);

  broken = false;
  const [first] = ended;
  receiver.received.length = 0;
  assert.deepEqual(await notify.resend(first?.id ?? '', tester), { deliveries: 1 });
  await until('it and the young one came', () => receiver.received.length === 2);
  assert.equal(receiver.received[0]?.headers['webhook-id'], first?.id);
  assert.deepEqual(receiver.subjects(), ['Message 1', 'Message 4']);
  await until('it is over', async () => (await deliveries('state = delivered')).length === 2);
  await assert.rejects(notify.resend(first?.id ?? '', tester), { code: 'notifications.already-delivered' });
  assert.deepEqual(await notify.channels.resendAll(channel.id, tester), { deliveries: 2 });
  await until('the rest came', () => receiver.received.length === 4);
});

test('when the server was off for seven days nothing is given up on for that', async (t) => {
  const receiver = await startReceiver((response) => void response.writeHead(503).end());
  t.after(receiver.close);
  const { notify, clock, publish, deliveries } = await start(t);
  await notify.channels.create(webhookTo(receiver.url), tester);
  await publish(1, 1);
  await until('it was tried', async () => (await deliveries())[0]?.attempts === 1);

  clock.advance(8 * day);
  await until('it was tried again', async () => (await deliveries())[0]?.attempts === 2);

  assert.equal((await deliveries())[0]?.state, 'retrying');
});

test('mail that some addresses have taken goes on to the others only', async (t) => {
  let mailbox = '452 4.2.2 mailbox full';
  const server = await startSmtp({
    answer: (line) => (line.startsWith('RCPT TO:<full@') && mailbox !== '' ? mailbox : undefined),
  });
  t.after(server.close);
  const config = { smtpHost: '127.0.0.1', smtpPort: server.port, smtpSecure: 'none', smtpFrom: 'b@c.example' } as const;
  const { notify, clock, publish, deliveries } = await start(t, { config });
  await notify.channels.create(mailTo('ok@c.example', 'full@c.example'), tester);
  await publish(1, 2);
  await until('both were tried', async () => (await deliveries('state = retrying')).length === 2);
  mailbox = '';
  clock.advance(hour);
  await until('both are over', async () => (await deliveries('state = delivered')).length === 2);

  const received = server.mails.map((mail) => `${subjectOf(mail).slice('[high] '.length)} ${mail.to.join()}`).sort();
  assert.deepEqual(received, [
    'Message 1 full@c.example',
    'Message 1 ok@c.example',
    'Message 2 full@c.example',
    'Message 2 ok@c.example',
  ]);
});

test('a channel that is off gets nothing new, keeps what waits, and goes on when it is on again', async (t) => {
  let broken = true;
  const receiver = await startReceiver((response) => void response.writeHead(broken ? 503 : 200).end());
  t.after(receiver.close);
  const { notify, publish, clock, deliveries } = await start(t);
  const { channel } = await notify.channels.create(webhookTo(receiver.url), tester);
  await publish(1, 1);
  await until('it was tried', async () => (await notify.channels.get(channel.id)).failures === 1);
  await notify.channels.update(channel.id, { enabled: false }, tester);
  broken = false;
  await publish(2, 2);
  clock.advance(30 * day);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(receiver.received.length, 1);
  assert.equal((await deliveries()).length, 1);

  await notify.channels.update(channel.id, { enabled: true }, tester);
  await until('it came', () => receiver.received.length === 2);
  assert.deepEqual(receiver.subjects(), ['Message 1', 'Message 1']);
});

test('the gauges say how much waits and since when', async (t) => {
  const receiver = await startReceiver((response) => void response.writeHead(503).end());
  t.after(receiver.close);
  const metrics = createMetrics();
  const first = await start(t, { metrics });
  await first.notify.channels.create(webhookTo(receiver.url), tester);
  await first.publish(1, 3);
  await until('it was tried', async () => (await first.deliveries('state = retrying')).length === 1);
  first.clock.advance(5 * minute);
  await first.notify.worker.stop();
  first.notify.worker.start();

  await until('the gauges are set', async () => /notify_waiting_deliveries 3/.test(await metrics.text()));
  const [, seconds] = /notify_oldest_waiting_seconds ([\d.]+)/.exec(await metrics.text()) ?? [];
  assert.ok(Number(seconds) >= 300);
});
