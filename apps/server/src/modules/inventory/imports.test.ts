import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { inventoryMigrations } from './index.ts';
import { architecture, auditedActions, idleControl, tester, testInventory, vinOf } from './testing.ts';

let database: TestDatabase;
let world: ReturnType<typeof testInventory>;
before(async () => {
  database = await testDatabase([inventoryMigrations]);
  world = testInventory(database.db);
  await world.inventory.models.put('aria', { name: 'Aria', brand: 'Bulk', year: 2026, architecture }, tester);
});
after(() => database.close());

const vehicleFile = `vin,model,region,plant,built\r\n${[1, 2, 3, 4].map((i) => `${vinOf(i)},aria,eu,berlin,2026-01-0${i}\r\n`).join('')}`;

test('good rows go in, each bad row says what is wrong, where, and what to do', async () => {
  const bad = [
    'NOVIN,aria,eu,,',
    `${vinOf(7)},ghost,eu,,`,
    `${vinOf(8)},aria,eu`,
    `${vinOf(9)},aria,eu,,yesterday`,
    'x,"y',
  ];

  const result = await world.importAll('vehicles', `\uFEFF${vehicleFile}\r\n${bad.join('\r\n')}\n`);

  assert.deepEqual([result.state, result.rows, result.accepted, result.refused], ['finished', 9, 4, 5]);
  assert.deepEqual(
    result.errors.map(({ row, column }) => [row, column]),
    [
      [7, 'vin'],
      [8, 'model'],
      [9, null],
      [10, 'built'],
      [11, null],
    ],
  );
  assert.match(result.errors[0]?.message ?? '', /vin "NOVIN" cannot be taken: a VIN has 17 characters/);
  assert.match(result.errors[1]?.message ?? '', /no model "ghost": create it first/);
  assert.match(result.errors[2]?.message ?? '', /has 3 columns where the first line has 5/);
  assert.match(result.errors[4]?.message ?? '', /never closed/);
  assert.equal((await world.inventory.models.get('aria')).vehicles, 4);
});

test('the same file again changes nothing, a changed row changes its vehicle', async () => {
  const again = await world.importAll('vehicles', vehicleFile);
  assert.deepEqual([again.accepted, again.refused], [4, 0]);
  assert.equal((await world.inventory.vehicles.history(vinOf(1))).length, 1);
  await world.importAll(
    'vehicles',
    `${JSON.stringify({ vin: vinOf(4), model: 'aria', region: 'us', built: '2026-01-04' })}\n`,
    'ndjson',
  );
  const { region, plant } = await world.inventory.vehicles.get(vinOf(4));
  assert.deepEqual([region, plant], ['us', null]);
});

test('ECUs come with the software planned for them; a serial never changes its vehicle', async () => {
  const hash = 'ab'.repeat(32);
  const software = await world.importAll(
    'software',
    `name,version,supplier,function,part_number,sha256\nbrake-os,1.0,Stopwell,Brake,P1,${hash}\nbrake-os,1.1,Stopwell,brake,P1,\n`,
  );
  assert.deepEqual([software.accepted, software.refused], [2, 0]);
  const header = 'vin,serial,role,partNumber,supplier,hardwareVersion,software,slot';
  const rows = [
    `${vinOf(1)},B-1,brake,PN,Stopwell,A,brake-os@1.0,`,
    `${vinOf(1)},B-1,brake,PN,Stopwell,A,brake-os@1.1,B`,
    `${vinOf(2)},B-2,brake,PN,Stopwell,,,`,
    `${vinOf(2)},B-1,brake,PN,Stopwell,,,`,
    `${vinOf(2)},B-3,roof,PN,Stopwell,,,`,
    `${vinOf(2)},B-4,brake,PN,Stopwell,,brake-os@9,`,
    `${vinOf(50)},B-5,brake,PN,Stopwell,,,`,
    `${vinOf(2)},-B,brake,PN,Stopwell,,,`,
  ];

  const result = await world.importAll('ecus', `${header}\n${rows.join('\n')}`);

  assert.deepEqual([result.accepted, result.refused], [3, 5]);
  assert.deepEqual(
    result.errors.map(({ row, column }) => [row, column]),
    [
      [5, 'serial'],
      [6, 'role'],
      [7, 'software'],
      [8, 'vin'],
      [9, 'serial'],
    ],
  );
  const ecu = await world.inventory.ecus.get('B-1');
  assert.deepEqual(
    ecu.software.map(({ slot, planned, state }) => [slot, planned, state]),
    [
      ['B', '1.1', 'unknown'],
      ['running', '1.0', 'unknown'],
    ],
  );
  assert.equal((await world.inventory.vehicles.get(vinOf(1))).ecus, 1);
  const before = await world.inventory.vehicles.history(vinOf(1));
  await world.importAll('ecus', `${header}\n${rows.join('\n')}`);
  assert.deepEqual(await world.inventory.vehicles.history(vinOf(1)), before);
  await world.importAll('ecus', `${header}\n${rows[0]?.replace('1.0', '1.1')}`);
  assert.equal(
    (await world.inventory.vehicles.history(vinOf(1)))[0]?.text,
    'Software brake-os 1.1 planned, before 1.0',
  );
});

test('the content of a software version never changes', async () => {
  const result = await world.importAll(
    'software',
    `name,version,supplier,function,sha256\nbrake-os,1.0,Stopwell,brake,${'cd'.repeat(32)}\n`,
  );
  assert.match(result.errors[0]?.message ?? '', /registered with other content/);
});

test('a file whose first line does not fit fails as a whole and says why', async () => {
  for (const [file, message] of [
    ['vin;model;region\n', /column "vin;model;region" is not known/],
    ['vin,model\nx,y\n', /names no column region/],
    ['vin,vin,model,region\n', /stands twice/],
  ] as const) {
    const id = await world.upload('vehicles', file);
    await assert.rejects(world.run(id), message);
    assert.equal((await world.inventory.imports.get(id)).state, 'failed');
    assert.match((await world.inventory.imports.errors(id, {})).items[0]?.message ?? '', message);
  }
});

test('an interrupted upload goes on from the bytes received, and another offset is refused', async () => {
  const { imports } = world.inventory;
  const { id } = await imports.create({ kind: 'vehicles', format: 'csv', name: 'v.csv' }, tester);
  await assert.rejects(imports.start(id, tester), { code: 'inventory.import-not-ready' });
  const broken = Readable.from(
    (async function* () {
      yield Buffer.alloc(1024 * 1024, 'x');
      yield Buffer.alloc(10, 'y');
      throw new Error('gone');
    })(),
  );
  await assert.rejects(imports.append(id, 0, broken), /gone/);
  const { received } = await imports.get(id);
  assert.equal(received, 1024 * 1024);
  await assert.rejects(imports.append(id, 5, Readable.from([Buffer.from('z')])), { code: 'inventory.import-offset' });
  assert.equal((await imports.append(id, received, Readable.from([Buffer.from('z')]))).received, received + 1);
});

test('reading goes on where a killed run stopped, and no row is counted or stored twice', async () => {
  const lines = Array.from({ length: 5000 }, (_, i) => `${vinOf(1000 + i)},aria,eu,,`);
  const id = await world.upload('vehicles', `vin,model,region,plant,built\n${lines.join('\n')}\n`);
  let batches = 0;
  const dying = {
    ...idleControl(),
    progress: () => {
      if (++batches === 3) throw new Error('killed');
    },
  };

  await assert.rejects(world.run(id, dying), /killed/);
  const half = await world.inventory.imports.get(id);
  assert.ok(half.rows > 0 && half.rows < 5000, String(half.rows));
  await Promise.all([world.run(id), world.run(id)]);

  const done = await world.inventory.imports.get(id);
  assert.deepEqual([done.state, done.rows, done.accepted, done.refused], ['finished', 5000, 5000, 0]);
  assert.equal((await world.inventory.vehicles.list({ count: true, limit: 1 })).total, 5004);
});

test('an upload that nobody went on with for a week is dropped with its bytes, and one person opens twenty at most', async () => {
  const { imports } = world.inventory;
  const by = { ...tester, id: '0198a000-0000-7000-8000-0000000000aa' };
  const open = () => imports.create({ kind: 'vehicles', format: 'csv', name: 'v.csv' }, by);
  const { id } = await open();
  await imports.append(id, 0, Readable.from([Buffer.from('vin')]));
  for (let i = 1; i < 20; i++) await open();
  await assert.rejects(open(), { code: 'inventory.import-not-ready' });

  world.clock.advance(8 * 86_400_000);
  await open();

  assert.equal((await imports.get(id)).state, 'cancelled');
  const chunks = await database.db
    .selectFrom('inventory_import_chunk')
    .select('start')
    .where('import_id', '=', id)
    .execute();
  assert.deepEqual(chunks, []);
  assert.ok((await auditedActions(database.db)).includes('inventory.import-cancelled'));
});

test('an import whose job was cancelled before it ran gives its bytes back', async () => {
  const { imports } = world.inventory;
  const id = await world.upload('vehicles', vehicleFile);
  const { jobId } = await imports.get(id);
  const times = { created_at: world.clock.now(), updated_at: world.clock.now(), finished_at: world.clock.now() };
  const by = { created_by_kind: tester.kind, created_by_id: tester.id, created_by_name: tester.name };
  await database.db
    .insertInto('platform_job')
    .values({ id: jobId ?? '', kind: 'inventory.import', title: '', input: '{}', state: 'cancelled', ...times, ...by })
    .execute();

  await imports.create({ kind: 'vehicles', format: 'csv', name: 'next.csv' }, tester);

  const { state } = await database.db
    .selectFrom('inventory_import')
    .select('state')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  const chunks = await database.db
    .selectFrom('inventory_import_chunk')
    .select('start')
    .where('import_id', '=', id)
    .execute();
  assert.deepEqual([state, chunks], ['cancelled', []]);
});

test('an import is audited when it is opened, started and ended', async () => {
  const actions = new Set(await auditedActions(database.db));
  for (const action of [
    'inventory.create-import',
    'inventory.start-import',
    'inventory.import-finished',
    'inventory.import-failed',
  ])
    assert.ok(actions.has(action), action);
});
