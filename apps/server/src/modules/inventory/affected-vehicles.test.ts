import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ListQuery } from '@bulkhead/contract';
import { sql } from 'kysely';
import { inTransaction } from '../../platform/db/database.ts';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import type { AffectedVehicle } from './affected-vehicle-views.ts';
import { inventoryMigrations } from './index.ts';
import { architecture, tester, testInventory, vinOf } from './testing.ts';
import { runningBlocks } from './vehicle-index-views.ts';
import { countVehicles } from './vehicle-list-views.ts';
import { readSet, vehiclesOf } from './vehicle-set-views.ts';

let database: TestDatabase;
let world: ReturnType<typeof testInventory>;
const ids = new Map<string, string>();
const idsOf = (...versions: string[]) => versions.map((version) => ids.get(version) ?? '');
const roles = ['tcu', 'gateway', 'brake'];

/** Vehicle i: what is known of it, and the version of the kernel on each of its three ECUs. */
const fleet = Array.from({ length: 40 }, (_, i) => ({
  vin: vinOf((i * 7) % 40),
  model: i % 3 === 0 ? 'bora' : 'aria',
  region: i % 2 === 0 ? 'eu' : 'us',
  plant: i % 5 === 0 ? null : `Plant-${i % 4}`,
  versions: roles.map((_, role) => `${1 + ((i + role * (i % 7)) % 4)}`),
  retired: i % 11 === 10,
}));

before(async () => {
  database = await testDatabase([inventoryMigrations]);
  world = testInventory(database.db);
  const { models, software, vehicles } = world.inventory;
  for (const code of ['aria', 'bora'])
    await models.put(code, { name: code, brand: 'Bulk', year: 2026, architecture }, tester);
  for (const version of ['1', '2', '3', '4', '5'])
    ids.set(version, (await software.create({ name: 'kernel', version, supplier: 'W', function: 'other' }, tester)).id);
  const cars = fleet.map(({ vin, model, region, plant }) => `${vin},${model},${region},${plant ?? ''}\n`);
  const imported = await world.importAll('vehicles', `vin,model,region,plant\n${cars.join('')}`);
  assert.deepEqual(imported.errors, []);
  const ecus = fleet.flatMap(({ vin, versions }) =>
    versions.map((version, r) => `${vin},${roles[r]}-${vin},${roles[r]},P,W,kernel@${version}\n`),
  );
  const planned = await world.importAll('ecus', `vin,serial,role,partNumber,supplier,software\n${ecus.join('')}`);
  assert.deepEqual(planned.errors, []);
  for (const { vin } of fleet.filter(({ retired }) => retired)) await vehicles.retire(vin, tester);
});
after(() => database.close());

type Car = (typeof fleet)[number];
const running = (versions: readonly string[]) =>
  fleet
    .filter((car) => !car.retired && car.versions.some((version) => versions.includes(version)))
    .sort((a, b) => (a.vin < b.vin ? -1 : 1));

async function walk(versions: readonly string[], query: ListQuery): Promise<AffectedVehicle[]> {
  const found: AffectedVehicle[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: AffectedVehicle[]; next: string | null; total?: number } =
      await world.inventory.vehicleIndex.page(idsOf(...versions), {
        limit: 3,
        ...query,
        ...(cursor ? { cursor } : {}),
      });
    if (query.count && cursor === null) assert.ok(page.total !== undefined);
    found.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return found;
}

test('what one vehicle runs is told program by program, and of an unknown VIN nothing', async () => {
  const [car] = fleet;
  assert.ok(car);
  const rows = await world.inventory.vehicleIndex.installed(car.vin);
  assert.deepEqual(
    rows?.map(({ role, model, name, version, softwareId }) => [role, model, name, version, softwareId]).toSorted(),
    roles.map((role, r) => [role, car.model, 'kernel', car.versions[r], ids.get(car.versions[r] ?? '')]).toSorted(),
  );
  assert.equal(await world.inventory.vehicleIndex.installed('WNWZZZ0ZZ6A999999'), undefined);
});

test('vehicles are counted exactly within a model and on an ECU role, also where several roles share a version', async () => {
  const cases = roles.flatMap((role) => [{ role }, { role, model: 'aria' }, { role, model: 'bora' }]);
  let seen = 0;
  for (const versions of [['1'], ['2', '4'], ['1', '2', '3', '4'], ['5']])
    for (const within of [...cases, { model: 'aria' }, { model: 'none' }, { role: 'none' }, {}]) {
      const { role, model } = { role: undefined, model: undefined, ...within };
      const expected = fleet.filter(
        (car) =>
          !car.retired &&
          (model === undefined || car.model === model) &&
          car.versions.some((version, r) => versions.includes(version) && (role === undefined || roles[r] === role)),
      ).length;
      assert.equal(await world.inventory.vehicleIndex.countWithin(idsOf(...versions), within), expected);
      seen += expected;
    }
  assert.ok(seen > 200, `${seen} vehicles`);
});

test('pages name every vehicle that runs a version once, with the ECUs that do', async () => {
  const expected = running(['1', '3']);
  assert.ok(expected.length > 20);

  const found = await walk(['1', '3'], {});

  assert.deepEqual(
    found.map(({ vin, model, region, plant }) => ({ vin, model, region, plant })),
    expected.map(({ vin, model, region, plant }) => ({ vin, model, region, plant })),
  );
  for (const [i, { vin, ecus, state, lastSeenAt }] of found.entries()) {
    const versions = expected[i]?.versions ?? [];
    assert.deepEqual(
      ecus.map(({ serial, role, name, version, softwareId }) => [serial, role, name, version, softwareId]),
      roles
        .map((role, r) => [`${role}-${vin}`, role, 'kernel', versions[r], ids.get(versions[r] ?? '')])
        .filter(([, , , version]) => version === '1' || version === '3')
        .sort(([, a], [, b]) => ((a ?? '') < (b ?? '') ? -1 : 1)),
    );
    assert.deepEqual([state, lastSeenAt], ['registered', null]);
  }
  assert.deepEqual(await walk(['5'], {}), []);
  assert.deepEqual(await walk([], {}), []);
});

const filters: readonly [string, (car: Car) => boolean][] = [
  ['model = bora', ({ model }) => model === 'bora'],
  ['model != bora', ({ model }) => model !== 'bora'],
  ['region in (us, cn)', ({ region }) => region === 'us'],
  ['plant : "plant-1"', ({ plant }) => plant === 'Plant-1'],
  ['plant != "Plant-1"', ({ plant }) => plant !== 'Plant-1'],
  ['not (plant = "Plant-1" or region = eu)', ({ plant, region }) => plant !== 'Plant-1' && region !== 'eu'],
  ['model = aria and region = eu', ({ model, region }) => model === 'aria' && region === 'eu'],
  ['model = aria and state = registered', ({ model }) => model === 'aria'],
  ['model = aria or state = online', ({ model }) => model === 'aria'],
  ['vin : "00001" and region = us', ({ vin, region }) => vin.includes('00001') && region === 'us'],
  ['state = online', () => false],
  ['ecus > 2', () => true],
  ['plant = ""', () => false],
];

test('filters and orders are those of the list of vehicles, and totals are exact', async () => {
  for (const [filter, matches] of filters) {
    const expected = running(['2', '4']).filter(matches);
    for (const sort of ['vin', '-vin', 'region', '-lastSeenAt', 'plant']) {
      const found = (await walk(['2', '4'], { filter, sort, count: true })).map(({ vin }) => vin);
      assert.deepEqual(
        found.toSorted(),
        expected.map(({ vin }) => vin),
        `${filter} by ${sort}`,
      );
      if (sort === '-vin') assert.deepEqual(found, expected.map(({ vin }) => vin).reverse());
    }
    const { total } = await world.inventory.vehicleIndex.page(idsOf('2', '4'), { filter, count: true, limit: 1 });
    assert.equal(total, expected.length, filter);
    const all = fleet.filter(matches).length;
    const listed = await world.inventory.vehicles.list({ filter, count: true, limit: 500 });
    // of the retired the state is another one
    if (!filter.includes('state')) assert.equal(listed.total, all, filter);
    assert.equal(listed.total, listed.items.length, filter);
    assert.equal(await countVehicles(database.db, filter), listed.total, filter);
  }
  assert.equal(await countVehicles(database.db, undefined), fleet.length);
  await assert.rejects(world.inventory.vehicleIndex.page(idsOf('1'), { filter: 'model = ' }), /filter/i);
  await assert.rejects(world.inventory.vehicleIndex.page(idsOf('1'), { cursor: 'bm8' }), /cursor/i);
});

test('an export holds what the pages hold', async () => {
  const exported: string[] = [];
  const stream = world.inventory.vehicleIndex.stream(idsOf('1', '2', '3', '4'), 'region = eu');
  for await (const { vin } of stream) exported.push(vin);
  assert.deepEqual(
    exported,
    (await walk(['1', '2', '3', '4'], { filter: 'region = eu' })).map(({ vin }) => vin),
  );
  assert.ok(exported.length > 10);
});

test('a large set is tested bit by bit and finds the same vehicles as a small one', async () => {
  const set = await readSet(database.db, runningBlocks(idsOf('1')));
  const found = async (few: number) => {
    const rows = await vehiclesOf(database.db, set, few).select('v.vin').orderBy('v.vin').execute();
    return rows.map(({ vin }) => vin);
  };
  assert.deepEqual(await found(0), await found(1_000));
  assert.deepEqual(
    await found(0),
    running(['1']).map(({ vin }) => vin),
  );
});

test('the breakdown adds up by model, region, plant and version', async () => {
  const expected = running(['1', '2']);
  const groups = (key: (car: Car) => string | null) =>
    [...Map.groupBy(expected, key)].map(([name, cars]) => [name ?? '', cars.length] as const);

  const { total, byModel, byRegion, byPlant, bySoftware } = await world.inventory.vehicleIndex.breakdown(
    idsOf('1', '2'),
  );

  assert.equal(total, expected.length);
  assert.deepEqual(
    new Map(byModel.map(({ value, vehicles }) => [value, vehicles])),
    new Map(groups(({ model }) => model)),
  );
  assert.deepEqual(
    new Map(byRegion.map(({ value, vehicles }) => [value, vehicles])),
    new Map(groups(({ region }) => region)),
  );
  assert.deepEqual(
    new Map(byPlant.map(({ value, vehicles }) => [value, vehicles])),
    new Map(groups(({ plant }) => plant)),
  );
  assert.deepEqual(
    new Map(bySoftware.map(({ value, vehicles }) => [value, vehicles])),
    new Map(idsOf('1', '2').map((id, i) => [id, running([`${i + 1}`]).length])),
  );
  assert.deepEqual(
    byModel.map(({ vehicles }) => vehicles).toSorted((a, b) => b - a),
    byModel.map(({ vehicles }) => vehicles),
  );
  assert.deepEqual(await world.inventory.vehicleIndex.breakdown([]), {
    total: 0,
    byModel: [],
    byRegion: [],
    byPlant: [],
    bySoftware: [],
  });
});

test('a vehicle is fixed when each ECU that has the program says so, and open as soon as one says otherwise', async () => {
  const { vehicleIndex } = world.inventory;
  const cars = fleet.filter(({ retired }) => !retired);
  assert.deepEqual(await vehicleIndex.remaining('kernel', idsOf('4')), {
    total: cars.length,
    fixed: 0,
    remaining: 0,
    unknown: cars.length,
  });
  const [whole, partly, stranger, old] = cars;
  assert.ok(whole && partly && stranger && old);
  await report(whole.vin, ['4', '4', '4']);
  await report(partly.vin, ['4', '4']);
  await report(stranger.vin, ['4', '4', 'homemade']);
  await report(old.vin, ['3']);
  const rest = cars.length - 4;
  assert.deepEqual(await vehicleIndex.remaining('kernel', idsOf('4')), {
    total: cars.length,
    fixed: 1,
    remaining: 2,
    unknown: rest + 1,
  });
  assert.deepEqual(await vehicleIndex.remaining('kernel', idsOf('4', '3')), {
    total: cars.length,
    fixed: 1,
    remaining: 1,
    unknown: rest + 2,
  });
  assert.deepEqual(await vehicleIndex.remaining('ghost', idsOf('4')), { total: 0, fixed: 0, remaining: 0, unknown: 0 });
  assert.equal(await vehicleIndex.count(idsOf('4'), { kind: 'reported' }), 3);
});

async function report(vin: string, versions: readonly string[]): Promise<void> {
  world.clock.advance(1_000);
  for (const [r, version] of versions.entries()) {
    const device = await world.inventory.ecuForEnrolment({ serial: `${roles[r]}-${vin}` });
    assert.ok(device);
    const { ecuId, serial } = device;
    const message = { boot: 1, seq: r, ecus: [], software: [{ ecuSerial: serial, name: 'kernel', version }] };
    const received = { device: { ecuId, vin, serial, certificateSerial: '1' }, message, receivedAt: world.clock.now() };
    await inTransaction(database.db, (tx) => world.inventory.reportSink.store(tx, [{ ...received, qos: 1 }]));
  }
}

test('many sets are counted at once as each is alone, also where the fleet goes over one stretch of blocks', async () => {
  const { vehicleIndex } = world.inventory;
  const sets = [['1'], ['2', '3'], [], ['1', '2', '3', '4'], ['5'], ['4', '1']].map((versions) => idsOf(...versions));
  const alone = await Promise.all(sets.map((set) => vehicleIndex.count(set)));
  assert.deepEqual(await vehicleIndex.countSets(sets), alone);
  assert.ok((alone[0] ?? 0) > 0 && (alone[1] ?? 0) > (alone[0] ?? 0), String(alone));

  // as if the fleet went on: three vehicles far on run version 1, two of them also 2, and one is retired
  const [one, two] = idsOf('1', '2');
  await sql`insert into inventory_vehicle_block (kind, key, block, vehicles)
    select kind, key, 70, bits::bit(2048) from (values ('current', ${one}::text, b'111'), ('current', ${two}::text, b'011'),
      ('live', '', b'101')) x(kind, key, bits)`.execute(database.db);
  const later = await vehicleIndex.countSets(sets);
  assert.deepEqual(later, await Promise.all(sets.map((set) => vehicleIndex.count(set))));
  assert.deepEqual([later[0], later[1]], [(alone[0] ?? 0) + 2, (alone[1] ?? 0) + 1]);
  await sql`delete from inventory_vehicle_block where block = 70`.execute(database.db);
});
