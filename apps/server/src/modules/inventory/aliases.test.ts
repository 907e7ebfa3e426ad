import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { inventoryOperations } from '@bulkhead/contract';
import { Compile } from 'typebox/compile';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { inventoryMigrations } from './index.ts';
import { architecture, auditedActions, ecusOf, publishedEvents, tester, testInventory, vinOf } from './testing.ts';

let database: TestDatabase;
let world: ReturnType<typeof testInventory>;
let first = '';
let second = '';
before(async () => {
  database = await testDatabase([inventoryMigrations]);
  world = testInventory(database.db);
  aliases = world.inventory.aliases;
  const create = async (name: string) =>
    (await world.inventory.software.create({ name, version: '1.0', supplier: 'Wired', function: 'gateway' }, tester))
      .id;
  first = await create('gateway-os');
  second = await create('tcu-os');
  await world.inventory.models.put('aria', { name: 'Aria', brand: 'Bulk', year: 2026, architecture }, tester);
  for (const number of [1, 2]) {
    await world.inventory.vehicles.create(
      { vin: vinOf(number), model: 'aria', region: 'eu', ecus: ecusOf(number) },
      tester,
    );
  }
  await world.inventory.software.plan(first, { filter: 'role = gateway', dryRun: false }, tester);
});
after(() => database.close());

const upload = (softwareId: string, components: object[]) =>
  world.inventory.sboms.upload(
    softwareId,
    Readable.from([
      Buffer.from(JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components })),
    ]),
    tester,
  );
const named = (name: string, version = '1.0', more: object = {}) => ({ type: 'library', name, version, ...more });
const cpe = (vendor: string, product: string) => `cpe:2.3:a:${vendor}:${product}:1.0:*:*:*:*:*:*:*`;
const unidentified = (filter = '', sort = 'name') =>
  world.inventory.aliases.unidentified({ ...(filter ? { filter } : {}), sort });
let aliases: ReturnType<typeof testInventory>['inventory']['aliases'];
const idOf = async (name: string) =>
  (await database.db.selectFrom('inventory_component').select('id').where('name', '=', name).executeTakeFirstOrThrow())
    .id;
const changes = async () =>
  (await publishedEvents(database.db)).filter(({ type }) => type === 'inventory.alias-changed');

test('names without identifiers are listed with the software and the vehicles that carry them', async () => {
  await upload(first, [
    named('libssl3'),
    named('Com_Stack', '4.1'),
    named('com-stack', '4.2'),
    named('acl', '2.3', { purl: 'pkg:yocto/core/acl@2.3' }),
    named('excluded', '1.0', { scope: 'excluded' }),
    named('zlib', '1.3', { purl: 'pkg:npm/zlib@1.3' }),
  ]);
  await upload(second, [named('com-stack', '4.2')]);

  const page = await unidentified();

  const schema = Compile(inventoryOperations.listUnidentified.ok);
  assert.ok(schema.Check(page), JSON.stringify(schema.Errors(page)));
  assert.deepEqual(
    page.items.map(({ name, versions, software, vehicles }) => [name, versions, software, vehicles]),
    [
      ['acl', 1, 1, 2],
      ['com-stack', 2, 2, 2],
      ['libssl3', 1, 1, 2],
    ],
  );
  assert.equal(
    (await world.inventory.sboms.get((await world.inventory.software.get(first)).sbomId ?? '')).unidentified,
    4,
  );
  for (const sort of ['name', '-versions', 'software', '-software'])
    assert.equal((await unidentified('', sort)).items.length, 3);
});

test('what a recipe is known to be is proposed, and nothing for what nobody knows', async () => {
  const { items } = await unidentified('proposed = true');

  assert.deepEqual(
    items.map(({ name, proposals }) => [
      name,
      proposals.map(({ cpeVendor, cpeProduct, source }) => [cpeVendor, cpeProduct, source]),
    ]),
    [
      ['acl', [['acl_project', 'acl', 'recipe']]],
      ['libssl3', [['openssl', 'openssl', 'recipe']]],
    ],
  );
});

test('components of the same name that say what they are become proposals, whichever came first', async () => {
  await upload(second, [
    named('com-stack', '4.2'),
    named('COM stack', '4.3', { cpe: cpe('acme', 'com') }),
    named('com_stack', '4.4', { cpe: cpe('acme', 'com') }),
    named('com-stack', '4.5', { purl: 'pkg:conan/com-stack@4.5' }),
    named('com-stack', '4.6', { cpe: 'cpe:2.3:*:*:com:4.6:*:*:*:*:*:*:*' }),
  ]);

  const [item] = (await unidentified('name = com-stack')).items;
  assert.deepEqual(
    item?.proposals
      .map(({ purl, cpeVendor, cpeProduct, source, because }) => [
        purl ?? `${cpeVendor}:${cpeProduct}`,
        source,
        because,
      ])
      .sort(),
    [
      ['acme:com', 'same-name', '2 components of the same name say so'],
      ['pkg:conan/com-stack', 'same-name', '1 component of the same name says so'],
    ],
  );
});

test('a person confirms one meaning once for all: the others are rejected, and whoever matches is told', async () => {
  const [item] = (await unidentified('name = com-stack')).items;
  const wanted = item?.proposals.find(({ cpeVendor }) => cpeVendor === 'acme');

  const alias = await aliases.confirm(wanted?.id ?? '', tester);

  assert.deepEqual([alias.state, alias.decidedBy], ['confirmed', 'Test']);
  const { items: all } = await aliases.list({ filter: 'name = com-stack', sort: 'name' });
  assert.deepEqual(all.map(({ state }) => state).sort(), ['confirmed', 'rejected']);
  assert.deepEqual((await changes()).at(-1)?.payload, {
    aliasId: alias.id,
    name: 'com-stack',
    state: 'confirmed',
    components: 2,
  });
  const ids = [await idOf('com-stack'), await idOf('Com_Stack')];
  assert.deepEqual(
    [...(await aliases.confirmedFor([...ids, await idOf('libssl3')])).entries()].sort(),
    ids.map((id) => [id, { vendor: 'acme', product: 'com' }] as const).sort(),
  );
  assert.deepEqual((await aliases.componentsOf(alias.id)).sort(), ids.sort());
  assert.deepEqual((await aliases.softwareOf(alias.id)).sort(), [first, second].sort());
  assert.deepEqual(
    (await unidentified('confirmed = false')).items.map(({ name }) => name),
    ['acl', 'libssl3'],
  );
  assert.equal((await unidentified('confirmed = true')).items[0]?.alias?.id, alias.id);
  assert.equal(
    (await aliases.confirm(alias.id, tester)).decidedAt,
    alias.decidedAt,
    'confirming again changes nothing',
  );
});

test('components and the contents of software carry what the name means', async () => {
  const { items } = await world.inventory.sboms.listComponents({ filter: 'name = Com_Stack' });
  assert.equal(items[0]?.alias, 'acme:com');
  assert.equal((await world.inventory.sboms.listComponents({ filter: 'identified = false' })).items.length, 2);
  const contents = await world.inventory.sbomContents.contents(first);
  assert.deepEqual(contents?.components.map(({ name, aliases: meaning }) => [name, meaning]).sort(), [
    ['Com_Stack', [{ vendor: 'acme', product: 'com' }]],
    ['acl', []],
    ['com-stack', [{ vendor: 'acme', product: 'com' }]],
    ['libssl3', []],
    ['zlib', []],
  ]);
  const evaluated = await world.inventory.sbomContents.read(
    Readable.from(
      [
        JSON.stringify({
          bomFormat: 'CycloneDX',
          specVersion: '1.6',
          version: 1,
          components: [named('COM-stack', '9')],
        }),
      ].map((text) => Buffer.from(text)),
    ),
  );
  assert.deepEqual(evaluated[0]?.aliases, [{ vendor: 'acme', product: 'com' }]);
});

test('the beginning of names can be given a meaning; a whole name goes before it, a longer beginning before a shorter one', async () => {
  await upload(second, [
    named('kernel-module-can-raw'),
    named('kernel-module-can'),
    named('kernel-module-usb'),
    named('kernel-image'),
  ]);
  const short = await aliases.create(
    { name: 'kernel-', prefix: true, cpeVendor: 'linux', cpeProduct: 'linux_kernel' },
    tester,
  );
  await aliases.create({ name: 'kernel-module-can', prefix: true, purl: 'pkg:generic/can@1.0?x=1' }, tester);
  await aliases.create({ name: 'kernel-module-can', cpeVendor: 'Acme', cpeProduct: 'can' }, tester);

  const meanings = await aliases.confirmedFor(await aliases.componentsOf(short.id));
  const byName = async (name: string) => meanings.get(await idOf(name));
  assert.deepEqual(await byName('kernel-image'), { vendor: 'linux', product: 'linux_kernel' });
  assert.deepEqual(await byName('kernel-module-can-raw'), { purl: 'pkg:generic/can?x=1' });
  assert.deepEqual(await byName('kernel-module-can'), { vendor: 'acme', product: 'can' });
  const [item] = (await unidentified('name = kernel-module-can-raw')).items;
  assert.equal(item?.alias?.purl, 'pkg:generic/can?x=1');
});

test('a meaning that is taken back is told; rejecting a proposal changes nothing for those who match', async () => {
  const { items } = await aliases.list({ filter: 'state = confirmed and name = com-stack' });
  const before = (await changes()).length;
  await aliases.reject(items[0]?.id ?? '', tester);
  assert.equal((await changes()).length, before + 1);
  assert.equal((await unidentified('name = com-stack')).items[0]?.alias, null);

  const [ssl] = (await unidentified('name = libssl3')).items;
  await aliases.reject(ssl?.proposals[0]?.id ?? '', tester);
  assert.equal((await changes()).length, before + 1);
  await upload(first, [named('libssl3'), named('new')]);
  assert.deepEqual(
    (await unidentified('name = libssl3')).items[0]?.proposals,
    [],
    'what was rejected is not proposed again',
  );
  const actions = await auditedActions(database.db);
  assert.equal(actions.filter((action) => action === 'inventory.reject-alias').length, 2);
});

test('what is no product is refused', async () => {
  const bad = [
    { name: 'x', cpeVendor: 'a' },
    { name: 'x' },
    { name: 'x', purl: 'pkg:npm/x', cpeVendor: 'a', cpeProduct: 'b' },
    { name: 'x', purl: 'npm/x' },
    { name: 'x', cpeVendor: '*', cpeProduct: 'b' },
    { name: 'x', cpeVendor: 'a', cpeProduct: 'b:c' },
    { name: '  ', cpeVendor: 'a', cpeProduct: 'b' },
    { name: 'k', prefix: true, cpeVendor: 'a', cpeProduct: 'b' },
  ];
  for (const body of bad)
    await assert.rejects(aliases.create(body, tester), { code: 'inventory.bad-alias' }, JSON.stringify(body));
  await assert.rejects(aliases.confirm('0198a000-0000-7000-8000-00000000ffff', tester), {
    code: 'inventory.unknown-alias',
  });
});

test('two people who confirm two meanings at once leave one confirmed', async () => {
  const make = (product: string) => aliases.create({ name: 'race', cpeVendor: 'acme', cpeProduct: product }, tester);
  await Promise.all(['a', 'b', 'c', 'd'].map(make));

  const { items } = await aliases.list({ filter: 'name = race', sort: 'name' });
  assert.deepEqual(items.map(({ state }) => state).sort(), ['confirmed', 'rejected', 'rejected', 'rejected']);
});
