import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { type TestDatabase, testDatabase } from '../db/testing.ts';
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
