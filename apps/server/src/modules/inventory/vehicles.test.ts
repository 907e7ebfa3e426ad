import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inventoryOperations } from '@bulkhead/contract';
import { Compile } from 'typebox/compile';
import { inTransaction } from '../../platform/db/database.ts';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { inventoryMigrations } from './index.ts';
import { architecture, auditedActions, ecusOf, publishedEvents, tester, testInventory, vinOf } from './testing.ts';

let database: TestDatabase;
let world: ReturnType<typeof testInventory>;
before(async () => {
  database = await testDatabase([inventoryMigrations]);
  world = testInventory(database.db);
  await world.inventory.models.put('aria', { name: 'Aria', brand: 'Bulk', year: 2026, architecture }, tester);
  for (let i = 1; i <= 3; i++) {
    const region = i === 3 ? 'us' : 'eu';
    await world.inventory.vehicles.create({ vin: vinOf(i), model: 'aria', region, ecus: ecusOf(i) }, tester);
  }
});
after(() => database.close());

const check = (name: keyof typeof inventoryOperations, value: unknown) => {
  const schema = Compile(inventoryOperations[name].ok);
  assert.ok(schema.Check(value), JSON.stringify(schema.Errors(value).slice(0, 2)));
};

test('a vehicle shows its ECUs with what their role says: function, network, patchable', async () => {
  const vehicle = await world.inventory.vehicles.get(vinOf(1));

  check('getVehicle', vehicle);
  assert.deepEqual(
    vehicle.members.map(({ role, network, patchable, gateway }) => [role, network, patchable, gateway]),
    [
      ['brake', 'closed', false, false],
      ['gateway', 'closed', true, true],
      ['steering', 'closed', true, false],
      ['tcu', 'open', true, false],
    ],
  );
  assert.equal(vehicle.ecus, 4);
});

test('lists are filtered, ordered and counted by the server', async () => {
  const { vehicles, ecus, models } = world.inventory;
  const page = await vehicles.list({ filter: 'region = eu and vin : "00000"', sort: '-vin', limit: 1, count: true });
  check('listVehicles', page);
  assert.deepEqual([page.items[0]?.vin, page.total], [vinOf(2), 2]);
  const rest = await vehicles.list({
    filter: 'region = eu and vin : "00000"',
    sort: '-vin',
    limit: 1,
    cursor: page.next ?? '',
  });
  assert.deepEqual(
    rest.items.map(({ vin }) => vin),
    [vinOf(1)],
  );
  check('listModels', await models.list({}));
  assert.equal((await models.get('aria')).vehicles, 3);
  for (const sort of Object.keys(inventoryOperations.listVehicles.list.fields))
    check('listVehicles', await vehicles.list({ sort: `-${sort}` }));
  for (const sort of Object.keys(inventoryOperations.listEcus.list.fields))
    check('listEcus', await ecus.list({ sort }));
  const serials = async (filter: string) => (await ecus.list({ filter })).items.map(({ serial }) => serial);
  assert.deepEqual(await serials('supplier : "STOP" and vin : "0"'), ['BRAKE-1', 'BRAKE-2', 'BRAKE-3']);
  assert.deepEqual(await serials('supplier : "none" or role : "none"'), []);
  assert.equal((await vehicles.list({ filter: 'not plant : "none" and region : "E"' })).items.length, 2);
  const found = await ecus.list({ filter: `network = open and vin : "${vinOf(2).slice(-5)}"` });
  assert.deepEqual(
    found.items.map(({ serial }) => serial),
    ['TCU-2'],
  );
});

test('a vehicle, a serial or a role that does not fit is refused and leaves nothing behind', async () => {
  const { vehicles } = world.inventory;
  const create = (vin: string, ecus = ecusOf(9), model = 'aria') =>
    vehicles.create({ vin, model, region: 'eu', ecus }, tester);
  await assert.rejects(create(vinOf(1)), { code: 'inventory.duplicate-vehicle' });
  await assert.rejects(create(vinOf(9), ecusOf(1)), { code: 'inventory.duplicate-vehicle' });
  await assert.rejects(create(vinOf(9), ecusOf(9), 'nope'), { code: 'inventory.unknown-model' });
  await assert.rejects(
    create(vinOf(9), [{ ...(ecusOf(9)[0] as ReturnType<typeof ecusOf>[number]), role: 'roof' }]),
    /no role "roof"/,
  );
  await assert.rejects(create('NOTAVIN'), { code: 'inventory.bad-vin' });
  await assert.rejects(vehicles.get(vinOf(9)), { code: 'inventory.unknown-vehicle' });
});

test('enrolment, connection and revocation show on the ECU and are counted on the vehicle', async () => {
  const { inventory, clock } = world;
  const device = await inventory.ecuForEnrolment({ serial: 'GATEWAY-2', vin: vinOf(2) });
  assert.ok(device);
  assert.deepEqual([device.model, device.role, device.state, device.gateway], ['aria', 'gateway', 'registered', true]);
  assert.equal(await inventory.ecuForEnrolment({ serial: 'GATEWAY-2', vin: vinOf(1) }), undefined);
  assert.deepEqual(
    (
      await inventory.ecusForEnrolment([
        { serial: 'TCU-1', vin: vinOf(2) },
        { serial: 'TCU-1', vin: vinOf(1) },
      ])
    ).map((ecu) => ecu?.serial),
    [undefined, 'TCU-1'],
  );
  const change = (work: (tx: typeof database.db) => Promise<unknown>) => inTransaction(database.db, work);
  const { ecuId } = device;
  await change((tx) => inventory.markEnrolled(tx, [{ ecuId, notAfter: new Date('2027-11-20') }]));
  await change((tx) => inventory.markConnected(tx, [{ ecuId, connected: true, at: clock.now() }]));

  const online = await inventory.vehicles.get(vinOf(2));
  assert.deepEqual([online.state, online.enrolledEcus, online.lastSeenAt], ['online', 1, clock.now().toISOString()]);
  assert.deepEqual((await inventory.ecus.get('GATEWAY-2')).identity, 'valid');

  const later = new Date(clock.now().getTime() + 1000);
  await change((tx) =>
    inventory.markConnected(tx, [
      { ecuId, connected: false, at: later },
      { ecuId, connected: true, at: clock.now() },
    ]),
  );
  await change((tx) => inventory.markRevoked(tx, [ecuId]));
  const offline = await inventory.vehicles.get(vinOf(2));
  assert.deepEqual([offline.state, offline.enrolledEcus], ['offline', 0]);
  assert.deepEqual((await inventory.ecus.get('GATEWAY-2')).identity, 'revoked');
});

test('a changed architecture reaches the ECUs, and a role that ECUs have cannot be taken away', async () => {
  const { inventory } = world;
  const open = { ...architecture, buses: architecture.buses.map((bus) => ({ ...bus, open: bus.id === 'chassis' })) };
  await inventory.models.put('aria', { name: 'Aria', brand: 'Bulk', year: 2027, architecture: open }, tester);
  assert.equal((await inventory.ecus.get('BRAKE-1')).network, 'open');
  const less = { ...architecture, roles: architecture.roles.slice(1) };
  await assert.rejects(
    inventory.models.put('aria', { name: 'Aria', brand: 'Bulk', year: 2027, architecture: less }, tester),
    /have the role tcu/,
  );
});

test('a retired vehicle stays retired, is told to the other modules once, and enrols no more', async () => {
  const { inventory } = world;
  assert.equal((await inventory.vehicles.retire(vinOf(3), tester)).state, 'retired');
  assert.equal((await inventory.vehicles.retire(vinOf(3), tester)).state, 'retired');
  const events = (await publishedEvents(database.db)).filter(({ type }) => type === 'inventory.vehicle-retired');
  assert.equal(events.length, 1);
  assert.equal((events[0]?.payload.ecuIds as string[] | undefined)?.length, 4);
  assert.deepEqual(await inventory.ecusForEnrolment([{ serial: 'TCU-3', vin: vinOf(3) }]), [undefined]);
  const history = await inventory.vehicles.history(vinOf(3));
  check('getVehicleHistory', { items: history });
  assert.deepEqual(history.map(({ kind }) => kind).sort(), [
    'ecu-added',
    'ecu-added',
    'ecu-added',
    'ecu-added',
    'registered',
    'retired',
  ]);
});

test('every change stands in the audit log, and the overview counts', async () => {
  const actions = await auditedActions(database.db);
  for (const action of ['inventory.put-model', 'inventory.create-vehicle', 'inventory.retire-vehicle'])
    assert.ok(actions.includes(action), action);
  const summary = await world.inventory.vehiclesSummary();
  assert.deepEqual([summary.vehicles, summary.ecus, summary.retired, summary.models], [3, 12, 1, 1]);
});
