import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { inventoryOperations } from '@bulkhead/contract';
import { Compile } from 'typebox/compile';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { inventoryMigrations } from './index.ts';
import { tester, testInventory } from './testing.ts';

let database: TestDatabase;
let world: ReturnType<typeof testInventory>;
const ids: string[] = [];
before(async () => {
  database = await testDatabase([inventoryMigrations]);
  world = testInventory(database.db);
  for (const version of ['1.0', '1.1', '1.2']) {
    const body = { name: 'gateway-os', version, supplier: 'Wired', function: 'gateway' };
    ids.push((await world.inventory.software.create(body, tester)).id);
  }
});
after(() => database.close());

const upload = (index: number, components: object[], more: object = {}) =>
  world.inventory.sboms.upload(
    ids[index] ?? '',
    Readable.from([
      Buffer.from(JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components, ...more })),
    ]),
    tester,
  );
const library = (name: string, version: string, licence?: string) => ({
  type: 'library',
  'bom-ref': name,
  name,
  version,
  purl: `pkg:npm/${name}@${version}`,
  ...(licence ? { licenses: [{ expression: licence }] } : {}),
});
const metadata = { component: { type: 'firmware', name: 'gateway-os', 'bom-ref': 'root' } };

test('two SBOMs are compared by id, two software versions by theirs', async () => {
  const first = await upload(0, [library('a', '1', 'MIT'), library('b', '1'), library('c', '1', 'MIT')]);
  await upload(1, [library('b', '2'), library('c', '1', 'GPL-3.0-only'), library('d', '1')]);

  const diff = await world.inventory.sbomComparison.diff(first.id, ids[1] ?? '');

  const schema = Compile(inventoryOperations.diffSboms.ok);
  assert.ok(schema.Check(diff), JSON.stringify(schema.Errors(diff)));
  assert.deepEqual([diff.from.version, diff.to.version], ['1.0', '1.1']);
  assert.deepEqual([diff.added, diff.removed, diff.versions, diff.licences, diff.unchanged], [1, 1, 1, 1, 1]);
  assert.deepEqual(
    diff.items.map(({ kind, name, fromVersion, toVersion }) => [kind, name, fromVersion, toVersion]),
    [
      ['removed', 'a', '1', null],
      ['added', 'd', null, '1'],
      ['version', 'b', '1', '2'],
      ['licence', 'c', '1', '1'],
    ],
  );
  assert.deepEqual([diff.items[3]?.fromLicences, diff.items[3]?.toLicences], [['MIT'], ['GPL-3.0-only']]);
  await assert.rejects(world.inventory.sbomComparison.diff(first.id, ids[2] ?? ''), { code: 'inventory.unknown-sbom' });
});

test('licences are counted per document and over all of them, with what they ask for', async () => {
  const sbom = (await world.inventory.software.get(ids[1] ?? '')).sbomId ?? '';
  assert.deepEqual(await world.inventory.licences.ofSbom(sbom), [
    { licence: '', components: 2, kind: 'none' },
    { licence: 'GPL-3.0-only', components: 1, kind: 'copyleft' },
  ]);

  const page = await world.inventory.licences.list({ sort: 'licence', count: true });

  const schema = Compile(inventoryOperations.listLicences.ok);
  assert.ok(schema.Check(page), JSON.stringify(schema.Errors(page)));
  assert.deepEqual(
    page.items.map(({ licence, kind, components, software }) => [licence, kind, components, software]),
    [
      ['', 'none', 3, 2],
      ['GPL-3.0-only', 'copyleft', 1, 1],
      ['MIT', 'permissive', 2, 1],
    ],
  );
  assert.deepEqual(
    (await world.inventory.licences.list({ filter: 'kind = copyleft' })).items.map(({ licence }) => licence),
    ['GPL-3.0-only'],
  );
  for (const sort of ['-components', 'software', 'kind'])
    assert.equal((await world.inventory.licences.list({ sort })).items.length, 3);
  const names = (await world.inventory.sboms.listComponents({ filter: 'licence = MIT' })).items.map(({ name }) => name);
  assert.deepEqual(names, ['a', 'c']);
});

test('the graph around a component holds its neighbours in both directions, nearest first', async () => {
  const sbom = await upload(
    2,
    ['a', 'b', 'c', 'd'].map((name) => library(name, '9')),
    {
      metadata,
      dependencies: [
        { ref: 'root', dependsOn: ['a'] },
        { ref: 'a', dependsOn: ['b'] },
        { ref: 'b', dependsOn: ['c', 'a'] },
        { ref: 'c', dependsOn: ['c'] },
      ],
    },
  );
  const { items } = await world.inventory.sboms.listComponents({ filter: `sbom = ${sbom.id} and name = b` });

  const graph = await world.inventory.sbomComparison.graph(sbom.id, { focus: items[0]?.id ?? '' });

  const schema = Compile(inventoryOperations.getSbomGraph.ok);
  assert.ok(schema.Check(graph), JSON.stringify(schema.Errors(graph)));
  assert.deepEqual(
    graph.nodes.map(({ place, name, distance }) => [place, name, distance]),
    [
      [2, 'b', 0],
      [1, 'a', 1],
      [3, 'c', 1],
      [0, 'gateway-os', 2],
    ],
  );
  assert.deepEqual([graph.edges.length, graph.allEdges, graph.truncated], [5, 5, false]);
  assert.equal((await world.inventory.sbomComparison.graph(sbom.id, {})).nodes[0]?.name, 'gateway-os');
});

test('a large graph is cut at the limit and says so; one without a root begins at what nothing depends on', async () => {
  const names = Array.from({ length: 400 }, (_, i) => `n${i}`);
  const dependencies = [{ ref: 'n0', dependsOn: names.slice(1) }];
  const sbom = await upload(
    2,
    names.map((name) => library(name, '1')),
    { dependencies },
  );

  const graph = await world.inventory.sbomComparison.graph(sbom.id, { limit: 300 });

  assert.deepEqual([graph.nodes.length, graph.truncated, graph.allEdges], [300, true, 399]);
  assert.deepEqual(
    graph.nodes.slice(0, 2).map(({ name, distance }) => [name, distance]),
    [
      ['gateway-os', 0],
      ['n0', 1],
    ],
  );
  assert.equal(graph.edges.length, 298);
  await assert.rejects(world.inventory.sbomComparison.graph(sbom.id, { focus: ids[0] ?? '' }), {
    code: 'inventory.unknown-component',
  });
});
