import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { readSbom } from '@bulkhead/sbom';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { inventoryMigrations } from './index.ts';
import { architecture, ecusOf, tester, testInventory, vinOf } from './testing.ts';

let database: TestDatabase;
let world: ReturnType<typeof testInventory>;
const vin = vinOf(1);
let gateway = '';
let brake = '';
before(async () => {
  database = await testDatabase([inventoryMigrations]);
  world = testInventory(database.db);
  const create = async (name: string, more: object = {}) =>
    (
      await world.inventory.software.create(
        { name, version: '1.0', supplier: 'Wired', function: 'gateway', ...more },
        tester,
      )
    ).id;
  gateway = await create('gateway-os', { sha256: 'ab'.repeat(32) });
  brake = await create('brake-os');
  await world.inventory.models.put('aria', { name: 'Aria', brand: 'Bulk', year: 2026, architecture }, tester);
  await world.inventory.vehicles.create({ vin, model: 'aria', region: 'eu', ecus: ecusOf(1) }, tester);
  await world.inventory.software.plan(gateway, { filter: 'role in (gateway, tcu)', dryRun: false }, tester);
  await world.inventory.software.plan(brake, { filter: 'role = brake', dryRun: false }, tester);
  await upload(gateway, 2_500);
});
after(() => database.close());

const upload = (softwareId: string, count: number) => {
  const components = Array.from({ length: count }, (_, i) => ({
    type: 'library',
    'bom-ref': `c${i}`,
    name: `lib-"${i}"`,
    version: '1.0',
    purl: `pkg:npm/lib-${i}@1.0`,
    hashes: [{ alg: 'SHA-1', content: 'ab'.repeat(20) }],
    licenses: i % 2 ? [{ license: { id: 'MIT' } }] : [{ expression: 'MIT OR Apache-2.0' }],
  }));
  const excluded = { type: 'library', name: 'source', 'bom-ref': 'src', scope: 'excluded' };
  const dependencies = components.slice(1).map((_, i) => ({ ref: `c${i}`, dependsOn: [`c${i + 1}`, 'src'] }));
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'firmware', name: 'root', 'bom-ref': 'root' } },
    components: [...components, excluded],
    dependencies: [{ ref: 'root', dependsOn: ['c0'] }, ...dependencies],
    vulnerabilities: [{ id: 'CVE-2026-0001', affects: [{ ref: 'c0' }] }],
  };
  return world.inventory.sboms.upload(softwareId, Readable.from([Buffer.from(JSON.stringify(document))]), tester);
};
const exported = async (what: Parameters<typeof world.inventory.sbomExport.open>[0]) => {
  const { body, fileName } = await world.inventory.sbomExport.open(what);
  return { fileName, document: await text(body) };
};

test('a vehicle is exported as built: ECUs, their software and its components, whole and readable', async () => {
  const { fileName, document } = await exported({ vin });
  const sbom = readSbom(document);

  assert.equal(fileName, `${vin}.built.cdx.json`);
  assert.deepEqual(sbom.warnings, []);
  assert.deepEqual([sbom.specVersion, sbom.subject?.name, sbom.created], ['1.6', vin, '2026-11-20T10:00:00.000Z']);
  const ecus = sbom.components.filter(({ type }) => type === 'device');
  assert.deepEqual(
    ecus.map(({ name }) => name),
    ['brake', 'gateway', 'steering', 'tcu'],
  );
  const software = sbom.components.filter(({ type }) => type === 'firmware');
  assert.deepEqual(
    software.map(({ name, version, parent }) => [name, version, parent]),
    [
      ['brake-os', '1.0', 'ecu:BRAKE-1'],
      ['gateway-os', '1.0', 'ecu:GATEWAY-1'],
      ['gateway-os', '1.0', 'ecu:TCU-1'],
    ],
  );
  assert.equal(software[1]?.hashes[0]?.value, 'ab'.repeat(32));
  assert.equal(sbom.components.length, 4 + 3 + 2 * 2_500);
  assert.equal(
    sbom.components.find(({ name }) => name === 'source'),
    undefined,
    'what is excluded is not on the vehicle',
  );
  assert.deepEqual(sbom.components.at(-1)?.licences, [{ id: 'MIT' }]);
});

test('the dependencies of the document stand between the components of the same ECU', async () => {
  const { dependencies, components } = readSbom((await exported({ vin })).document);

  const software = components.filter(({ type }) => type === 'firmware').map(({ ref }) => ref);
  assert.equal(dependencies.length, 4 + 3 + 2 * 2_500);
  assert.ok(dependencies.some(({ from, to }) => from === `vehicle:${vin}` && to === 'ecu:GATEWAY-1'));
  assert.ok(dependencies.some(({ from, to }) => from === software[1] && to === `${software[1]}/1`));
  for (const { from, to } of dependencies.filter((edge) => edge.from.includes('/'))) {
    assert.equal(from.split('/')[0], to.split('/')[0]);
  }
});

test('no vulnerability data leaves with it, and software without an SBOM is marked as unknown', async () => {
  const { document } = await exported({ vin });

  assert.ok(!document.includes('CVE-'));
  const { compositions } = JSON.parse(document) as { compositions: { aggregate: string; assemblies: string[] }[] };
  assert.deepEqual(compositions, [{ aggregate: 'unknown', assemblies: ['software:1.1'] }]);
});

test('as reported, a vehicle that has said nothing has ECUs and no software', async () => {
  const sbom = readSbom((await exported({ vin, view: 'reported' })).document);

  assert.deepEqual(
    sbom.components.map(({ type }) => type),
    ['device', 'device', 'device', 'device'],
  );
});

test('one software version is exported with its components and dependencies', async () => {
  const { fileName, document } = await exported({ software: gateway });
  const sbom = readSbom(document);

  assert.equal(fileName, 'gateway-os-1.0.cdx.json');
  assert.deepEqual(
    [sbom.subject?.name, sbom.components.length, sbom.dependencies.length, sbom.statements.length],
    ['gateway-os', 2_500, 2_500, 0],
  );
  assert.deepEqual(sbom.warnings, []);
});

test('what does not exist is refused before the first byte', async () => {
  const open = world.inventory.sbomExport.open;
  await assert.rejects(open({}), { code: 'inventory.nothing-to-export' });
  await assert.rejects(open({ vin, software: gateway }), { code: 'inventory.nothing-to-export' });
  await assert.rejects(open({ software: brake }), { code: 'inventory.nothing-to-export' });
  await assert.rejects(open({ vin: vinOf(9) }), { code: 'inventory.unknown-vehicle' });
  await assert.rejects(open({ software: '0198a000-0000-7000-8000-00000000ffff' }), {
    code: 'inventory.unknown-software',
  });
});

test('an SBOM that is replaced while it is exported breaks the download instead of looking whole', async () => {
  const { body } = await world.inventory.sbomExport.open({ software: gateway });
  const parts = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  await parts.next();
  await upload(gateway, 3);

  await assert.rejects(
    async () => {
      for (let part = await parts.next(); !part.done; part = await parts.next());
    },
    { code: 'inventory.nothing-to-export' },
  );
});
