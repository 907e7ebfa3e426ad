import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { InventoryReport } from '@bulkhead/contract';
import { inTransaction } from '../../platform/db/database.ts';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { inventoryMigrations } from './index.ts';
import { architecture, auditedActions, ecusOf, publishedEvents, tester, testInventory, vinOf } from './testing.ts';

let database: TestDatabase;
let world: ReturnType<typeof testInventory>;
let softwareId = '';
const hash = 'ab'.repeat(32);
before(async () => {
  database = await testDatabase([inventoryMigrations]);
  world = testInventory(database.db);
  const { models, vehicles, software } = world.inventory;
  await models.put('aria', { name: 'Aria', brand: 'Bulk', year: 2026, architecture }, tester);
  for (const i of [1, 2])
    await vehicles.create({ vin: vinOf(i), model: 'aria', region: 'eu', ecus: ecusOf(i) }, tester);
  softwareId = (
    await software.create(
      { name: 'brake-os', version: '1.1', supplier: 'Stopwell', function: 'brake', sha256: hash },
      tester,
    )
  ).id;
});
after(() => database.close());

let seq = 0;
async function report(vehicle: number, role: string, part: Partial<InventoryReport>) {
  const device = await world.inventory.ecuForEnrolment({ serial: `${role}-${vehicle}` });
  assert.ok(device);
  world.clock.advance(1000);
  const message: InventoryReport = { boot: 1, seq: seq++, software: [], ecus: [], ...part };
  const { ecuId, vin, serial } = device;
  return {
    device: { ecuId, vin, serial, certificateSerial: '01' },
    message,
    receivedAt: world.clock.now(),
    qos: 1 as const,
  };
}
const store = (batch: Awaited<ReturnType<typeof report>>[]) =>
  inTransaction(database.db, (tx) => world.inventory.reportSink.store(tx, batch));
const brake = (version: string, sha256?: string) => ({
  software: [{ ecuSerial: 'BRAKE-1', name: 'brake-os', version, ...(sha256 ? { sha256 } : {}) }],
});
const events = async (type: string) => (await publishedEvents(database.db)).filter((event) => event.type === type);
const stateOf = async (serial: string) =>
  (await world.inventory.ecus.get(serial)).software.map(({ reported, state }) => [reported, state]);

test('a plan says first how many ECUs it reaches, then plans them', async () => {
  const { software } = world.inventory;
  assert.deepEqual(await software.plan(softwareId, { filter: 'role = brake', dryRun: true }, tester), {
    ecus: 2,
    vehicles: 2,
  });
  assert.deepEqual(await software.plan(softwareId, { filter: 'role = brake', dryRun: false }, tester), {
    ecus: 2,
    vehicles: 2,
  });
  assert.deepEqual(await software.plan(softwareId, { filter: 'role = brake', dryRun: false }, tester), {
    ecus: 0,
    vehicles: 0,
  });
  await assert.rejects(software.plan(softwareId, { filter: 'roof = 1', dryRun: true }, tester), {
    code: 'request.bad-filter',
  });
});

test('a gateway reports for the ECUs behind it; another version than planned makes the vehicle outdated', async () => {
  await store([await report(1, 'GATEWAY', brake('1.0'))]);
  assert.deepEqual(await stateOf('BRAKE-1'), [['1.0', 'outdated']]);
  assert.equal((await world.inventory.vehicles.get(vinOf(1))).software, 'outdated');
  await store([await report(1, 'GATEWAY', brake('1.0')), await report(1, 'BRAKE', brake('1.1', hash))]);
  assert.deepEqual(await stateOf('BRAKE-1'), [['1.1', 'current']]);
  assert.equal((await world.inventory.vehicles.get(vinOf(1))).software, 'current');

  const history = await world.inventory.vehicles.history(vinOf(1));
  assert.deepEqual(
    history.filter(({ kind }) => kind === 'reported').map(({ text }) => text),
    ['Software brake-os 1.1 reported, before 1.0', 'Software brake-os 1.0 reported; planned is 1.1'],
  );
  const reported = await events('inventory.software-reported');
  assert.equal(reported.length, 2);
  assert.deepEqual((reported[1]?.payload.changes as object[] | undefined)?.[0], {
    ecuSerial: 'BRAKE-1',
    name: 'brake-os',
    slot: 'running',
    from: '1.0',
    to: '1.1',
    planned: '1.1',
  });
  assert.equal(
    (await auditedActions(database.db)).filter((action) => action === 'inventory.software-reported').length,
    2,
  );
});

test('a repeated report writes no history, no event and no audit entry', async () => {
  const before = (await publishedEvents(database.db)).length;
  await store([await report(1, 'BRAKE', brake('1.1', hash))]);
  assert.equal((await publishedEvents(database.db)).length, before);
});

test('an unknown, a foreign or an unauthorised ECU is an anomaly: recorded, audited and told once, then counted', async () => {
  const stranger = {
    software: [{ ecuSerial: 'ROGUE', name: 'brake-os', version: '6.6' }],
    ecus: [{ serial: 'ROGUE' }],
  };
  const batch = async () => [
    await report(1, 'GATEWAY', stranger),
    await report(1, 'GATEWAY', { ecus: [{ serial: 'BRAKE-2', partNumber: 'EVIL' }] }),
    await report(1, 'BRAKE', { software: [{ ecuSerial: 'TCU-1', name: 'tcu-os', version: '6.6' }] }),
  ];
  await store(await batch());
  await store(await batch());

  const anomalies = await world.inventory.anomalies();
  assert.deepEqual(anomalies.map(({ kind, subject, reporter, count }) => [kind, subject, reporter, count]).sort(), [
    ['foreign-ecu', 'BRAKE-2', 'GATEWAY-1', '2'],
    ['not-a-gateway', 'TCU-1', 'BRAKE-1', '2'],
    ['unknown-ecu', 'ROGUE', 'GATEWAY-1', '2'],
  ]);
  assert.equal((await events('inventory.unknown-ecu')).length, 3);
  assert.equal(
    (await auditedActions(database.db)).filter((action) => action.startsWith('inventory.anomaly')).length,
    3,
  );
  assert.deepEqual(await stateOf('BRAKE-1'), [['1.1', 'current']]);
  assert.equal((await world.inventory.ecus.get('BRAKE-2')).partNumber, 'PN-brake');
});

test('a vehicle that names ever new strangers fills no table', async () => {
  for (let i = 0; i < 3; i++) {
    const ecus = Array.from({ length: 100 }, (_, n) => ({ serial: `S-${i}-${n}` }));
    await store([await report(2, 'GATEWAY', { ecus })]);
  }
  const kept = (await world.inventory.anomalies(1000)).filter(({ vin }) => vin === vinOf(2));
  assert.equal(kept.length, 51);
  assert.equal(
    kept.reduce((sum, { count }) => sum + Number(count), 0),
    300,
  );
});

test('the planned version with other content is outdated and an anomaly', async () => {
  await store([await report(1, 'BRAKE', brake('1.1', 'cd'.repeat(32)))]);
  assert.deepEqual(await stateOf('BRAKE-1'), [['1.1', 'outdated']]);
  assert.ok(
    (await world.inventory.anomalies()).some(
      ({ kind, subject }) => kind === 'hash-mismatch' && subject === 'BRAKE-1 brake-os@1.1',
    ),
  );
});

test('another part number is history, and a version registered later is linked to who reported it', async () => {
  const unit = {
    software: [{ ecuSerial: 'STEERING-1', name: 'steer', version: '7' }],
    ecus: [{ serial: 'STEERING-1', partNumber: 'PN-2', hardwareVersion: 'B' }],
  };
  await store([await report(1, 'STEERING', unit)]);
  assert.deepEqual((await world.inventory.ecus.get('STEERING-1')).software[0]?.softwareId, null);
  assert.equal(
    (await world.inventory.vehicles.history(vinOf(1))).filter(({ kind }) => kind === 'ecu-replaced').length,
    1,
  );
  const { id } = await world.inventory.software.create(
    { name: 'steer', version: '7', supplier: 'Wired', function: 'steering' },
    tester,
  );
  const software = await world.inventory.software.get(id);
  assert.deepEqual([software.installations, software.vehicles], [1, 1]);
  assert.deepEqual((await world.inventory.ecus.get('STEERING-1')).software[0]?.softwareId, id);
});

test('a heartbeat is written at most once a minute', async () => {
  const beat = async (ms: number) => {
    world.clock.advance(ms);
    const { device, receivedAt } = await report(2, 'TCU', {});
    const message = { boot: 1, uptimeS: 1 };
    await inTransaction(database.db, (tx) =>
      world.inventory.heartbeatSink.store(tx, [{ device, receivedAt, message, qos: 0 }]),
    );
    return (await world.inventory.ecus.get('TCU-2')).lastSeenAt;
  };
  const first = await beat(0);
  assert.equal(await beat(30_000), first);
  assert.notEqual(await beat(40_000), first);
});

test('an ECU that reports without end is refused after a while, and may report again later', async () => {
  const { device, message } = await report(2, 'TCU', {});
  const payload = Buffer.from(JSON.stringify(message));
  const parse = () => world.inventory.reportSink.parse(payload, device);
  for (let i = 0; i < 60; i++) assert.deepEqual(parse(), message);

  assert.throws(parse, { code: 'message.too-often' });
  world.clock.advance(30_000);
  assert.deepEqual(parse(), message);
});

test('names that an ECU invents do not fill the inventory', async () => {
  const invented = (from: number) =>
    Array.from({ length: 1_500 }, (_, i) => ({ ecuSerial: 'TCU-2', name: `app-${from + i}`, version: '1' }));
  for (const from of [0, 1_500]) await store([await report(2, 'TCU', { software: invented(from) })]);

  assert.equal((await world.inventory.ecus.get('TCU-2')).software.length, 2_000);
});
