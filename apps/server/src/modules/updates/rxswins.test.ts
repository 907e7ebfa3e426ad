import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { inventoryMigrations } from '../inventory/index.ts';
import { auditedActions, publishedEvents, vinOf } from '../inventory/testing.ts';
import { registerCsv } from './domain/rxswin-csv.ts';
import { updatesMigrations } from './index.ts';
import { checkStep } from './rxswin-check.ts';
import { digest, itemFor, people, publishedRelease, reportSoftware, type TestUpdates, testUpdates } from './testing.ts';
import { campaignOf, definition, importFleet } from './testing-campaign.ts';

const { ada, ben, token } = people;
let database: TestDatabase;
let desk: TestUpdates;
let use: ReturnType<typeof campaignOf>;
const software = new Map<string, string>();
before(async () => {
  database = await testDatabase([inventoryMigrations, updatesMigrations]);
  desk = testUpdates(database.db);
  use = campaignOf(desk, database.db);
  await importFleet(desk, 10);
  for (const version of ['7.0', '8.0', '9.0']) software.set(version, await desk.software('tcu-os', version));
});
after(() => database.close());

const rxswins = () => desk.updates.rxswins;
const of = (version: string) => [{ role: 'tcu', softwareId: software.get(version) ?? '' }];
const draft = (rxswin: string, version: string) =>
  rxswins().create({ rxswin, model: 'aria', system: 'Telematics', software: of(version) }, ada);
const released = async (rxswin: string, version: string) => {
  const { id, hash } = await draft(rxswin, version);
  return rxswins().release(id, hash, ben);
};
/** Compares until nothing is due; small slices, so that a check takes several. */
const checkAll = async () => {
  let steps = 0;
  while (await checkStep(desk.updates.deps, 3)) steps += 1;
  return steps;
};

test('a definition goes from draft to released by another person, and the one before is superseded', async () => {
  const first = await released('R144 A', '7.0');
  assert.deepEqual([first.version, first.state, first.released?.by.name], [1, 'released', 'Ben']);
  const next = await draft('R144 A', '8.0');
  await assert.rejects(draft('R144 A', '9.0'), { code: 'updates.draft-exists' });
  await assert.rejects(rxswins().release(next.id, next.hash, ada), { code: 'updates.same-person' });
  await assert.rejects(rxswins().release(next.id, next.hash, token), { code: 'updates.person-required' });
  await assert.rejects(rxswins().release(next.id, first.hash, ben), { code: 'updates.hash-changed' });
  const second = await rxswins().release(next.id, next.hash, ben);
  assert.deepEqual([second.version, second.software[0]?.before, second.previousId], [2, '7.0', first.id]);
  assert.equal((await rxswins().get(first.id)).state, 'superseded');
  await assert.rejects(rxswins().put(second.id, { system: '', regulation: '', note: '', software: of('9.0') }, ada), {
    code: 'updates.wrong-state',
  });
  assert.ok((await auditedActions(database.db)).includes('updates.release-rxswin'));
});

test('two people who draft at once make one draft', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => draft('R10 B', '7.0')));
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('the hash is over identifier, model, version and software with its integrity data', async () => {
  const { id, hash } = await draft('R13 C', '7.0');
  const same = await rxswins().put(id, { system: 'Other name', regulation: 'R13', note: '', software: of('7.0') }, ada);
  assert.equal(same.hash, hash);
  const other = await rxswins().put(id, { system: '', regulation: '', note: '', software: of('8.0') }, ada);
  assert.notEqual(other.hash, hash);
});

test('software, roles and models that do not exist are refused', async () => {
  const bad = (more: object) =>
    rxswins().create({ rxswin: 'R1 D', model: 'aria', system: '', software: of('7.0'), ...more }, ada);
  await assert.rejects(bad({ model: 'nope' }), { code: 'updates.bad-rxswin' });
  await assert.rejects(bad({ software: [{ role: 'roof', softwareId: software.get('7.0') }] }), /has no role/);
  await assert.rejects(bad({ software: [{ role: 'tcu', softwareId: ada.id }] }), /no software version/);
  await assert.rejects(bad({ software: [...of('7.0'), ...of('8.0')] }), /stands twice/);
});

test('vehicles are told apart by what they report: as defined, one behind, drifted, unknown', async () => {
  await released('R155 E', '7.0');
  const { id } = await released('R155 E', '8.0');
  for (const [n, version] of [
    [1, '8.0'],
    [2, '8.0'],
    [3, '7.0'],
    [4, '9.0'],
  ] as const)
    await reportSoftware(desk, database.db, `TCU-${n}`, 'tcu-os', version);
  assert.ok((await checkAll()) > 3, 'in slices');
  const { drift, checking } = await rxswins().get(id);
  assert.deepEqual(
    drift && [drift.vehicles, drift.matches, drift.behind, drift.drifted, drift.unknown],
    [10, 2, 1, 1, 6],
  );
  assert.equal(checking, false);
  const { items } = await rxswins().drift({ filter: 'rxswin = "R155 E"' });
  assert.deepEqual(
    items.map(({ vin, expected, reported }) => [vin, expected, reported]),
    [[vinOf(4), '8.0', '9.0']],
  );
  const events = (await publishedEvents(database.db)).filter(
    ({ type, payload }) => type === 'updates.rxswin-drifted' && payload.rxswinId === id,
  );
  assert.deepEqual(
    events.map(({ payload }) => payload.vins),
    [[vinOf(4)]],
  );
  const mine = await rxswins().ofVehicle(vinOf(3));
  assert.deepEqual(
    mine.items.filter(({ rxswin }) => rxswin === 'R155 E').map(({ standing, version }) => [standing, version]),
    [['behind', 2]],
  );
});

test('drift that is gone is forgotten, drift that stays keeps the time since when, and both are found by themselves', async () => {
  const [{ since } = { since: '' }] = (await rxswins().drift({ filter: 'rxswin = "R155 E"' })).items;
  await reportSoftware(desk, database.db, 'TCU-5', 'tcu-os', '9.0');
  desk.clock.advance(6 * 3_600_000 + 1);
  await checkAll();
  const both = (await rxswins().drift({ filter: 'rxswin = "R155 E"', sort: 'vin' })).items;
  assert.deepEqual(
    both.map(({ vin }) => vin),
    [vinOf(4), vinOf(5)].sort(),
  );
  assert.equal(both.find(({ vin }) => vin === vinOf(4))?.since, since);
  await reportSoftware(desk, database.db, 'TCU-4', 'tcu-os', '8.0');
  const [{ rxswinId } = { rxswinId: '' }] = both;
  await rxswins().check(rxswinId, ada);
  await checkAll();
  assert.deepEqual(
    (await rxswins().drift({ filter: 'rxswin = "R155 E"' })).items.map(({ vin }) => vin),
    [vinOf(5)],
  );
});

test('other bytes under the defined version are drift', async () => {
  const registered = await desk.inventory.software.create(
    { name: 'gw-os', version: '1.0', supplier: 'Wired', function: 'gateway', sha256: digest(1) },
    ada,
  );
  const body = {
    rxswin: 'R156 F',
    model: 'aria',
    system: 'Gateway',
    software: [{ role: 'gateway', softwareId: registered.id }],
  };
  await desk.importAll(
    'ecus',
    `vin,serial,role,partNumber,supplier\n${vinOf(1)},GW-1,gateway,PN,Wired\n${vinOf(2)},GW-2,gateway,PN,Wired\n`,
  );
  const { id, hash } = await rxswins().create(body, ada);
  await rxswins().release(id, hash, ben);
  await reportSoftware(desk, database.db, 'GW-1', 'gw-os', '1.0', digest(1));
  await reportSoftware(desk, database.db, 'GW-2', 'gw-os', '1.0', digest(2));
  await checkAll();
  const { drift } = await rxswins().get(id);
  assert.deepEqual(drift && [drift.matches, drift.drifted, drift.unknown], [1, 1, 8]);
});

test('a release names the definitions that hold afterwards; its campaign records what held before and after', async () => {
  await released('R79 G', '7.0');
  const next = await draft('R79 G', '9.0');
  const publish = (name: string) =>
    publishedRelease(desk, { name, items: [itemFor(software.get('9.0') ?? '', 50)], rxswins: [next.id] });
  await assert.rejects(publish('Too early'), /is a draft: release it first/);
  await rxswins().release(next.id, next.hash, ben);
  const release = await publish('In time');
  const id = await use.started(definition(release, { filter: `vin in (${vinOf(8)}, ${vinOf(9)})` }));
  await use.succeed(id, digest(50));
  await use.drive();
  const { campaigns } = await rxswins().get(next.id);
  assert.deepEqual(
    campaigns.map(({ before, after, vehicles, succeeded, finishedAt }) => [
      before?.version,
      after.version,
      vehicles,
      succeeded,
      finishedAt !== null,
    ]),
    [[1, 2, 2, 2, true]],
  );
});

test('the register is exported whole, without formulas, in lines and as JSON', async () => {
  const json = JSON.parse(await rxswins().export('json')) as { rxswin: string; version: number }[];
  const csv = await rxswins().export('csv');
  const lines = csv.trim().split('\r\n');
  assert.ok(json.length >= 8, `${json.length}`);
  assert.equal(lines.length, json.length + 1);
  assert.match(
    csv,
    /R79 G,aria,2,released,Telematics,,tcu,tcu-os,9\.0,,7\.0,[0-9a-f]{64},.*,Ben,,Campaign \d+: v1 -> v2 2026/,
  );
  const [detail] = json as unknown as Parameters<typeof registerCsv>[0];
  assert.ok(detail);
  assert.match(registerCsv([{ ...detail, system: '=1+1' }]), /,'=1\+1,/);
});
