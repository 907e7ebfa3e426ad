import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ReleaseRule } from '@bulkhead/contract';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { inventoryMigrations } from '../inventory/index.ts';
import { architecture, ecusOf, vinOf } from '../inventory/testing.ts';
import { updatesMigrations } from './index.ts';
import {
  contentsOf,
  itemFor,
  people,
  publishedRelease,
  reportSoftware,
  type TestUpdates,
  testUpdates,
} from './testing.ts';

const { ada } = people;
let database: TestDatabase;
let desk: TestUpdates;
const software = new Map<string, string>();

/** Vehicles 1 to 9 of aria and 10 of brio; what each reports is set by an import. */
before(async () => {
  database = await testDatabase([inventoryMigrations, updatesMigrations]);
  desk = testUpdates(database.db);
  for (const code of ['aria', 'brio'])
    await desk.inventory.models.put(code, { name: code, brand: 'Bulk', year: 2026, architecture }, ada);
  for (let i = 1; i <= 10; i++) {
    const ecus = ecusOf(i).filter(({ role }) => !(i === 2 && role === 'tcu'));
    const model = i === 10 ? 'brio' : 'aria';
    await desk.inventory.vehicles.create({ vin: vinOf(i), model, region: i % 2 ? 'eu' : 'us', ecus }, ada);
  }
  for (const name of ['tcu-os@7.2.0', 'tcu-os@7.10.0', 'tcu-os@8.0.0', 'tcu-os@9.0.0', 'gw-os@3.0', 'gw-os@4.0']) {
    const [program = '', version = ''] = name.split('@');
    software.set(name, await desk.software(program, version));
  }
  const rows = [
    ['TCU-1', 'tcu-os', '7.2.0'],
    ['TCU-3', 'tcu-os', '7.10.0'],
    ['TCU-5', 'tcu-os', '8.0.0'],
    ['TCU-6', 'tcu-os', '9.0.0'],
    ['TCU-7', 'tcu-os', '7.2.0'],
    ['TCU-8', 'tcu-os', '7.2.0'],
    ['TCU-9', 'tcu-os', '7.2.0'],
    ['TCU-10', 'tcu-os', '7.2.0'],
    ...[1, 3, 4, 5, 6, 9, 10].map((i) => [`GATEWAY-${i}`, 'gw-os', i === 9 ? '4.0' : '3.0']),
  ];
  await report(rows.map(([serial = '', name = '', version = '']) => ({ serial, name, version })));
  await desk.inventory.vehicles.retire(vinOf(8), ada);
});
after(() => database.close());

async function report(rows: readonly { serial: string; name: string; version: string }[]) {
  for (const { serial, name, version } of rows) await reportSoftware(desk, database.db, serial, name, version);
}

let names = 0;
async function release(rules: ReleaseRule[] = [], hardwareIds = ['PN-tcu']) {
  const name = `R${++names}`;
  const { id } = await desk.updates.releases.create({ name }, ada);
  const items = [itemFor(software.get('tcu-os@8.0.0') ?? '', 5, { hardwareIds })];
  await desk.updates.releases.putContents(id, { ...contentsOf({ name, items }), rules }, ada);
  return id;
}
const found = async (id: string, filter = '') => {
  const { groups, ...rest } = await desk.updates.compatibility(id, filter);
  return {
    ...rest,
    ...Object.fromEntries(groups.map(({ reason, subject, vehicles }) => [`${reason} ${subject}`.trim(), vehicles])),
  };
};

test('each vehicle that is not retired gets one verdict against its last known configuration', async () => {
  assert.deepEqual(await found(await release()), {
    vehicles: 9,
    compatible: 5, // 1, 3, 6, 7, 9
    'missing-ecu tcu': 1,
    'unknown-configuration tcu': 1,
    'up-to-date': 1,
    'model brio': 1,
  });
});

test('hardware that no image fits is told apart from an ECU that is not there', async () => {
  const counts = await found(await release([], ['PN-other']));
  assert.equal((counts as Record<string, number>)['hardware tcu'], 7);
});

test('an ECU that runs a release with a higher counter is not sent back', async () => {
  const id = await release();
  const newer = { name: 'Newer', items: [itemFor(software.get('tcu-os@9.0.0') ?? '', 9)] };
  await publishedRelease(desk, newer);
  const counts = (await found(id)) as Record<string, number>;
  assert.equal(counts['release-counter tcu'], 1);
  assert.equal(counts.compatible, 4);
});

test('a requirement on another ECU is judged by the order of versions, not by their text', async () => {
  const needs = (version: string): ReleaseRule => ({
    kind: 'requires',
    role: 'gateway',
    name: 'gw-os',
    from: { version },
  });
  const some = (await found(await release([needs('3.1')]))) as Record<string, number>;
  assert.equal(some['requires gw-os'], 3); // 1, 3 and 7, whose gateway is unknown; 6 fails on its counter before
  assert.equal(some.compatible, 1);
});

test('a conflict with installed software keeps the release away', async () => {
  const rule: ReleaseRule = { kind: 'conflicts', role: 'gateway', name: 'gw-os', from: { version: '4.0' } };
  const counts = (await found(await release([rule]))) as Record<string, number>;
  assert.equal(counts['conflicts gw-os'], 1);
});

test('a rule about software that the release brings itself is judged at the desk', async () => {
  const rule = (version: string): ReleaseRule => ({ kind: 'requires', role: 'tcu', name: 'tcu-os', from: { version } });
  assert.equal(((await found(await release([rule('7.9')]))) as Record<string, number>).compatible, 4);
  await assert.rejects(release([rule('8.1')]), { code: 'updates.bad-contents' });
});

test('targets are chosen by the fields of the vehicle list and by the software they run', async () => {
  const id = await release();
  assert.deepEqual(await found(id, 'runs = "tcu-os@7.2.0" and region = eu'), { vehicles: 3, compatible: 3 });
  assert.equal((await found(id, 'runs : GW')).vehicles, 7);
  assert.equal((await found(id, 'runs != tcu-os')).vehicles, 2);
  await assert.rejects(found(id, 'roof = open'), { code: 'request.bad-filter' });
});
