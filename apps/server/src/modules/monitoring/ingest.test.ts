import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { newId } from '@bulkhead/kernel';
import { inTransaction } from '../../platform/db/database.ts';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { createMonitoring } from './index.ts';

let database: TestDatabase;
let announced = 0;
const now = new Date('2026-11-20T10:00:30Z');
const monitoring = () =>
  createMonitoring({ db: database.db, clock: { now: () => now }, announce: async () => void announced++ });
const device = { ecuId: newId(), vin: 'WVWZZZ1JZXW000001', serial: 'TCU-1' };

before(async () => {
  database = await testDatabase([
    { module: 'monitoring', directory: fileURLToPath(new URL('migrations', import.meta.url)) },
  ]);
});
after(() => database.close());

const send = (events: object[], from = device) => {
  const { eventSink } = monitoring();
  const message = eventSink.parse(Buffer.from(JSON.stringify(events)));
  return inTransaction(database.db, (tx) => eventSink.store(tx, [{ device: from, message, receivedAt: now }]));
};
const event = (seq: number, more: object = {}) => ({
  boot: 1,
  seq,
  at: '2026-11-20T10:00:00Z',
  type: 'can.unknown-id',
  severity: 'medium',
  ...more,
});

test('an event that is delivered twice is stored once and counted once', async () => {
  await send([event(1), event(2)]);
  await send([event(2), event(3, { severity: 'high' })]);

  const { items } = await monitoring().events({ filter: 'vin = WVWZZZ1JZXW000001' });
  const summary = await monitoring().summaryOfLastDay();

  assert.deepEqual(items.map((item) => item.sequence).sort(), [1, 2, 3]);
  assert.equal(summary.total, 3);
  assert.deepEqual(
    summary.bySeverity.filter((s) => s.count > 0),
    [
      { severity: 'medium', count: 2 },
      { severity: 'high', count: 1 },
    ],
  );
});

test('an event names the vehicle of the certificate, whatever ECU it reports for', async () => {
  await send([event(1, { ecuSerial: 'BRAKE-9' })], { ...device, ecuId: newId(), vin: 'WVWZZZ1JZXW000002' });

  const { items } = await monitoring().events({ filter: 'vin = WVWZZZ1JZXW000002' });

  assert.deepEqual([items[0]?.vin, items[0]?.ecuSerial, items[0]?.reporter], ['WVWZZZ1JZXW000002', 'BRAKE-9', 'TCU-1']);
});

test('a NUL character in the data of an event does not lose the batch', async () => {
  await send([event(100, { data: { text: 'a\u0000b' } }), event(101)]);

  const { items } = await monitoring().events({ filter: 'vin = WVWZZZ1JZXW000001', limit: 100 });

  assert.ok(items.some((item) => item.sequence === 101));
  assert.deepEqual(items.find((item) => item.sequence === 100)?.data, { text: 'a\\u0000b' });
});

test('no text that a device may send and no time it may claim fails the batch of others', async () => {
  const hostile = { text: 'a\\u0000b', half: '\ud83d', both: '\\\u0000', ['\u0000']: ['\udc00'] };
  await send([event(300, { data: hostile }), event(301)]);

  const { items } = await monitoring().events({ filter: 'vin = WVWZZZ1JZXW000001', limit: 100 });
  assert.ok(items.some((item) => item.sequence === 300) && items.some((item) => item.sequence === 301));
  for (const at of ['2026-02-30T10:00:00Z', '2026-99-01T10:00:00Z', '2026-01-01T99:00:00Z', '0000-01-01T00:00:00Z'])
    await assert.rejects(async () => send([event(302, { at })]), { code: 'message.not-valid' }, at);
  await send([event(303, { at: '2028-02-29T23:59:59.123456789Z' })]);
});

test('consoles are told only when something new was stored', async () => {
  await send([event(200)]);
  const before = announced;

  await send([event(200)]);

  assert.equal(announced, before);
});
