import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signDetached } from '@bulkhead/advisories';
import { sql } from 'kysely';
import { inTransaction } from '../../platform/db/database.ts';
import { component } from './testing.ts';
import { by, ed25519, inSoftware, openssl, openVex, ref, useVex } from './testing-vex.ts';

const { trust, take, signed, states, statements, carried, world } = useVex();

test('the same document again changes nothing, and neither does an older one that is played again', async () => {
  await carried();
  await trust();
  const old = openVex([{}], { at: '2026-11-01T00:00:00Z' });
  const oldSignature = signDetached(old, ed25519.privateKey);
  await take(old, oldSignature);
  assert.equal((await take(old, oldSignature)).repeated, true);
  assert.equal((await statements()).length, 1);

  await signed(openVex([{ status: 'affected' }], { at: '2026-11-05T00:00:00Z' }));
  assert.deepEqual(await states(), ['affected']);
  assert.equal((await take(old, oldSignature)).repeated, true);
  assert.deepEqual(await states(), ['affected']);

  const reissued = await signed(openVex([{}, { ref: 'CVE-1999-1' }], { at: '2026-11-03T00:00:00Z' }));
  assert.deepEqual([reissued.applied, reissued.superseded], [0, 1]);
  assert.deepEqual(await states(), ['affected']);
  assert.deepEqual(
    (await statements()).map(({ status, state }) => [status, state]),
    [
      ['not-affected', 'superseded'],
      ['affected', 'applied'],
      ['not-affected', 'superseded'],
      ['not-affected', 'unresolved'],
    ],
  );
});

test('words from the future count as said now, so that the next ones can follow', async () => {
  await carried();
  await trust();
  await signed(openVex([{ at: '2099-01-01T00:00:00Z' }]));
  world().clock.advance(60_000);
  const taken = await signed(openVex([{ status: 'affected' }], { at: world().clock.now().toISOString() }));
  assert.equal(taken.applied, 1);
  assert.deepEqual(await states(), ['affected']);
});

test('between authors a person decides: the newcomer is conflicting and nothing changes until then', async () => {
  await carried();
  await trust();
  await signed(openVex([{}]));
  const other = await take(openVex([{ status: 'affected' }], { author: 'Scanner', at: '2026-11-09T00:00:00Z' }));
  assert.deepEqual([other.conflicting, other.applied], [1, 0]);
  assert.deepEqual(await states(), ['not-affected']);
  const [conflict] = (await world().module.vex.listStatements({ filter: 'state = conflicting' })).items;
  assert.match(conflict?.note ?? '', /Halden says "not-affected"/);

  const applied = await world().module.vex.resolve(conflict?.id ?? '', 'apply', 'We saw it crash.', by);

  assert.deepEqual([applied.state, applied.decidedBy, applied.decidedBecause], ['applied', 'Ada', 'We saw it crash.']);
  await assert.rejects(world().module.vex.resolve(conflict?.id ?? '', 'reject', 'x', by), {
    code: 'vulnerabilities.bad-decision',
  });
});

test('two proposals that say different things wait side by side, each with its words', async () => {
  await carried();
  await take(openVex([{}], { author: 'One' }));
  await take(openVex([{ status: 'affected' }], { author: 'Two' }));
  assert.deepEqual(
    (await statements()).map(({ author, state }) => [author, state]),
    [
      ['One', 'conflicting'],
      ['Two', 'conflicting'],
    ],
  );
  const [one] = await statements();
  assert.equal((await world().module.vex.resolve(one?.id ?? '', 'reject', 'Not our build.', by)).state, 'rejected');
  assert.deepEqual(await states(), ['open']);
});

test('what a person decided is not overturned by a document, signed as it may be', async () => {
  const tcu = await carried();
  await trust();
  const scope = { kind: 'software', softwareId: tcu } as const;
  await world().module.decisions.create({ ref, scope, status: 'affected', detail: 'We use world().' }, by);
  world().clock.advance(1_000);

  const taken = await signed(openVex([{}]));

  assert.deepEqual([taken.applied, taken.conflicting], [0, 1]);
  assert.deepEqual(await states(), ['affected']);
});

test('a proven author who takes his word back reopens the finding; the same name without proof cannot', async () => {
  await carried();
  await trust();
  await signed(openVex([{}]));
  await take(openVex([{ status: 'under_investigation' }], { author: 'Halden', at: '2026-11-10T00:00:00Z' }));
  assert.deepEqual(await states(), ['not-affected']);

  await signed(openVex([{ status: 'under_investigation' }], { at: '2026-11-11T00:00:00Z' }));
  assert.notDeepEqual(await states(), ['not-affected']);
});

test('a statement about a part of one software version holds there and in later ones, not in other software', async () => {
  await world().load(
    world().fleet.add('tcu-os', '7.1', [component('openssl', '3.0.7')], { createdAt: new Date('2026-01-01') }),
  );
  const shared = (await world().db.selectFrom('vulnerabilities_component').selectAll().execute())[0];
  const again = component('openssl', '3.0.7', { id: shared?.id ?? '' });
  await world().load(
    world().fleet.add('tcu-os', '7.2', [again], { createdAt: new Date('2026-02-01') }),
    world().fleet.add('cgw-os', '1.0', [again], { createdAt: new Date('2026-02-01') }),
  );
  await world().take(openssl);
  await trust();
  const taken = await signed(openVex([{ product: inSoftware('7.1') }]));
  assert.equal(taken.applied, 1);

  const { items } = await world().module.occurrences(ref, {});
  assert.deepEqual(items.map(({ software, state }) => [software.name, software.version, state]).sort(), [
    ['cgw-os', '1.0', 'open'],
    ['tcu-os', '7.1', 'not-affected'],
    ['tcu-os', '7.2', 'not-affected'],
  ]);
});

test('a statement about software as a whole speaks of each of its components with a finding', async () => {
  await world().load(world().fleet.add('tcu-os', '7.2', [component('openssl', '3.0.7'), component('zlib', '1.2')]));
  await world().take(openssl);
  await trust();
  const whole = { '@id': 'x', identifiers: { purl: 'pkg:generic/Halden/tcu-os@7.2' } };
  assert.equal((await signed(openVex([{ product: whole }]))).applied, 1);
  assert.deepEqual(await states(), ['not-affected']);
});

test('a product is known by its hash, and by its name only for a person to confirm', async () => {
  const value = 'ab'.repeat(32);
  const hashes = [{ algorithm: 'SHA-256', value }];
  await world().load(world().fleet.add('tcu-os', '7.2', [component('openssl', '3.0.7', { hashes })]));
  await world().take(openssl);
  await trust();
  const named = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    metadata: { timestamp: '2026-11-01T00:00:00Z', authors: [{ name: 'Halden' }] },
  };
  const cyclone = (part: object) =>
    Buffer.from(
      JSON.stringify({
        ...named,
        components: [{ 'bom-ref': 'a', type: 'library', ...part }],
        vulnerabilities: [
          {
            id: ref,
            analysis: { state: 'not_affected', justification: 'requires_configuration' },
            affects: [{ ref: 'a' }],
          },
        ],
      }),
    );

  const byName = await signed(cyclone({ name: 'openssl', version: '3.0.7' }));
  assert.deepEqual([byName.applied, byName.proposed], [0, 1]);
  const byHash = openVex([{ product: { '@id': 'firmware', hashes: { 'sha-256': value } } }], {
    at: '2026-11-02T00:00:00Z',
  });
  assert.equal((await signed(byHash)).applied, 1);
  assert.deepEqual(await states(), ['not-affected']);
  const [first] = await statements();
  assert.equal(first?.justification, 'requires_configuration');
});

test('what names nothing known is listed, and taken up when the software or the vulnerability arrives', async () => {
  await trust();
  const taken = await signed(openVex([{}, { product: { '@id': 'pkg:generic/nothing@1' } }]));
  assert.deepEqual([taken.unresolved, taken.applied], [2, 0]);
  const softwareId = world().fleet.add('tcu-os', '7.2', [component('openssl', '3.0.7')]);
  await world().load(softwareId);
  await inTransaction(world().db, (tx) => world().module.vex.softwareLoaded(tx, [softwareId]));
  assert.match((await statements())[0]?.note ?? '', /No source tells/);

  await world().take(openssl);
  const { id = '' } =
    (await world().db.selectFrom('vulnerabilities_vulnerability').select('id').executeTakeFirst()) ?? {};
  const resolved = await inTransaction(world().db, (tx) => world().module.vex.findingsChanged(tx, [id]));

  assert.equal(resolved, 1);
  assert.deepEqual(await states(), ['not-affected']);
  assert.deepEqual((await statements()).map(({ state }) => state).sort(), ['applied', 'unresolved']);
});

test('a component that arrives later is met by the statement that waited for it', async () => {
  await world().take(openssl);
  await trust();
  assert.equal((await signed(openVex([{}]))).unresolved, 1);
  const softwareId = world().fleet.add('tcu-os', '7.2', [component('openssl', '3.0.7')]);
  await world().load(softwareId);
  const { rows } = await sql<{ payload: { softwareIds: string[] } }>`select payload from platform_outbox
    where type = 'vulnerabilities.software-loaded'`.execute(world().db);
  assert.deepEqual(
    rows.flatMap(({ payload }) => payload.softwareIds),
    [softwareId],
  );

  await inTransaction(world().db, (tx) => world().module.vex.softwareLoaded(tx, [softwareId]));
  assert.deepEqual(await states(), ['not-affected']);
});

test('a document that is no VEX, says nothing, or is too deep is refused with the place', async () => {
  const refused = ['', '[]', '{}', 'hello', `{"a":${'['.repeat(200)}${']'.repeat(200)}}`, openVex([]).toString()];
  let seen = 0;
  for (const text of refused) {
    await assert.rejects(take(Buffer.from(text)), { code: 'vulnerabilities.bad-vex' });
    seen += 1;
  }
  assert.equal(seen, refused.length);
});

test('hostile words in a document are stored as they can be, and reach nobody as code', async () => {
  await carried();
  const odd = openVex([{ product: { '@id': '__proto__' } }, { product: { '@id': "'; drop table x; --" } }], {
    author: 'constructor',
  });
  assert.equal((await take(odd)).unresolved, 2);
});

test('ten thousand statements in one document are taken in bounded time', async () => {
  await carried();
  await trust();
  const many = Array.from({ length: 10_000 }, (_, n) => ({
    ref: `CVE-2026-${10_000 + n}`,
    product: inSoftware('7.2'),
  }));
  const started = performance.now();
  const taken = await signed(openVex([...many.slice(1), {}]));
  const seconds = (performance.now() - started) / 1000;
  assert.deepEqual([taken.unresolved, taken.applied], [9_999, 1]);
  assert.ok(seconds < 60, `${seconds} s`);
});
