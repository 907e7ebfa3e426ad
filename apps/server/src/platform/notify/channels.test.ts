import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { NewNotificationChannel } from '@bulkhead/contract';
import { manualClock } from '@bulkhead/kernel';
import { type TestDatabase, testDatabase } from '../db/testing.ts';
import { messageOf, startReceiver, tester, testNotify, until, webhookTo } from './testing.ts';

let database: TestDatabase;
let platform: Awaited<ReturnType<typeof testNotify>>;
const clock = manualClock('2026-11-20T12:00:00Z');
before(async () => {
  database = await testDatabase();
  platform = await testNotify(database, { clock, config: { smtpHost: '127.0.0.1', smtpFrom: 'b@c.example' } });
});
after(async () => {
  await platform.close();
  await database.close();
});

type Test = { after(fn: () => unknown): void };
async function create(t: Test, input: NewNotificationChannel) {
  const made = await platform.notify.channels.create(input, tester);
  t.after(() => platform.notify.channels.remove(made.channel.id, tester).catch(() => {}));
  return made;
}
const mail: NewNotificationChannel = {
  name: 'mail',
  kind: 'smtp',
  addresses: ['team@corp.example'],
  mode: 'immediate',
  subscriptions: [{ topic: 'fleet.alarm', minSeverity: 'high' }],
};
const audited = () =>
  database.db.selectFrom('platform_audit_entry').select(['action', 'subject', 'details']).orderBy('id').execute();
const everything = async () =>
  JSON.stringify([
    await database.db.selectFrom('platform_notify_channel').selectAll().execute(),
    await audited(),
    (await platform.notify.channels.list({})).items,
  ]);

test('secrets are shown once, and stand in no table, no audit entry and no answer in clear', async (t) => {
  const url = 'https://hooks.example.com/in/S3CRETPATH?token=S3CRETTOKEN';
  const hook = await create(t, webhookTo(url));
  const chat = await create(t, { ...webhookTo(url, { name: 'chat' }), kind: 'chat', dialect: 'slack' });

  assert.match(hook.secret ?? '', /^whsec_[A-Za-z0-9+/]{43}=$/);
  assert.equal(chat.secret, null);
  assert.equal(hook.channel.target, 'https://hooks.example.com/in/S3CRETPATH?…');
  assert.equal(chat.channel.target, 'https://hooks.example.com/…');
  const { secret } = await platform.notify.channels.rotateSecret(hook.channel.id, tester);
  assert.notEqual(secret, hook.secret);
  const all = await everything();
  for (const text of [hook.secret ?? '', secret, secret.slice(6), 'S3CRETTOKEN'])
    assert.ok(!all.includes(text) && !all.includes(Buffer.from(text).toString('hex')), text);
  assert.equal(all.split('S3CRETPATH').length - 1, 2, 'the path of the webhook, in its row and in the list');
});

test('every change is audited with who made it and without secrets', async (t) => {
  const before = (await audited()).length;
  const { channel } = await create(t, webhookTo('https://hooks.example.com/x', { name: 'audited' }));
  await platform.notify.channels.update(
    channel.id,
    { name: 'renamed', mode: 'digest', digest: { every: 'day' } },
    tester,
  );
  await platform.notify.channels.rotateSecret(channel.id, tester);
  await platform.notify.channels.resendAll(channel.id, tester);
  await platform.notify.channels.remove(channel.id, tester);

  const entries = (await audited()).slice(before).map(({ action, subject }) => `${action} ${subject}`);
  assert.deepEqual(entries, [
    'notifications.create-channel audited',
    'notifications.update-channel audited',
    'notifications.rotate-secret renamed',
    'notifications.resend-channel renamed',
    'notifications.delete-channel renamed',
  ]);
});

test('fields that do not go together are refused, and the answer names the field', async () => {
  const hook = webhookTo('https://hooks.example.com/x', { name: 'bad' });
  const wrong: readonly (readonly [string, NewNotificationChannel])[] = [
    ['name', { ...hook, name: '\u202e\n' }],
    ['url', { ...hook, url: 'http://hooks.example.com/x' }],
    ['url', { ...hook, url: 'https://169.254.169.254/latest' }],
    ['url', { ...hook, url: 'https://u:p@hooks.example.com/' }],
    ['url', { ...hook, url: 'nonsense' }],
    ['url', { name: 'x', kind: 'webhook', mode: 'immediate', subscriptions: hook.subscriptions }],
    ['url', { ...mail, url: 'https://hooks.example.com/x' }],
    ['addresses', { ...hook, addresses: ['a@b.example'] }],
    ['addresses', { ...mail, addresses: ['a@b.example\r\nBcc: c@d.example'] }],
    ['addresses', { ...mail, addresses: ['"a b"@c.example'] }],
    ['addresses', { ...mail, addresses: ['a@b.example, c@d.example'] }],
    ['addresses', { name: 'x', kind: 'smtp', mode: 'immediate', subscriptions: hook.subscriptions }],
    ['dialect', { ...hook, dialect: 'slack' }],
    ['dialect', { ...hook, kind: 'chat' }],
    ['digest', { ...hook, mode: 'digest' }],
    ['digest', { ...hook, digest: { every: 'hour' } }],
    ['digest', { ...hook, mode: 'digest', digest: { every: 'hour', at: '10:00' } }],
    ['digest', { ...hook, mode: 'digest', digest: { every: 'day', weekday: 1 } }],
    ['subscriptions', { ...hook, subscriptions: [{ topic: 'fleet.unknown', minSeverity: 'low' }] }],
    ['subscriptions', { ...hook, subscriptions: [{ topic: 'unknown.*', minSeverity: 'low' }] }],
    [
      'subscriptions',
      {
        ...hook,
        subscriptions: [
          { topic: '*', minSeverity: 'low' },
          { topic: '*', minSeverity: 'high' },
        ],
      },
    ],
  ];
  for (const [field, input] of wrong)
    await assert.rejects(
      platform.notify.channels.create(input, tester),
      (error: { code?: string; fields?: Record<string, string> }) =>
        error.code === 'notifications.bad-channel' && Object.keys(error.fields ?? {}).join() === field,
      `${field}: ${JSON.stringify(input)}`,
    );
  assert.equal(wrong.length, 21);
  assert.equal((await platform.notify.channels.list({})).items.length, 0);
});

test('names are taken once, whatever their case, and an unknown channel is said to be unknown', async (t) => {
  const { channel } = await create(t, webhookTo('https://hooks.example.com/x', { name: 'Ops' }));
  const other = await create(t, webhookTo('https://hooks.example.com/x', { name: 'other' }));

  const taken = { code: 'notifications.name-taken' };
  await assert.rejects(platform.notify.channels.create({ ...mail, name: 'OPS' }, tester), taken);
  await assert.rejects(platform.notify.channels.update(other.channel.id, { name: 'ops' }, tester), taken);
  await platform.notify.channels.update(channel.id, { name: 'ops' }, tester);
  const unknown = { code: 'notifications.unknown-channel' };
  const id = '01930000-0000-7000-8000-000000000000';
  const { channels } = platform.notify;
  await assert.rejects(channels.get(id), unknown);
  await assert.rejects(channels.update(id, { name: 'x' }, tester), unknown);
  await assert.rejects(channels.remove(id, tester), unknown);
  await assert.rejects(channels.test(id, tester), unknown);
  await assert.rejects(channels.rotateSecret(id, tester), unknown);
  await assert.rejects(channels.resendAll(id, tester), unknown);
  await assert.rejects(platform.notify.resend(id, tester), { code: 'notifications.unknown-delivery' });
});

test('mail channels are refused while no mail server is set, and the answer says what to set', async (t) => {
  const without = await testNotify(database);
  t.after(without.close);

  await assert.rejects(without.notify.channels.create(mail, tester), {
    code: 'notifications.mail-not-set-up',
    message: /notifications\.smtpHost and notifications\.smtpFrom/,
  });
  assert.equal(without.notify.settings().mail.ready, false);
  assert.deepEqual(platform.notify.settings().mail, { ready: true, from: 'b@c.example', reason: null });
});

test('a test sends a real message, answers how it went, and closes the circuit when it went well', async (t) => {
  let broken = true;
  const receiver = await startReceiver((response) => void response.writeHead(broken ? 503 : 200).end('later'));
  t.after(receiver.close);
  const { channel } = await create(t, webhookTo(receiver.url));

  const failed = await platform.notify.channels.test(channel.id, tester);
  assert.deepEqual([failed.delivered, failed.detail], [false, 'The receiver answered 503: later']);
  platform.notify.worker.start();
  t.after(() => platform.notify.worker.stop());
  await database.db.transaction().execute((tx) => platform.notify.publish(tx, messageOf(1)));
  await until(
    'the circuit is open',
    async () => (await platform.notify.channels.get(channel.id)).nextAttemptAt !== null,
  );

  broken = false;
  const worked = await platform.notify.channels.test(channel.id, tester);
  assert.equal(worked.delivered, true);
  await until('what waited came, without a pause', () => receiver.received.length === 4);
  assert.match(receiver.subjects()[2] ?? '', /^Test of the channel hook$/);
  assert.equal((await platform.notify.channels.get(channel.id)).state, 'working');
  const tests = (await audited()).filter(({ action }) => action === 'notifications.test-channel');
  assert.deepEqual(
    tests.map(({ details }) => (JSON.parse(details) as { delivered: boolean }).delivered),
    [false, true],
  );
});

test('after a rotation both secrets sign for a day, then the new one alone', async (t) => {
  const receiver = await startReceiver();
  t.after(receiver.close);
  const { channel } = await create(t, webhookTo(receiver.url));
  const signatures = async () => {
    await platform.notify.channels.test(channel.id, tester);
    return String(receiver.received.at(-1)?.headers['webhook-signature']).split(' ').length;
  };

  assert.equal(await signatures(), 1);
  await platform.notify.channels.rotateSecret(channel.id, tester);
  assert.equal(await signatures(), 2);
  await platform.notify.channels.rotateSecret(channel.id, tester);
  assert.equal(await signatures(), 2, 'never more than two');
  clock.advance(86_399_000);
  assert.equal(await signatures(), 2);
  clock.advance(2_000);
  assert.equal(await signatures(), 1);
  const { channel: chat } = await create(t, {
    ...webhookTo(receiver.url, { name: 'chat' }),
    kind: 'chat',
    dialect: 'slack',
  });
  await assert.rejects(platform.notify.channels.rotateSecret(chat.id, tester), { code: 'notifications.no-secret' });
});

test('a channel whose secret cannot be decrypted says so, and works again with a new address', async (t) => {
  const receiver = await startReceiver();
  t.after(receiver.close);
  const { channel } = await create(t, webhookTo(receiver.url));
  const { channel: other } = await create(t, webhookTo(receiver.url, { name: 'other' }));
  // the sealed secret of another channel is as good as none
  await database.db
    .updateTable('platform_notify_channel')
    .set((eb) => ({ sealed: eb.selectFrom('platform_notify_channel').select('sealed').where('id', '=', other.id) }))
    .where('id', '=', channel.id)
    .execute();

  assert.match((await platform.notify.channels.test(channel.id, tester)).detail, /cannot be decrypted/);
  await assert.rejects(platform.notify.channels.rotateSecret(channel.id, tester), { code: 'notifications.no-secret' });
  await platform.notify.channels.update(channel.id, { url: receiver.url }, tester);
  assert.equal((await platform.notify.channels.test(channel.id, tester)).delivered, true);
  assert.match(String(receiver.received[0]?.headers['webhook-signature']), /^v1,/);
});

test('there are at most a hundred channels', async (t) => {
  for (let n = 0; n < 100; n++) await create(t, webhookTo('https://hooks.example.com/x', { name: `channel ${n}` }));

  await assert.rejects(platform.notify.channels.create(mail, tester), { code: 'notifications.too-many-channels' });
});
