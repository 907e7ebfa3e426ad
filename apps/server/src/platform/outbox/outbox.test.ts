import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Problem } from '@bulkhead/kernel';
import { sql } from 'kysely';
import { inTransaction } from '../db/database.ts';
import { type TestDatabase, testDatabase } from '../db/testing.ts';
import { type Bus, createBus } from './bus.ts';
import { createOutbox, discardDeadEvent, retryDeadEvent } from './outbox.ts';
import { createRelay, type RelayedEvent } from './relay.ts';
import { createOutboxViews } from './views.ts';

let database: TestDatabase;
let bus: Bus;
before(async () => {
  database = await testDatabase();
  bus = await createBus({ url: database.url });
});
after(async () => {
  await bus.close();
  await database.close();
});
beforeEach(() => sql`truncate platform_outbox`.execute(database.db));

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 1_000 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(condition(), true, 'waited five seconds in vain');
}

test('an event reaches every handler of its type once its transaction commits, and never when it rolls back', async () => {
  const seen: string[] = [];
  const relay = createRelay({ db: database.db });
  relay.on('identity.revoked', async ({ payload }) => void seen.push(`first ${JSON.stringify(payload)}`));
  relay.on('identity.revoked', async ({ payload }) => void seen.push(`second ${JSON.stringify(payload)}`));
  await assert.rejects(
    inTransaction(database.db, async (tx) => {
      await createOutbox(tx).publish({ type: 'identity.revoked', payload: { serial: 'lost' } });
      throw new Error('rolled back');
    }),
  );
  await createOutbox(database.db).publish({ type: 'identity.revoked', payload: { serial: '01\0' } });

  assert.equal(await relay.run(), 1);
  assert.equal(await relay.run(), 0);

  assert.deepEqual(seen, ['first {"serial":"01\\u0000"}', 'second {"serial":"01\\u0000"}']);
});

test('a started relay is woken by the commit', async () => {
  const seen: RelayedEvent[] = [];
  const relay = createRelay({ db: database.db, bus, interval: 600_000 });
  relay.on('woken', async (event) => void seen.push(event));
  relay.start();

  await createOutbox(database.db).publish({ type: 'woken', payload: 1 });

  await until(() => seen.length === 1);
  await relay.stop();
});

test('a failing handler undoes only its own event, is retried and at last given up on, visibly', async () => {
  await sql`create table effects (id text)`.execute(database.db);
  const relay = createRelay({ db: database.db, maxAttempts: 2, firstDelay: 1 });
  let broken = true;
  relay.on('effect', async ({ payload }, tx) => {
    await sql`insert into effects values (${payload})`.execute(tx);
    if (payload === 'bad' && broken) await sql`select 1 / 0`.execute(tx);
  });
  relay.on('refused', () => Promise.reject(new Problem('sample.refused', 'the other side is closed')));
  await createOutbox(database.db).publishAll([
    { type: 'effect', payload: 'a' },
    { type: 'effect', payload: 'bad' },
    { type: 'effect', payload: 'b' },
    { type: 'refused', payload: null },
    { type: 'nobody', payload: null },
  ]);
  const effects = async () =>
    (await sql<{ id: string }>`select id from effects order by id`.execute(database.db)).rows.map(({ id }) => id);
  const views = createOutboxViews(database.db);

  assert.equal(await relay.run(), 2);
  assert.deepEqual(await effects(), ['a', 'b']);
  await new Promise((resolve) => setTimeout(resolve, 10));
  await relay.run();

  const dead = await views.dead();
  assert.deepEqual(dead.map(({ type, attempts, lastError }) => [type, attempts, lastError]).sort(), [
    ['effect', 2, 'error'],
    ['refused', 2, 'sample.refused: the other side is closed'],
  ]);
  assert.deepEqual(await views.counts(), [
    { type: 'effect', waiting: 0, dead: 1 },
    { type: 'nobody', waiting: 1, dead: 0 },
    { type: 'refused', waiting: 0, dead: 1 },
  ]);
  broken = false;
  assert.equal(await retryDeadEvent(database.db, dead.find(({ type }) => type === 'effect')?.id ?? ''), true);
  assert.equal(await discardDeadEvent(database.db, dead.find(({ type }) => type === 'refused')?.id ?? ''), true);
  await relay.run();
  assert.deepEqual(await effects(), ['a', 'b', 'bad']);
  assert.deepEqual(await views.dead(), []);
});

test('several replicas share the events and each event is handled by one of them', async () => {
  const seen: string[] = [];
  const relays = [1, 2, 3].map(() => {
    const relay = createRelay({ db: database.db });
    relay.on('shared', async ({ id }) => void seen.push(id));
    return relay;
  });
  await createOutbox(database.db).publishAll(Array.from({ length: 300 }, (_, i) => ({ type: 'shared', payload: i })));

  await Promise.all(relays.map((relay) => relay.run()));
  await relays[0]?.run();

  assert.equal(seen.length, 300);
  assert.equal(new Set(seen).size, 300);
});

test('a message on the bus reaches every replica when its transaction commits', async () => {
  const other = await createBus({ url: database.url });
  const seen: unknown[] = [];
  bus.subscribe('revocation', (payload) => void seen.push(['one', payload]));
  const stop = other.subscribe('revocation', (payload) => void seen.push(['two', payload]));
  other.subscribe('other topic', () => void seen.push('never'));

  await inTransaction(database.db, async (tx) => {
    await bus.publish(tx, 'revocation', { serial: 'a' });
    assert.deepEqual(seen, []);
  });
  await until(() => seen.length === 2);
  stop();
  await bus.publish(database.db, 'revocation', { serial: 'b' });
  await until(() => seen.length === 3);

  assert.deepEqual(seen.slice(0, 2).toSorted(), [
    ['one', { serial: 'a' }],
    ['two', { serial: 'a' }],
  ]);
  assert.deepEqual(seen[2], ['one', { serial: 'b' }]);
  await assert.rejects(bus.publish(database.db, 'revocation', 'x'.repeat(7_600)), { code: 'bus.payload-too-large' });
  await other.close();
});

test('a bus that lost its connection comes back, says so and delivers again', async () => {
  const lossy = await createBus({ url: database.url });
  const seen: unknown[] = [];
  let reconnections = 0;
  lossy.subscribe(
    't',
    (payload) => void seen.push(payload),
    () => void reconnections++,
  );
  lossy.subscribe('t', () => Promise.reject(new Error('a failing subscriber harms no other')));

  await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'bulkhead bus' and datname = current_database()`.execute(
    database.db,
  );
  await until(() => reconnections === 1);
  await lossy.publish(database.db, 't', 1);

  await until(() => seen.length === 1);
  await lossy.close();
});
