import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { sql } from 'kysely';
import { cve } from './testing.ts';
import { by, ed25519, ref, useVex } from './testing-vex.ts';
import { createVexOut } from './vex-out.ts';

const { take, states, statements, carried, world } = useVex();

for (const format of ['openvex', 'csaf', 'cyclonedx'] as const)
  test(`what is exported as ${format} is signed, names its losses, and comes back with the same meaning`, async () => {
    const tcu = await carried();
    const key = generateKeyPairSync('ed25519');
    const out = createVexOut({
      db: world().db,
      key: key.privateKey,
      author: 'Example Motors',
      namespace: 'https://psirt.example.org',
    });
    const scope = { kind: 'software', softwareId: tcu } as const;
    const justification = 'vulnerable-code-cannot-be-controlled-by-adversary';
    await world().module.decisions.create(
      { ref, scope, status: 'not-affected', justification, detail: 'Only own data.' },
      by,
    );

    const first = await out.write({ format, softwareId: tcu });
    const second = await out.write({ format, softwareId: tcu });
    assert.deepEqual(second.body, first.body);
    assert.equal(second.signature, first.signature);
    if (format === 'cyclonedx') assert.match(first.body.toString(), /could not carry.*requires_environment/);

    await sql`delete from vulnerabilities_decision`.execute(world().db);
    await world().module.vex.createAuthor(
      { name: 'Us', publicKey: out.key.publicKey, supplier: 'Halden', autoApply: true },
      by,
    );
    const taken = await take(first.body, first.signature);
    assert.equal(taken.signature, 'valid');
    assert.equal(taken.applied + taken.proposed, 1, JSON.stringify((await statements())[0]));
    const [one] = await statements();
    assert.equal(one?.status, 'not-affected');
    assert.match(one?.detail ?? '', /Only own data/);
    assert.deepEqual(await states(), [taken.applied === 1 ? 'not-affected' : 'open']);
  });

test('a document holds what was decided for the supplier or the vulnerability that was asked for, and nothing open', async () => {
  const tcu = await carried();
  await world().take(cve('CVE-2026-2002', { purl: 'pkg:generic/openssl', fixed: ['3.1'] }));
  const out = createVexOut({ db: world().db, key: ed25519.privateKey, author: 'Us', namespace: 'https://x.example' });
  await world().module.decisions.create(
    { ref, scope: { kind: 'everywhere' }, status: 'affected', detail: 'Update.' },
    by,
  );
  const count = async (query: object) =>
    (JSON.parse((await out.write({ format: 'openvex', ...query })).body.toString()) as { statements: unknown[] })
      .statements.length;

  assert.equal(await count({ softwareId: tcu }), 1);
  assert.equal(await count({ supplier: 'Halden' }), 1);
  assert.equal(await count({ supplier: 'Other' }), 0);
  assert.equal(await count({ ref: 'CVE-2026-2002' }), 0);
  assert.equal(await count({}), 1);
});
