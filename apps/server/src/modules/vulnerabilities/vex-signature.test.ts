import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { thumbprint } from '@bulkhead/advisories';
import { sql } from 'kysely';
import { by, ed25519, jws, openVex, p256, pem, useVex } from './testing-vex.ts';

const { trust, take, signed, states, statements, carried, world } = useVex();

test('an unsigned document is only a proposal, whatever name it gives itself', async () => {
  await carried();
  await trust();

  const taken = await take(openVex([{}]));

  assert.deepEqual([taken.signature, taken.applied, taken.proposed], ['none', 0, 1]);
  assert.deepEqual(await states(), ['open']);
  const [one] = await statements();
  assert.equal(one?.justification, 'vulnerable_code_not_in_execute_path');
  assert.equal(one?.author, 'Halden PSIRT');
});

test('a signed statement of a trusted author settles its finding by itself, and tells who waits for it', async () => {
  await carried();
  await trust();

  const taken = await signed(openVex([{}]));

  assert.deepEqual([taken.signature, taken.author, taken.applied], ['valid', 'Halden', 1]);
  assert.deepEqual(await states(), ['not-affected']);
  const { items } = await world().module.decisions.list({});
  assert.deepEqual(
    items.map(({ origin, author, scope, justification }) => [origin, author, scope.kind, justification]),
    [['vex', 'Halden', 'software', 'vulnerable-code-not-in-execute-path']],
  );
  const { rows } = await sql<{ payload: Record<string, unknown> }>`select payload from platform_outbox
    where type = 'vulnerabilities.statement-applied'`.execute(world().db);
  assert.deepEqual(
    rows.map(({ payload }) => [payload['softwareNames'], payload['author']]),
    [[['tcu-os'], 'Halden']],
  );
});

test('ES256 signatures are taken in the form of RFC 7518 and in no other', async () => {
  await carried();
  await trust({ publicKey: p256.publicKey });
  const document = openVex([{}]);
  const header = { alg: 'ES256', kid: thumbprint(p256.publicKey) };

  assert.equal((await take(document, jws(header, document, p256.privateKey, 'es256-der'))).signature, 'invalid');
  assert.equal((await take(document, jws(header, document, p256.privateKey, 'es256'))).signature, 'valid');
  assert.deepEqual(await states(), ['not-affected']);
});

test('no forged signature closes anything', async () => {
  await carried();
  await trust();
  const document = openVex([{}]);
  const kid = thumbprint(ed25519.publicKey);
  const stranger = generateKeyPairSync('ed25519');
  const good = jws({ alg: 'EdDSA', kid }, document, ed25519.privateKey);
  const [head = '', , signature = ''] = good.split('.');
  const none = Buffer.from(JSON.stringify({ alg: 'none', kid })).toString('base64url');
  const hmac = Buffer.from(JSON.stringify({ alg: 'HS256', kid })).toString('base64url');
  const unencoded = (() => {
    const b64 = Buffer.from(JSON.stringify({ alg: 'EdDSA', kid, b64: false, crit: ['b64'] })).toString('base64url');
    return `${b64}..${sign(null, Buffer.concat([Buffer.from(`${b64}.`), document]), ed25519.privateKey).toString('base64url')}`;
  })();
  const attacks: readonly (readonly [name: string, jws: string, verdict: string])[] = [
    ['alg none', `${none}..`, 'invalid'],
    ['alg none with a signature', `${none}..${signature}`, 'invalid'],
    ['the public key as a shared secret', `${hmac}..${signature}`, 'invalid'],
    [
      'another algorithm than that of the key',
      jws({ alg: 'ES256', kid }, document, p256.privateKey, 'es256'),
      'invalid',
    ],
    ['another key under the id of the author', jws({ alg: 'EdDSA', kid }, document, stranger.privateKey), 'invalid'],
    [
      'a key that nobody trusts',
      jws({ alg: 'EdDSA', kid: thumbprint(stranger.publicKey) }, document, stranger.privateKey),
      'unknown-key',
    ],
    [
      'a key brought along',
      jws({ alg: 'EdDSA', kid: 'x', jwk: stranger.publicKey.export({ format: 'jwk' }) }, document, stranger.privateKey),
      'unknown-key',
    ],
    ['no key id', jws({ alg: 'EdDSA' }, document, ed25519.privateKey), 'invalid'],
    ['a critical header', jws({ alg: 'EdDSA', kid, crit: ['exp'], exp: 1 }, document, ed25519.privateKey), 'invalid'],
    ['an empty critical header', jws({ alg: 'EdDSA', kid, crit: [] }, document, ed25519.privateKey), 'invalid'],
    ['an unencoded payload', unencoded, 'invalid'],
    [
      'an unencoded payload that is not critical',
      jws({ alg: 'EdDSA', kid, b64: false }, document, ed25519.privateKey),
      'invalid',
    ],
    ['a payload of its own', `${head}.${Buffer.from('{}').toString('base64url')}.${signature}`, 'invalid'],
    ['padding', `${head}..${signature}==`, 'invalid'],
    ['a signature for another document', jws({ alg: 'EdDSA', kid }, Buffer.from('{}'), ed25519.privateKey), 'invalid'],
    ['four parts', `${good}.`, 'invalid'],
    ['no JWS at all', 'hello', 'invalid'],
    ['a header that is a list', `${Buffer.from('[]').toString('base64url')}..${signature}`, 'invalid'],
    [
      'a prototype as header',
      `${Buffer.from('{"__proto__":{"alg":"EdDSA"}}').toString('base64url')}..${signature}`,
      'invalid',
    ],
  ];
  let seen = 0;
  for (const [name, forged, verdict] of attacks) {
    const taken = await take(document, forged);
    assert.equal(taken.signature, verdict, name);
    assert.equal(taken.applied, 0, name);
    seen += 1;
  }
  assert.equal(seen, 19);
  const altered = Buffer.from(document.toString().replace('3.0.7', '3.0.6'));
  assert.equal((await take(altered, good)).signature, 'invalid');
  const spaced = Buffer.concat([document, Buffer.from('\n')]);
  assert.equal((await take(spaced, good)).signature, 'invalid');
  assert.deepEqual(await states(), ['open']);
  assert.equal((await take(document, good)).signature, 'valid');
});

test('an author settles nothing in the software of another supplier, nor without leave to settle alone', async () => {
  await carried();
  await trust({ supplier: 'Somebody else' });
  assert.equal((await signed(openVex([{}]))).proposed, 1);
  assert.match((await statements())[0]?.note ?? '', /no software of Somebody else/);
  assert.deepEqual(await states(), ['open']);

  await trust({ name: 'Careful', publicKey: p256.publicKey, autoApply: false });
  const document = openVex([{}], { at: '2026-11-02T00:00:00Z' });
  const taken = await take(
    document,
    jws({ alg: 'ES256', kid: thumbprint(p256.publicKey) }, document, p256.privateKey, 'es256'),
  );
  assert.deepEqual([taken.signature, taken.applied], ['valid', 0]);
  assert.deepEqual(await states(), ['open']);
});

test('an author who may settle alone needs a supplier; private and weak keys are refused', async () => {
  const refused: readonly (() => Promise<unknown>)[] = [
    () => world().module.vex.createAuthor({ name: 'x', publicKey: pem(ed25519.publicKey), autoApply: true }, by),
    () =>
      world().module.vex.createAuthor(
        {
          name: 'x',
          publicKey: ed25519.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
          autoApply: false,
        },
        by,
      ),
    () =>
      world().module.vex.createAuthor(
        { name: 'x', publicKey: pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey), autoApply: false },
        by,
      ),
    () =>
      world().module.vex.createAuthor(
        { name: 'x', publicKey: pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey), autoApply: false },
        by,
      ),
    () => world().module.vex.createAuthor({ name: 'x', publicKey: 'hello', autoApply: false }, by),
  ];
  let seen = 0;
  for (const attempt of refused) {
    await assert.rejects(attempt, { code: 'vulnerabilities.bad-author' });
    seen += 1;
  }
  assert.equal(seen, 5);
  await trust();
  await assert.rejects(trust(), { code: 'vulnerabilities.bad-author' });
});
