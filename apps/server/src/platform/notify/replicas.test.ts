import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type TestDatabase, testDatabase } from '../db/testing.ts';
import { messageOf, startReceiver, tester, testNotify, until, webhookTo } from './testing.ts';

let database: TestDatabase;
before(async () => {
  database = await testDatabase();
});
after(() => database.close());

type Test = { after(fn: () => unknown): void };

async function startReplica(t: Test, hold: boolean) {
  const program = fileURLToPath(new URL('./testing-worker.ts', import.meta.url));
  const env = { ...process.env, DATABASE: database.url, HOLD: hold ? '1' : '0' };
  const child: ChildProcessByStdio<null, Readable, null> = spawn(process.execPath, [program], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  t.after(kill);
  await until('the replica runs', () => said.includes('ready'));
  return { kill, claimed: () => said.includes('claimed') };
}

async function startHere(t: Test, names: readonly string[], url: string) {
  const { notify, close } = await testNotify(database, { worker: { pollMs: 20, leaseMs: 1_500 } });
  for (const name of names) await notify.channels.create(webhookTo(url, { name }), tester);
  t.after(async () => {
    await close();
    for (const { id } of (await notify.channels.list({})).items) await notify.channels.remove(id, tester);
  });
  const publish = (n: number) =>
    database.db.transaction().execute(async (tx) => {
      for (let i = 1; i <= n; i++) await notify.publish(tx, messageOf(i));
    });
  const delivered = async () => (await notify.listDeliveries({ filter: 'state = delivered', limit: 500 })).items;
  return { notify, publish, delivered };
}

test('a replica killed between claim and send delays its channel by the lease and loses nothing', async (t) => {
  const receiver = await startReceiver();
  t.after(receiver.close);
  const { notify, publish, delivered } = await startHere(t, ['hook'], receiver.url.replace('127.0.0.1', 'localhost'));
  const replica = await startReplica(t, true);
  await publish(3);
  await until('the replica has claimed the channel', replica.claimed);
  notify.worker.start();
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(receiver.received.length, 0, 'nobody else sends while the lease holds');

  await replica.kill();
  await until('all came', async () => (await delivered()).length === 3);

  assert.deepEqual(receiver.subjects(), ['Message 1', 'Message 2', 'Message 3']);
});

test('a replica killed after the receiver had the message leads to a repeat under the same id, and to no loss', async (t) => {
  let silent = true;
  const receiver = await startReceiver((response) => {
    if (!silent) response.end();
  });
  t.after(receiver.close);
  const { notify, publish, delivered } = await startHere(t, ['hook'], receiver.url.replace('127.0.0.1', 'localhost'));
  const replica = await startReplica(t, false);
  await publish(2);
  await until('the receiver has the first', () => receiver.received.length === 1);

  await replica.kill();
  silent = false;
  notify.worker.start();
  await until('all came', async () => (await delivered()).length === 2);

  assert.deepEqual(receiver.subjects(), ['Message 1', 'Message 1', 'Message 2']);
  const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
  assert.equal(ids[0], ids[1]);
  assert.notEqual(ids[1], ids[2]);
});

test('two replicas share the channels, and each message goes out once and in order', async (t) => {
  const receiver = await startReceiver();
  t.after(receiver.close);
  const names = ['a', 'b', 'c', 'd'];
  const { notify, publish, delivered } = await startHere(t, names, `${receiver.url}`);
  const other = await testNotify(database, { worker: { pollMs: 20, leaseMs: 1_500 } });
  t.after(other.close);
  notify.worker.start();
  other.notify.worker.start();

  for (let round = 0; round < 5; round++) await publish(10);
  await until('all came', async () => (await delivered()).length === 200);

  assert.equal(receiver.received.length, 200);
  const ids = receiver.received.map(({ headers }) => String(headers['webhook-id']));
  assert.equal(new Set(ids).size, 200, 'each once');
  const channelOf = new Map((await delivered()).map(({ id, channel }) => [id, channel]));
  const orders = names.map((name) => receiver.subjects().filter((_, i) => channelOf.get(ids[i] ?? '') === name));
  const expected = Array.from({ length: 50 }, (_, i) => `Message ${(i % 10) + 1}`);
  for (const order of orders) assert.deepEqual(order, expected);
});

test('a replica that is stopped lets its attempt end and leaves the rest to others', async (t) => {
  const receiver = await startReceiver((response) => void setTimeout(() => response.end(), 300));
  t.after(receiver.close);
  const { notify, publish, delivered } = await startHere(t, ['hook'], receiver.url);
  notify.worker.start();
  await publish(5);
  await until('the first is under way', () => receiver.received.length === 1);

  await notify.worker.stop();

  assert.equal((await delivered()).length, 1);
  assert.equal(receiver.received.length, 1);
  notify.worker.start();
  await until('the rest came', async () => (await delivered()).length === 5);
  assert.equal(receiver.received.length, 5);
});
