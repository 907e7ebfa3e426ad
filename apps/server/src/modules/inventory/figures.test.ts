import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { sql } from 'kysely';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { createFigureStore } from './figure-store.ts';
import { isLargeFleet } from './fleet-size-views.ts';
import { inventoryMigrations } from './index.ts';
import { architecture, ecusOf, tester, testInventory, vinOf } from './testing.ts';

let database: TestDatabase;
let world: ReturnType<typeof testInventory>;
let softwareId = '';
before(async () => {
  database = await testDatabase([inventoryMigrations]);
  world = testInventory(database.db);
  const { models, vehicles, software, sboms } = world.inventory;
  await models.put('aria', { name: 'Aria', brand: 'Bulk', year: 2026, architecture }, tester);
  for (const i of [1, 2])
    await vehicles.create({ vin: vinOf(i), model: 'aria', region: 'eu', ecus: ecusOf(i) }, tester);
  softwareId = (await software.create({ name: 'os', version: '1', supplier: 'Wired', function: 'other' }, tester)).id;
  await software.plan(softwareId, { filter: 'role in (brake, tcu)', dryRun: false }, tester);
  const sbom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    components: [{ type: 'library', name: 'zlib', version: '1' }],
  };
  await sboms.upload(softwareId, Readable.from([Buffer.from(JSON.stringify(sbom))]), tester);
});
after(() => database.close());

const figures = async () => {
  const { software, sboms } = world.inventory;
  const { installations, vehicles } = await software.get(softwareId);
  const component = (await sboms.listComponents({})).items[0];
  return { installations, vehicles, component: [component?.softwareVersions, component?.vehicles] };
};

test('installations and vehicles are exact at any time, and a retired vehicle counts no more', async () => {
  assert.deepEqual(await figures(), { installations: 4, vehicles: 2, component: [1, 2] });
  await world.inventory.vehicles.create({ vin: vinOf(9), model: 'aria', region: 'eu', ecus: ecusOf(9) }, tester);
  await world.inventory.software.plan(softwareId, { filter: `vin = ${vinOf(9)}`, dryRun: false }, tester);
  assert.deepEqual(await figures(), { installations: 8, vehicles: 3, component: [1, 3] });
  await world.inventory.vehicles.retire(vinOf(9), tester);
  assert.deepEqual(await figures(), { installations: 8, vehicles: 2, component: [1, 2] });
});

test('components that stand in too many versions to be joined show the bound of the last count', async () => {
  const blocks = 200_000;
  await sql`insert into inventory_vehicle_block (kind, key, block, vehicles)
    select 'live', '', n, 0::bit(2048) from generate_series(1000, ${1_000 + blocks}) n`.execute(database.db);
  const { vehicles } = (await world.inventory.sboms.listComponents({})).items[0] ?? {};
  assert.equal(vehicles, 0);

  await createFigureStore(database.db).countSoftware();

  assert.deepEqual(await figures(), { installations: 8, vehicles: 2, component: [1, 2] });
  await sql`delete from inventory_vehicle_block where block >= 1000`.execute(database.db);
});

test('of a large fleet the summary is counted once a minute', async (t) => {
  try {
    // what the planner believes decides; a fleet of that size would take a minute to build
    await sql`update pg_class set reltuples = 1e6 where oid = 'inventory_ecu'::regclass`.execute(database.db);
  } catch {
    return t.skip('the role of TEST_DATABASE_URL may not write pg_class: use a superuser');
  }
  assert.ok(await isLargeFleet(database.db));
  const first = await world.inventory.vehiclesSummary();
  assert.deepEqual([first.vehicles, first.ecus, first.openEcus, first.sbomPercent], [3, 12, 3, 100]);
  await world.inventory.vehicles.create({ vin: vinOf(3), model: 'aria', region: 'eu', ecus: [] }, tester);
  world.clock.advance(1000);
  assert.equal((await world.inventory.vehiclesSummary()).countedAt, first.countedAt);
  world.clock.advance(60_000);
  assert.equal((await world.inventory.vehiclesSummary()).vehicles, 4);
});
