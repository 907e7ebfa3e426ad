import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from 'kysely';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { inventoryMigrations } from './index.ts';
import { createInstallationStore, type Plan } from './installation-store.ts';
import { indexedVehicles, installedVehicles } from './naive-index-views.ts';
import { architecture, ecusOf, tester, testInventory, vinOf } from './testing.ts';
import { createVehicleStore } from './vehicle-store.ts';

const vehicles = 24;
const writers = 8;
const versions = ['1', '2', '3'];
let database: TestDatabase;
let world: ReturnType<typeof testInventory>;
let ecus: { id: string; vehicle_id: string; vin: string; serial: string }[] = [];
const softwareIds: string[] = [];

before(async () => {
  database = await testDatabase([inventoryMigrations]);
  world = testInventory(database.db);
  await world.inventory.models.put('aria', { name: 'A', brand: 'B', year: 2026, architecture }, tester);
  for (let i = 0; i < vehicles; i++)
    await world.inventory.vehicles.create({ vin: vinOf(i), model: 'aria', region: 'eu', ecus: ecusOf(i) }, tester);
  for (const version of versions)
    for (const name of ['boot', 'linux'])
      softwareIds.push(
        (await world.inventory.software.create({ name, version, supplier: 'W', function: 'other' }, tester)).id,
      );
  ecus = await database.db.selectFrom('inventory_ecu').select(['id', 'vehicle_id', 'vin', 'serial']).execute();
});
after(() => database.close());

const pick = <T>(items: readonly T[]): T => items[Math.floor(Math.random() * items.length)] as T;
const naive = async () => assert.deepEqual(await indexedVehicles(database.db), await installedVehicles(database.db));
const deadlocks = async () => {
  const { rows } = await sql<{ n: string }>`
    select deadlocks::text as n from pg_stat_database where datname = current_database()`.execute(database.db);
  return rows[0]?.n;
};

async function inParallel(transactions: number, work: (tx: Db, writer: number) => Promise<void>): Promise<void> {
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      for (let i = 0; i < transactions; i++) await inTransaction(database.db, (tx) => work(tx, writer));
    }),
  );
}

test('writers of different vehicles that share every block wait for each other, but never deadlock', async () => {
  await inParallel(25, async (tx, writer) => {
    const own = ecus.filter((_, i) => Math.floor(i / 4) % writers === writer);
    // several statements in any order: locks held until the end would meet crosswise
    for (let i = 0; i < 3; i++) {
      const ecu = pick(own);
      const software_id = pick(softwareIds);
      const plan: Plan = { ecu_id: ecu.id, vehicle_id: ecu.vehicle_id, slot: 'running', software_id };
      await createInstallationStore(tx).plan([plan]);
      if (Math.random() < 0.2) await createVehicleStore(tx).retire(ecu.vehicle_id);
    }
  });

  assert.equal(await deadlocks(), '0');
  await naive();
});

test('of two ECUs that leave a version at the same time the second one clears the bit, and none too early', async () => {
  const [first, second] = ecus;
  assert.ok(first && second && first.vehicle_id === second.vehicle_id);
  const [one = '', , two = ''] = softwareIds;
  const plan = (tx: Db, { id, vehicle_id }: typeof first, software_id: string) =>
    createInstallationStore(tx).plan([{ ecu_id: id, vehicle_id, slot: 'running', software_id }]);
  for (let i = 0; i < 20; i++) {
    await inTransaction(
      database.db,
      async (tx) => void (await Promise.all([plan(tx, first, one), plan(tx, second, one)])),
    );
    await Promise.all([
      inTransaction(database.db, (tx) => plan(tx, first, two)),
      inTransaction(database.db, (tx) => plan(tx, second, i % 2 ? one : two)),
    ]);
    await naive();
  }
});

test('reports of the same vehicles over several replicas leave an exact index', async () => {
  let seq = 0;
  let stored = 0;
  await inParallel(15, async (tx) => {
    const some = new Map(Array.from({ length: 6 }, () => pick(ecus)).map((ecu) => [ecu.serial, ecu]));
    const batch = [...some.values()].map(({ id, vin, serial }) => ({
      device: { ecuId: id, vin, serial, certificateSerial: '1' },
      message: {
        boot: 1,
        seq: seq++,
        ecus: [],
        software: [{ ecuSerial: serial, name: pick(['boot', 'linux', 'home']), version: pick(versions) }],
      },
      receivedAt: new Date(world.clock.now().getTime() + seq * 1_000),
      qos: 1 as const,
    }));
    await world.inventory.reportSink.store(tx, batch);
    // as the committer does: heartbeats of the same transaction last
    const beats = batch.map((item) => ({ ...item, message: { boot: 1, uptimeS: 1 } }));
    await world.inventory.heartbeatSink.store(tx, beats);
    stored += batch.length;
  });

  assert.ok(stored > 300, `${stored} reports`);
  assert.equal(await deadlocks(), '0');
  await naive();
});

test('a version registered while a report of it is being stored is the version that the vehicle runs', async () => {
  const vin = vinOf(900);
  await world.inventory.vehicles.create({ vin, model: 'aria', region: 'eu', ecus: ecusOf(900) }, tester);
  const ecu = await database.db
    .selectFrom('inventory_ecu')
    .select(['id', 'vehicle_id'])
    .where('vin', '=', vin)
    .executeTakeFirstOrThrow();
  const stored = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const report = {
    ecu_id: ecu.id,
    vehicle_id: ecu.vehicle_id,
    name: 'late',
    slot: 'running',
    version: '1',
    sha256: null,
  };
  const reporting = inTransaction(database.db, async (tx) => {
    await createInstallationStore(tx).report([{ ...report, at: world.clock.now() }]);
    stored.resolve();
    await goOn.promise;
  });
  await stored.promise;
  const body = { name: 'late', version: '1', supplier: 'W', function: 'other' };
  const registering = world.inventory.software.create(body, tester);
  setTimeout(goOn.resolve, 100);
  await reporting;

  const { id } = await registering;
  assert.equal(await world.inventory.vehicleIndex.count([id], { kind: 'reported' }), 1);
  await naive();
});

test('heartbeats and reports that repeat what is known leave the index alone', async () => {
  const writes = async () => {
    await sql`select pg_stat_force_next_flush()`.execute(database.db);
    const { rows } = await sql<{ name: string; n: string }>`
      select relname as name, (n_tup_ins + n_tup_upd + n_tup_del)::text as n from pg_stat_user_tables
      where relname like 'inventory_vehicle_block%' or relname in ('inventory_index_note', 'inventory_software_role') order by 1`.execute(
      database.db,
    );
    return rows;
  };
  const [ecu] = ecus;
  assert.ok(ecu);
  const device = { ecuId: ecu.id, vin: ecu.vin, serial: ecu.serial, certificateSerial: '1' };
  const report = (hours: number) => ({
    device,
    message: { boot: 1, seq: hours, ecus: [], software: [{ ecuSerial: ecu.serial, name: 'linux', version: '1' }] },
    receivedAt: new Date(world.clock.now().getTime() + (100 + hours) * 3_600_000),
    qos: 1 as const,
  });
  await inTransaction(database.db, (tx) => world.inventory.reportSink.store(tx, [report(0)]));
  const before = await writes();

  await inTransaction(database.db, async (tx) => {
    for (const hours of [2, 4, 6]) {
      await world.inventory.reportSink.store(tx, [report(hours)]);
      await world.inventory.heartbeatSink.store(tx, [{ ...report(hours + 1), message: { boot: 1, uptimeS: 1 } }]);
    }
    await world.inventory.markConnected(tx, [{ ecuId: ecu.id, connected: true, at: report(8).receivedAt }]);
  });

  assert.equal(before.length, 6);
  assert.deepEqual(await writes(), before);
});
