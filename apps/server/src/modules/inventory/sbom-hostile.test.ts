import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { inventoryMigrations } from './index.ts';
import { tester, testInventory } from './testing.ts';

let database: TestDatabase;
let world: ReturnType<typeof testInventory>;
let software = '';
before(async () => {
  database = await testDatabase([inventoryMigrations]);
  world = testInventory(database.db);
  const body = { name: 'gateway-os', version: '1.0', supplier: 'Wired', function: 'gateway' };
  software = (await world.inventory.software.create(body, tester)).id;
  await upload(Buffer.from(cycloneDx([{ type: 'library', name: 'kept', version: '1' }])));
});
after(() => database.close());

const upload = (content: Buffer | Iterable<Buffer>) =>
  world.inventory.sboms.upload(software, Readable.from(Buffer.isBuffer(content) ? [content] : content), tester);
const cycloneDx = (components: object[], more: object = {}) =>
  JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components, ...more });
const stillUsed = async () =>
  (await world.inventory.sbomContents.contents(software))?.components.map(({ name }) => name);

const mebibyte = 1024 * 1024;

/** How much more memory the process holds at its highest while something runs. */
async function growth(run: () => Promise<unknown>): Promise<number> {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let highest = before;
  const timer = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage.rss());
  }, 5);
  await run();
  clearInterval(timer);
  return (Math.max(highest, process.memoryUsage.rss()) - before) / mebibyte;
}

test('an upload of 500 MB is refused at the bound: the rest is neither read nor held', async () => {
  let sent = 0;
  function* endless() {
    yield Buffer.from('{"bomFormat":"CycloneDX","specVersion":"1.6","components":[');
    for (; sent < 500; sent++) yield Buffer.alloc(mebibyte, 0x20);
  }

  const grown = await growth(() =>
    assert.rejects(upload(endless()), { code: 'inventory.bad-sbom', message: /64 MiB/ }),
  );

  assert.ok(sent <= 66, `${sent} MiB were read`);
  assert.ok(grown < 200, `memory grew by ${grown.toFixed(0)} MiB`);
  assert.deepEqual(await stillUsed(), ['kept']);
});

test('bombs are refused while they are small, whatever they are packed with', async () => {
  const text = Buffer.alloc(400 * mebibyte, 0x20);
  const bombs = [gzipSync(text), zstdCompressSync(text)];

  const grown = await growth(async () => {
    for (const bomb of bombs) {
      assert.ok(bomb.length < mebibyte, `${bomb.length} bytes`);
      await assert.rejects(upload(bomb), { code: 'inventory.bad-sbom', message: /maxRatio|maxExpandedBytes/ });
    }
  });

  assert.ok(grown < 350, `memory grew by ${grown.toFixed(0)} MiB`);
  assert.deepEqual(await stillUsed(), ['kept']);
});

test('deep nesting, too many values and texts without end are refused with their place', async () => {
  const deep = `{"bomFormat":"CycloneDX","specVersion":"1.6","components":${'['.repeat(200_000)}`;
  const xml = `<bom xmlns="http://cyclonedx.org/schema/bom/1.6">${'<components>'.repeat(200_000)}`;
  for (const text of [deep, xml])
    await assert.rejects(upload(Buffer.from(text)), { code: 'inventory.bad-sbom', message: /nested deeper/ });
  const long = cycloneDx([{ type: 'library', name: 'x'.repeat(5_000) }]);
  await assert.rejects(
    upload(Buffer.from(long)),
    (error: { fields?: { path?: string } }) => error.fields?.path === '$.components[0].name',
  );
});

test('cycles, repeated references and the same thing twice are stored as what they are', async () => {
  const part = (ref: string, name: string) => ({ type: 'library', 'bom-ref': ref, name, version: '1' });
  const sbom = await upload(
    Buffer.from(
      cycloneDx(
        [part('a', 'one'), part('b', 'two'), part('a', 'three'), { ...part('d', 'one'), description: 'again' }],
        {
          dependencies: [
            { ref: 'a', dependsOn: ['b', 'a'] },
            { ref: 'b', dependsOn: ['a'] },
          ],
        },
      ),
    ),
  );

  assert.deepEqual(
    [sbom.components, sbom.warnings.some((warning) => warning.includes('already the reference'))],
    [4, true],
  );
  assert.deepEqual((await stillUsed())?.sort(), ['one', 'three', 'two']);
  const { items } = await world.inventory.sboms.listComponents({ filter: `sbom = ${sbom.id} and name = two` });
  const graph = await world.inventory.sbomComparison.graph(sbom.id, { focus: items[0]?.id ?? '' });
  assert.deepEqual([graph.nodes.length, graph.edges.length], [2, 3]);
});

test('hostile texts come back as they were, and nothing else happens', async () => {
  const texts = [
    `'; drop table inventory_component; --`,
    '<script>alert(1)</script>',
    '__proto__',
    '%_\\',
    '\u202egnp.exe',
    '{"a":1}',
    '\u{1f697}'.repeat(50),
    'a\tb\nc',
    '{null,NULL}',
    '\\\\x00',
  ];
  const components = texts.map((name, i) => ({
    type: 'library',
    'bom-ref': name,
    name,
    version: name,
    licenses: [{ license: { name } }],
    supplier: { name },
    purl: `pkg:npm/x${i}@1`,
  }));
  const vulnerabilities = texts.map((id) => ({
    id,
    analysis: { state: 'in_triage', detail: id, response: [id] },
    affects: [{ ref: id }, { ref: `${id}!` }],
  }));
  const sbom = await upload(Buffer.from(cycloneDx(components, { vulnerabilities })));

  const { items } = await world.inventory.sboms.listComponents({ filter: `sbom = ${sbom.id}`, limit: 100 });
  assert.deepEqual(items.map(({ name }) => name).sort(), [...texts].sort());
  assert.deepEqual(items.map(({ licences }) => licences[0]).sort(), [...texts].sort());
  const statements = await world.inventory.sboms.embeddedStatements(sbom.id);
  assert.deepEqual(
    statements.map(({ vulnerability }) => vulnerability),
    texts,
  );
  assert.deepEqual(
    statements.map(({ elsewhere }) => elsewhere[0]),
    texts.map((name) => `${name}!`),
  );
  assert.equal(({} as Record<string, unknown>)['1'], undefined);
});
