import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { inventoryOperations } from '@bulkhead/contract';
import { Compile } from 'typebox/compile';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import type { InventoryError } from './domain/error.ts';
import { inventoryMigrations } from './index.ts';
import { readSbomDocument } from './read-sbom-document.ts';
import { readDocument } from './sbom-document.ts';
import { auditedActions, publishedEvents, tester, testInventory } from './testing.ts';

let database: TestDatabase;
let world: ReturnType<typeof testInventory>;
let ids: string[] = [];
before(async () => {
  database = await testDatabase([inventoryMigrations]);
  world = testInventory(database.db);
  const create = (version: string) =>
    world.inventory.software.create({ name: 'gateway-os', version, supplier: 'Wired', function: 'gateway' }, tester);
  ids = [(await create('1.0')).id, (await create('1.1')).id];
});
after(() => database.close());

const library = (name: string, version: string, more: object = {}) => ({
  type: 'library',
  'bom-ref': `${name}@${version}`,
  name,
  version,
  purl: `pkg:npm/${name}@${version}`,
  licenses: [{ license: { id: 'MIT' } }],
  ...more,
});
const cycloneDx = (components: object[], dependencies: object[] = []) =>
  JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components, dependencies });
const upload = (software: number, text: string) =>
  world.inventory.sboms.upload(ids[software] ?? '', Readable.from([Buffer.from(text)]), tester);
const count = async (
  table: 'inventory_component' | 'inventory_sbom_component' | 'inventory_sbom_dependency' | 'inventory_sbom',
) => {
  const row = await database.db
    .selectFrom(table)
    .select(({ fn }) => fn.countAll<string>().as('n'))
    .executeTakeFirstOrThrow();
  return Number(row.n);
};

const first = cycloneDx(
  [library('zlib', '1.3'), library('openssl', '3.0'), { type: 'library', name: 'mystery' }],
  [{ ref: 'openssl@3.0', dependsOn: ['zlib@1.3'] }],
);

test('an SBOM is stored with its components, and what no advisory can match is counted', async () => {
  const sbom = await upload(0, first);
  const schema = Compile(inventoryOperations.getSbom.ok);
  assert.ok(schema.Check(sbom), JSON.stringify(schema.Errors(sbom)));
  assert.deepEqual(
    [sbom.format, sbom.specVersion, sbom.components, sbom.unidentified, sbom.software],
    ['cyclonedx', '1.6', 3, 1, 'gateway-os'],
  );
  assert.equal(await count('inventory_sbom_dependency'), 1);
  const software = await world.inventory.software.get(ids[0] ?? '');
  assert.deepEqual([software.components, software.sbomId], [3, sbom.id]);
  const { bytes } = await world.inventory.sboms.document(sbom.id);
  assert.equal(bytes.toString(), first);
});

test('the same file again changes nothing', async () => {
  const before = await count('inventory_sbom_component');
  const [a, b] = [await upload(0, first), await upload(0, first)];
  assert.equal(a.id, b.id);
  assert.equal(await count('inventory_sbom_component'), before);
  assert.equal((await auditedActions(database.db)).filter((action) => action === 'inventory.upload-sbom').length, 1);
});

test('a component that two SBOMs name exists once', async () => {
  await upload(1, cycloneDx([library('zlib', '1.3'), library('openssl', '3.1')]));
  assert.equal(await count('inventory_component'), 4);
  const { items, total } = await world.inventory.sboms.listComponents({ filter: 'name = zlib', count: true });
  assert.equal(total, 1);
  assert.deepEqual([items[0]?.softwareVersions, items[0]?.licences, items[0]?.purl], [2, ['MIT'], 'pkg:npm/zlib@1.3']);
});

test('components are filtered by SBOM, by being identified, and ordered by every field', async () => {
  const sbom = (await world.inventory.software.get(ids[0] ?? '')).sbomId;
  const names = async (filter: string, sort = 'name') =>
    (await world.inventory.sboms.listComponents({ filter, sort })).items.map(({ name }) => name);
  assert.deepEqual(await names(`sbom = ${sbom}`), ['mystery', 'openssl', 'zlib']);
  assert.deepEqual(await names(`sbom = ${sbom} and identified = true`, '-name'), ['zlib', 'openssl']);
  assert.deepEqual(await names('sbom = nonsense'), []);
  for (const sort of ['version', '-version', 'purl', '-purl']) assert.equal((await names('name : ""', sort)).length, 4);
  for (const sort of ['software', 'supplier', 'format', 'components', 'unidentified', '-score', 'state', 'uploadedAt'])
    assert.equal((await world.inventory.sboms.list({ sort })).items.length, 2);
});

test('a changed file replaces the SBOM and what it named', async () => {
  const before = await world.inventory.software.get(ids[0] ?? '');
  const sbom = await upload(0, cycloneDx([library('zlib', '1.4')]));
  assert.notEqual(sbom.id, before.sbomId);
  assert.equal(await count('inventory_sbom'), 2);
  assert.equal(await count('inventory_sbom_component'), 3);
  assert.equal(await count('inventory_sbom_dependency'), 0);
  const { items } = await world.inventory.sboms.listComponents({});
  assert.deepEqual(items.map(({ name, version }) => `${name} ${version}`).sort(), [
    'openssl 3.1',
    'zlib 1.3',
    'zlib 1.4',
  ]);
  const stored = (await publishedEvents(database.db)).filter(({ type }) => type === 'inventory.sbom-stored');
  assert.deepEqual(
    stored.map(({ payload }) => payload.components),
    [3, 2, 1],
  );
  await assert.rejects(world.inventory.sboms.get(before.sbomId ?? ''), { code: 'inventory.unknown-sbom' });
});

test('what is no SBOM is refused with the reason and the place, and leaves the old one', async () => {
  await assert.rejects(upload(0, '{}'), { code: 'inventory.bad-sbom', message: /is this an SBOM/ });
  await assert.rejects(upload(0, 'PK'), { code: 'inventory.bad-sbom' });
  assert.equal((await world.inventory.software.get(ids[0] ?? '')).components, 1);
  await assert.rejects(
    world.inventory.sboms.upload('0198a000-0000-7000-8000-00000000ffff', Readable.from([]), tester),
    { code: 'inventory.unknown-software' },
  );
});

test('two uploads at once to one version end with one whole SBOM', async () => {
  const files = [1, 2, 3].map((n) =>
    cycloneDx(Array.from({ length: 50 * n }, (_, i) => library(`lib${(i * 7) % 101}`, `${n}.${i}`))),
  );
  const sboms = await Promise.all(files.map((file) => upload(1, file)));
  const software = await world.inventory.software.get(ids[1] ?? '');
  assert.ok(sboms.some(({ id, components }) => id === software.sbomId && components === software.components));
  assert.equal(await count('inventory_sbom_component'), 1 + (software.components ?? 0));
});

test('a large SBOM is read beside the event loop: timers go on, and the answer is that of a small one', async () => {
  const many = Array.from({ length: 20_000 }, (_, i) => library(`large-${i}`, '1.0.0'));
  const bytes = Buffer.from(cycloneDx(many));
  let turns = 0;
  const timer = setInterval(() => turns++, 5);

  const read = await readSbomDocument(bytes);
  clearInterval(timer);

  assert.equal(read.components.length, 20_000);
  assert.equal(read.components[0]?.key, readDocument(Buffer.from(cycloneDx(many.slice(0, 1)))).components[0]?.key);
  assert.ok(turns > 5, `the event loop turned ${turns} times`);
});

test('a large document that is no SBOM is refused with its place, and the next one is read all the same', async () => {
  const wrong = JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    components: 'x'.repeat(200_000),
  });

  await assert.rejects(
    readSbomDocument(Buffer.from(wrong)),
    (error: InventoryError) => error.code === 'inventory.bad-sbom' && error.fields?.path === '$.components',
  );
  const many = Array.from({ length: 2_000 }, (_, i) => library(`next-${i}`, '1.0.0'));
  assert.equal((await readSbomDocument(Buffer.from(cycloneDx(many)))).components.length, 2_000);
});
