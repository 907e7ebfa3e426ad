import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { InventoryReport } from '@bulkhead/contract';
import fc from 'fast-check';
import { sql } from 'kysely';
import { inTransaction } from '../../platform/db/database.ts';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { inventoryMigrations } from './index.ts';
import { indexedVehicles, installedVehicles } from './naive-index-views.ts';
import { architecture, tester, testInventory, vinOf } from './testing.ts';

let database: TestDatabase;
let world: ReturnType<typeof testInventory>;
before(async () => {
  database = await testDatabase([inventoryMigrations]);
  world = testInventory(database.db);
  for (const code of ['aria', 'bora']) {
    const roles = architecture.roles.map((role) => (role.id === 'brake' ? { ...role, asil: 'D' as const } : role));
    await world.inventory.models.put(
      code,
      { name: code, brand: 'Bulk', year: 2026, architecture: { ...architecture, roles } },
      tester,
    );
  }
});
after(() => database.close());

const fleet = 12;
const roles = ['tcu', 'gateway', 'brake', 'steering'];
const programs = ['boot', 'linux'];
const versions = ['1', '2', '3'];
const serialOf = (vehicle: number, role: number) => `${roles[role]}-${vehicle}`;

const vehicle = fc.nat({ max: fleet - 1 });
const role = fc.nat({ max: roles.length - 1 });
const program = fc.constantFrom(...programs);
const version = fc.constantFrom(...versions);
const slot = fc.constantFrom('running', 'bank-b');

const step = fc.oneof(
  fc.record({
    do: fc.constant('vehicles' as const),
    rows: fc.array(fc.record({ vehicle, region: fc.constantFrom('eu', 'us'), plant: fc.constantFrom('', 'berlin') }), {
      minLength: 1,
      maxLength: 4,
    }),
  }),
  fc.record({
    do: fc.constant('ecus' as const),
    rows: fc.array(fc.record({ vehicle, role, program, version, slot }), { minLength: 1, maxLength: 8 }),
  }),
  fc.record({
    do: fc.constant('report' as const),
    rows: fc.array(fc.record({ vehicle, role, program, version, slot }), { minLength: 1, maxLength: 8 }),
  }),
  fc.record({ do: fc.constant('register' as const), program, version }),
  fc.record({ do: fc.constant('plan' as const), program, version, role }),
  fc.record({ do: fc.constant('retire' as const), vehicle }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const modelOf = (number: number) => (number % 3 === 0 ? 'bora' : 'aria');

async function take(action: Step): Promise<void> {
  const { software, vehicles } = world.inventory;
  const register = (name: string, version: string) =>
    software.create({ name, version, supplier: 'Wired', function: 'other' }, tester);
  switch (action.do) {
    case 'vehicles': {
      const rows = action.rows.map(
        (row) => `${vinOf(row.vehicle)},${modelOf(row.vehicle)},${row.region},${row.plant}\n`,
      );
      await world.importAll('vehicles', `vin,model,region,plant\n${rows.join('')}`);
      return;
    }
    case 'ecus': {
      const rows = action.rows.map(
        ({ vehicle, role, program, version, slot }) =>
          `${vinOf(vehicle)},${serialOf(vehicle, role)},${roles[role]},P${version},Wired,${program}@${version},${slot}\n`,
      );
      await world.importAll('ecus', `vin,serial,role,partNumber,supplier,software,slot\n${rows.join('')}`);
      return;
    }
    case 'register':
      await register(action.program, action.version);
      return;
    case 'plan': {
      const { id } = await register(action.program, action.version);
      await software.plan(id, { filter: `role = ${roles[action.role]}`, dryRun: false }, tester);
      return;
    }
    case 'retire':
      await vehicles.retire(vinOf(action.vehicle), tester).catch(() => {});
      return;
    default:
      return report(action.rows);
  }
}

let seq = 0;
/** Each row is said by the ECU itself or, of another ECU, by the gateway; what is unknown stays unsaid. */
async function report(rows: Extract<Step, { do: 'report' }>['rows']): Promise<void> {
  world.clock.advance(1_000);
  const batch: Parameters<typeof world.inventory.reportSink.store>[1][number][] = [];
  for (const { vehicle, role, program, version, slot } of rows) {
    const device = await world.inventory.ecuForEnrolment({ serial: serialOf(vehicle, role) });
    if (!device) continue;
    const { ecuId, vin, serial } = device;
    const software = [{ ecuSerial: serial, name: program, version, slot }];
    const message: InventoryReport = { boot: 1, seq: seq++, software, ecus: [{ serial, partNumber: `R${version}` }] };
    batch.push({
      device: { ecuId, vin, serial, certificateSerial: '1' },
      message,
      receivedAt: world.clock.now(),
      qos: 1 as const,
    });
  }
  await inTransaction(database.db, (tx) => world.inventory.reportSink.store(tx, batch));
}

async function expectExact(): Promise<void> {
  assert.deepEqual(await indexedVehicles(database.db), await installedVehicles(database.db));
  const { rows } = await sql<{ n: string }>`select count(*) as n from inventory_index_note`.execute(database.db);
  assert.equal(rows[0]?.n, '0');
}

test('whatever is imported, planned, reported, replaced, registered and retired, the index is what a slow count finds', async () => {
  let steps = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (actions) => {
      for (const action of actions) {
        await take(action);
        await expectExact();
        steps++;
      }
    }),
    { numRuns: 25, endOnFailure: true },
  );
  const indexed = await indexedVehicles(database.db);
  assert.ok(steps >= 60, `${steps} steps`);
  assert.ok(indexed.size >= 15, `${indexed.size} entries`);

  await sql`select inventory_rebuild_vehicle_index()`.execute(database.db);
  assert.deepEqual(await indexedVehicles(database.db), indexed);
});

test('a vehicle counts once however many of its ECUs run the versions, and no more when it is retired', async () => {
  const { software, vehicleIndex, vehicles } = world.inventory;
  const register = (version: string) =>
    software.create({ name: 'kernel', version, supplier: 'Wired', function: 'other' }, tester);
  const [one, two, unused] = [await register('1'), await register('2'), await register('3')];
  const cars = [100, 101, 102];
  for (const car of cars)
    await vehicles.create(
      {
        vin: vinOf(car),
        model: 'aria',
        region: 'eu',
        ecus: [0, 1, 2].map((r) => ({
          serial: serialOf(car, r),
          role: roles[r] ?? '',
          partNumber: 'P',
          supplier: 'W',
        })),
      },
      tester,
    );
  const line = (car: number, r: number, version: string) =>
    `${vinOf(car)},${serialOf(car, r)},${roles[r]},P,W,kernel@${version}\n`;
  const lines = [line(100, 0, '1'), line(100, 1, '1'), line(100, 2, '2'), line(101, 2, '2'), line(102, 1, '1')];
  await world.importAll('ecus', `vin,serial,role,partNumber,supplier,software\n${lines.join('')}`);

  assert.equal(await vehicleIndex.count([one.id]), 2);
  assert.equal(await vehicleIndex.count([one.id, two.id]), 3);
  assert.equal(await vehicleIndex.count([unused.id]), 0);
  assert.equal(await vehicleIndex.count([]), 0);
  assert.equal(await vehicleIndex.count([one.id, two.id], { kind: 'reported' }), 0);
  assert.deepEqual(
    await vehicleIndex.countsPerSoftware([one.id, two.id, unused.id]),
    new Map([
      [one.id, 2],
      [two.id, 2],
    ]),
  );

  await vehicles.retire(vinOf(102), tester);
  assert.equal(await vehicleIndex.count([one.id]), 1);
  assert.equal(await vehicleIndex.count([one.id, two.id]), 2);

  const contexts = await vehicleIndex.softwareContexts([two.id, unused.id]);
  assert.deepEqual(contexts, [
    {
      softwareId: two.id,
      name: 'kernel',
      version: '2',
      function: 'other',
      supplier: 'Wired',
      roles: [
        {
          model: 'aria',
          role: 'brake',
          function: 'brake',
          network: 'closed',
          openBus: false,
          gateway: false,
          interfaces: [],
          patchable: false,
          safety: 'D',
        },
      ],
    },
    { softwareId: unused.id, name: 'kernel', version: '3', function: 'other', supplier: 'Wired', roles: [] },
  ]);
});
