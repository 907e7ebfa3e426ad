import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from 'kysely';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { inventoryMigrations } from './index.ts';
import { architecture, tester, testInventory, vinOf } from './testing.ts';

let database: TestDatabase;
let world: ReturnType<typeof testInventory>;
const ids = new Map<string, string>();
/** Enough for several blocks of the index. */
const fleet = 5_000;

before(async () => {
  database = await testDatabase([inventoryMigrations]);
  world = testInventory(database.db);
  for (const code of ['aria', 'bora'])
    await world.inventory.models.put(code, { name: code, brand: 'Bulk', year: 2026, architecture }, tester);
  for (const version of ['1', '2', '3']) {
    const body = { name: 'linux', version, supplier: 'Wired', function: 'other' } as const;
    ids.set(version, (await world.inventory.software.create(body, tester)).id);
  }
  await plant();
});
after(() => database.close());

/** Vehicle n runs version 1, but every thousandth runs 2 and vehicle 17 runs 3 on a second ECU. */
async function plant(): Promise<void> {
  const { db } = database;
  const rows = Array.from({ length: fleet }, (_, n) => ({ n, vin: vinOf(n) }));
  await sql`with given as (select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g(n int, vin text)),
    vehicle as (
      insert into inventory_vehicle (id, vin, model_id, model_code, region, plant, created_at)
      select gen_random_uuid(), g.vin, m.id, m.code, case when g.n % 4 = 0 then 'us' else 'eu' end, null, now()
      from given g join inventory_model m on m.code = case when g.n % 2 = 0 then 'aria' else 'bora' end order by g.n returning id, vin, model_id)
    insert into inventory_ecu (id, vehicle_id, vin, serial, model_id, role, function, patchable, gateway, network, part_number, supplier, created_at)
    select gen_random_uuid(), v.id, v.vin, 'tcu-' || v.vin, v.model_id, 'tcu', 'telematics', true, false, 'open', 'p', 's', now() from vehicle v`.execute(
    db,
  );
  await sql`insert into inventory_vehicle_status (vehicle_id, state) select id, 'registered' from inventory_vehicle`.execute(
    db,
  );
  await sql`insert into inventory_installation (ecu_id, name, slot, vehicle_id, planned_id, planned_version)
    select e.id, 'linux', 'running', e.vehicle_id, s.id, s.version from inventory_ecu e
    join inventory_vehicle v on v.id = e.vehicle_id
    join inventory_software s on s.name = 'linux' and s.version = case when v.vin = ${vinOf(17)} then '3' when v.vin = ${vinOf(1000)} or v.vin = ${vinOf(2000)} then '2' else '1' end`.execute(
    db,
  );
}
const id = (version: string) => ids.get(version) ?? '';

test('a set is counted by model and region, each vehicle once', async () => {
  const { vehicleIndex } = world.inventory;

  const dense = await vehicleIndex.breakdown([id('1'), id('2')]);
  const none = await vehicleIndex.breakdown([]);

  assert.equal(dense.total, fleet - 1);
  assert.equal(
    dense.byModel.reduce((sum, { vehicles }) => sum + vehicles, 0),
    fleet - 1,
  );
  assert.deepEqual(dense.byRegion, [
    { value: 'eu', vehicles: 3749 },
    { value: 'us', vehicles: 1250 },
  ]);
  assert.deepEqual(none, { total: 0, byModel: [], byRegion: [], byPlant: [], bySoftware: [] });
});

test('pages and the stream name every vehicle of a set once, in the order of VINs, with the ECUs that run it', async () => {
  const { vehicleIndex } = world.inventory;

  const sparse = await vehicleIndex.page([id('2'), id('3')], {});
  const narrowed = await vehicleIndex.page([id('2'), id('3')], { filter: 'region = us and model = aria' });
  const first = await vehicleIndex.page([id('1')], { limit: 3 });
  const second = await vehicleIndex.page([id('1')], { limit: 3, cursor: first.next ?? '' });
  let streamed = 0;
  let last = '';
  for await (const { vin } of vehicleIndex.stream([id('1')])) {
    assert.ok(vin > last);
    [last, streamed] = [vin, streamed + 1];
  }

  assert.deepEqual(
    sparse.items.map(({ vin }) => vin),
    [vinOf(17), vinOf(1000), vinOf(2000)].sort(),
  );
  assert.equal(sparse.next, null);
  assert.deepEqual(
    narrowed.items.map(({ vin }) => vin),
    [vinOf(1000), vinOf(2000)].sort(),
  );
  assert.deepEqual(
    sparse.items.find(({ vin }) => vin === vinOf(17))?.ecus.map(({ role, version }) => [role, version]),
    [['tcu', '3']],
  );
  assert.equal(new Set([...first.items, ...second.items].map(({ vin }) => vin)).size, 6);
  assert.equal(streamed, fleet - 3);
});

test('what remains to be fixed goes by what vehicles reported, and who never reported is unknown', async () => {
  const { vehicleIndex } = world.inventory;
  await sql`update inventory_installation i set reported_id = s.id, reported_version = s.version, reported_at = now()
    from inventory_software s, inventory_vehicle v where v.id = i.vehicle_id and s.name = 'linux'
    and ((v.vin = ${vinOf(1)} and s.version = '3') or (v.vin = ${vinOf(2)} and s.version = '1'))`.execute(database.db);

  const state = await vehicleIndex.remaining('linux', [id('3')]);

  assert.deepEqual(state, { total: fleet, fixed: 1, remaining: 1, unknown: fleet - 2 });
});
