import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { inventoryOperations } from '@bulkhead/contract';
import { Compile } from 'typebox/compile';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { inventoryMigrations } from './index.ts';
import { auditedActions, publishedEvents, tester, testInventory } from './testing.ts';

let database: TestDatabase;
let world: ReturnType<typeof testInventory>;
let ids: Readonly<Record<string, string>> = {};
before(async () => {
  database = await testDatabase([inventoryMigrations]);
  world = testInventory(database.db);
  const create = async (name: string, version: string, supplier: string) =>
    (await world.inventory.software.create({ name, version, supplier, function: 'gateway' }, tester)).id;
  ids = {
    one: await create('gateway-os', '1.0', 'Wired'),
    two: await create('gateway-os', '1.1', 'Wired'),
    variant: await create('gateway-os', '1.0-eu', 'Wired'),
    brake: await create('brake', '1.0', 'Stopwell'),
  };
});
after(() => database.close());

const id = (name: string) => ids[name] ?? '';
const upload = (name: string, content: string | Buffer) =>
  world.inventory.sboms.upload(id(name), Readable.from([Buffer.from(content)]), tester);
const library = (name: string, version: string, more: object = {}) => ({
  type: 'library',
  'bom-ref': `${name}@${version}`,
  name,
  version,
  purl: `pkg:npm/${name}@${version}`,
  ...more,
});
const cycloneDx = (components: object[], more: object = {}) =>
  JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components, ...more });
const count = async (table: 'inventory_sbom_document' | 'inventory_sbom_component' | 'inventory_sbom_statement') =>
  Number(
    (
      await database.db
        .selectFrom(table)
        .select(({ fn }) => fn.countAll<string>().as('n'))
        .executeTakeFirstOrThrow()
    ).n,
  );
const eventsOf = async (type: string) => (await publishedEvents(database.db)).filter((event) => event.type === type);

const stated = cycloneDx([library('zlib', '1.3'), library('openssl', '3.0')], {
  metadata: { component: { type: 'firmware', name: 'gateway', 'bom-ref': 'gw' } },
  vulnerabilities: [
    {
      id: 'CVE-2026-0001',
      analysis: {
        state: 'not_affected',
        justification: 'code_not_present',
        detail: 'Not built',
        response: ['will_not_fix'],
      },
      affects: [{ ref: 'zlib@1.3' }, { ref: 'openssl@3.0' }, { ref: 'nowhere' }],
    },
    { id: 'CVE-2026-0002', affects: [{ ref: 'gw' }] },
  ],
});

test('statements about vulnerabilities are stored apart from the components, with the components they name', async () => {
  const sbom = await upload('one', stated);

  assert.deepEqual([sbom.components, sbom.statements], [2, 2]);
  const [first, second, ...rest] = await world.inventory.sboms.embeddedStatements(sbom.id);
  assert.equal(rest.length, 0);
  const { items: components } = await world.inventory.sboms.listComponents({ filter: `sbom = ${sbom.id}` });
  assert.deepEqual([...(first?.componentIds ?? [])].sort(), components.map((component) => component.id).sort());
  assert.deepEqual(
    [
      first?.vulnerability,
      first?.status,
      first?.justification,
      first?.detail,
      first?.responses,
      first?.elsewhere,
      first?.wholeSoftware,
    ],
    ['CVE-2026-0001', 'not_affected', 'code_not_present', 'Not built', ['will_not_fix'], ['nowhere'], false],
  );
  assert.deepEqual([second?.status, second?.wholeSoftware, second?.componentIds], [null, true, []]);
  assert.equal((await world.inventory.sboms.embeddedStatements(sbom.id, { after: first?.id ?? '' })).length, 1);
  assert.deepEqual((await eventsOf('inventory.sbom-stored')).at(-1)?.payload, {
    sbomId: sbom.id,
    softwareId: id('one'),
    components: 2,
    statements: 2,
  });
});

test('the list of statements has the schema of the contract and can be filtered by document and status', async () => {
  const sbom = (await world.inventory.software.get(id('one'))).sbomId;
  const page = await world.inventory.sboms.listStatements({
    filter: `sbom = ${sbom} and status = not_affected`,
    count: true,
  });

  const schema = Compile(inventoryOperations.listSbomStatements.ok);
  assert.ok(schema.Check(page), JSON.stringify(schema.Errors(page)));
  assert.deepEqual(
    [page.total, page.items[0]?.componentCount, page.items[0]?.components],
    [1, 2, ['zlib 1.3', 'openssl 3.0']],
  );
});

test('a document without statements takes those of the one before with it', async () => {
  await upload('one', cycloneDx([library('zlib', '1.3')]));
  assert.equal(await count('inventory_sbom_statement'), 0);
});

test('the same document for two variants is stored once, and goes when the last of them has another one', async () => {
  const text = cycloneDx([library('shared', '1.0')]);
  await upload('one', text);
  const other = await upload('variant', text);
  assert.equal(await count('inventory_sbom_document'), 1);
  assert.equal((await world.inventory.sboms.document(other.id)).bytes.toString(), text);

  await upload('one', cycloneDx([library('shared', '2.0')]));
  assert.equal((await world.inventory.sboms.document(other.id)).bytes.toString(), text);
  assert.equal(await count('inventory_sbom_document'), 2);
  await upload('variant', cycloneDx([library('shared', '2.0')]));
  assert.equal(await count('inventory_sbom_document'), 1);
});

test('uploads at once of the same document to two versions, one of which drops it, leave it stored', async () => {
  const [a, b] = [cycloneDx([library('race', '1')]), cycloneDx([library('race', '2')])];
  for (let round = 0; round < 5; round++) {
    await upload('one', a);
    const [, second] = await Promise.all([upload('one', b), upload('variant', a)]);
    assert.equal((await world.inventory.sboms.document(second.id)).bytes.toString(), a);
    await upload('variant', b);
  }
});

test('XML and packed documents are taken, and handed out again as they came', async () => {
  const xml =
    '<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component type="library"><name>x</name></component></components></bom>';
  const packed = zstdCompressSync(cycloneDx([library('packed', '1.0')]));

  assert.deepEqual((await upload('variant', xml)).components, 1);
  const first = await world.inventory.sboms.document((await world.inventory.software.get(id('variant'))).sbomId ?? '');
  assert.deepEqual([first.mediaType, first.name], ['application/xml', 'gateway-os.cyclonedx.xml']);
  const sbom = await upload('variant', packed);
  const second = await world.inventory.sboms.document(sbom.id);
  assert.deepEqual([second.mediaType, second.bytes.equals(packed)], ['application/zstd', true]);
});

const good = cycloneDx([library('good', '1.0', { supplier: { name: 'Wired' } })]);
const poor = cycloneDx([{ type: 'library', name: 'mystery' }, library('good', '1.0', { supplier: { name: 'Wired' } })]);

test('a score and the result of each rule are stored and shown in words', async () => {
  const sbom = await upload('one', poor);
  const quality = await world.inventory.sbomQuality.of(sbom.id);

  const schema = Compile(inventoryOperations.getSbomQuality.ok);
  assert.ok(schema.Check(quality), JSON.stringify(schema.Errors(quality)));
  assert.equal(quality.score, sbom.score);
  const matchable = quality.items.find((rule) => rule.id === 'bulkhead.matchable');
  assert.deepEqual([matchable?.failing, matchable?.of, matchable?.examples], [1, 2, ['mystery']]);
  assert.equal(quality.items.length, world.inventory.sbomQuality.rules().length);
  assert.deepEqual([quality.gate, quality.gateFault], [null, null]);
});

test('a gate names rules that exist, and every change of it is audited', async () => {
  const { putGate, deleteGate } = world.inventory.sbomQuality;
  await assert.rejects(putGate('Wired', { minimumScore: 10, requiredRules: ['no.rule'] }, tester), {
    code: 'inventory.bad-gate',
  });
  await putGate('*', { minimumScore: 0, requiredRules: ['ntia.supplier'] }, tester);
  await putGate('Stopwell', { minimumScore: 0, requiredRules: [] }, tester);
  await putGate('Gone', { minimumScore: 99, requiredRules: [] }, tester);
  await deleteGate('Gone', tester);
  await assert.rejects(deleteGate('Gone', tester), { code: 'inventory.unknown-gate' });

  assert.deepEqual(
    (await world.inventory.sbomQuality.gates()).map(({ supplier }) => supplier),
    ['*', 'Stopwell'],
  );
  const actions = await auditedActions(database.db);
  assert.equal(actions.filter((action) => action === 'inventory.put-sbom-gate').length, 3);
  assert.equal(actions.filter((action) => action === 'inventory.delete-sbom-gate').length, 1);
});

test('an upload below the gate is kept with its reason, and the SBOM in use stays in use', async () => {
  const used = await upload('two', good);
  const stored = (await eventsOf('inventory.sbom-stored')).length;

  const waiting = await upload('two', poor);

  assert.equal(waiting.state, 'rejected');
  assert.match(waiting.stateReason ?? '', /"Supplier of each component" is not kept \(1 of 2 components\)/);
  assert.equal((await world.inventory.software.get(id('two'))).sbomId, used.id);
  assert.deepEqual(
    (await world.inventory.sbomContents.contents(id('two')))?.components.map(({ name }) => name),
    ['good'],
  );
  const { items } = await world.inventory.sboms.listComponents({ filter: `sbom = ${waiting.id}` });
  assert.deepEqual(items, []);
  assert.equal((await eventsOf('inventory.sbom-stored')).length, stored);
  const { reason, ...rest } = (await eventsOf('inventory.sbom-rejected')).at(-1)?.payload ?? {};
  assert.equal(reason, waiting.stateReason);
  assert.deepEqual(rest, {
    sbomId: waiting.id,
    softwareId: id('two'),
    software: 'gateway-os',
    version: '1.1',
    supplier: 'Wired',
    score: waiting.score,
  });
  assert.equal((await upload('two', poor)).id, waiting.id, 'the same file again changes nothing');
});

test('the gate of the supplier goes before that of every supplier', async () => {
  assert.equal((await upload('brake', poor)).state, 'accepted');
});

test('an SBOM that waits can be compared with the one in use, and downloaded', async () => {
  const [waiting] = (await world.inventory.sboms.list({ filter: 'state = rejected' })).items;
  const diff = await world.inventory.sbomComparison.diff(id('two'), waiting?.id ?? '');

  assert.deepEqual([diff.added, diff.unchanged, diff.items[0]?.name], [1, 1, 'mystery']);
  assert.equal((await world.inventory.sboms.document(waiting?.id ?? '')).bytes.toString(), poor);
});

test('somebody accepts it with a reason: it takes the place of the one in use, and is matched', async () => {
  const [waiting] = (await world.inventory.sboms.list({ filter: `state = rejected and softwareId = ${id('two')}` }))
    .items;
  const before = await world.inventory.software.get(id('two'));

  const sbom = await world.inventory.sboms.accept(waiting?.id ?? '', 'Supplier will send a better one', tester);

  assert.deepEqual(
    [sbom.state, sbom.stateReason, sbom.decidedBy],
    ['accepted', 'Supplier will send a better one', 'Test'],
  );
  assert.equal((await world.inventory.software.get(id('two'))).sbomId, sbom.id);
  await assert.rejects(world.inventory.sboms.get(before.sbomId ?? ''), { code: 'inventory.unknown-sbom' });
  assert.deepEqual(
    (await world.inventory.sbomContents.contents(id('two')))?.components.map(({ name }) => name).sort(),
    ['good', 'mystery'],
  );
  assert.deepEqual((await eventsOf('inventory.sbom-stored')).at(-1)?.payload.sbomId, sbom.id);
  assert.ok((await auditedActions(database.db)).includes('inventory.accept-sbom'));
  await assert.rejects(world.inventory.sboms.accept(sbom.id, 'again', tester), { code: 'inventory.sbom-in-use' });
});

test('a better upload replaces both the one in use and the one that waited', async () => {
  await upload('two', poor.replace('mystery', 'another'));
  assert.equal((await world.inventory.sboms.list({ filter: 'state = rejected' })).items.length, 1);
  await upload('two', good);
  assert.equal((await world.inventory.sboms.list({ filter: 'state = rejected' })).items.length, 0);
});

test('an SBOM stored before there were scores is rated when somebody asks, or by the way', async () => {
  const sbom = (await world.inventory.software.get(id('two'))).sbomId ?? '';
  const clear = () =>
    database.db.updateTable('inventory_sbom').set({ quality_score: null }).where('id', '=', sbom).execute();
  await clear();
  assert.equal((await world.inventory.sboms.get(sbom)).score, null);
  const { score } = await world.inventory.sbomQuality.of(sbom);
  assert.equal((await world.inventory.sboms.get(sbom)).score, score);
  await clear();
  await world.inventory.refreshFigures();
  assert.equal((await world.inventory.sboms.get(sbom)).score, score);
});

test('a document that is only evaluated stores nothing and knows which components the inventory has', async () => {
  const before = await count('inventory_sbom_component');
  const components = await world.inventory.sbomContents.read(
    Readable.from([Buffer.from(cycloneDx([library('good', '1.0'), library('unseen', '9.9')]))]),
  );

  assert.deepEqual(
    components.map(({ name, knownId }) => [name, knownId !== undefined]),
    [
      ['good', true],
      ['unseen', false],
    ],
  );
  assert.equal(await count('inventory_sbom_component'), before);
});
