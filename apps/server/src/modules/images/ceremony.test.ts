import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { addSignature, dialectA, dialectB, dialectOf, type Signer, signRoot } from '@bulkhead/uptane';
import { createAuditViews } from '../../platform/audit/views.ts';
import { platformMigrations } from '../../platform/db/platform-migrations.ts';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { imagesMigrations } from './index.ts';
import {
  acmePlan,
  ada,
  both,
  keyFileOf,
  later,
  newPeople,
  newSigner,
  release,
  sendImage,
  signRootDraft,
  signTargetsDraft,
  supplierFile,
  type TestImages,
  targetOf,
  testImages,
} from './testing.ts';

let database: TestDatabase;
let it: TestImages;
const people = newPeople();
const third = newSigner();

before(async () => {
  database = await testDatabase([...platformMigrations, imagesMigrations]);
  it = testImages(database.db);
});
after(async () => {
  await database?.close();
  it?.remove();
});

const refusal = (expected: string, text?: RegExp) => (error: unknown) => {
  const { code, message } = error as { code?: string; message: string };
  assert.equal(code, expected, message);
  if (text) assert.match(message, text);
  return true;
};
const repository = () => it.images.repository;
const draftOf = async (dialect: 'a' | 'b', role: string) =>
  (await repository().status()).drafts.find((draft) => draft.dialect === dialect && draft.role === role);
const rootBytes = async (draft = true) => (await repository().download('a', 'root', { draft })).bytes;

describe('the first ceremony', () => {
  test('is what every operation asks for until it was held', async () => {
    const { next, dialects, roles, drafts } = await repository().status();
    assert.match(next ?? '', /bulkhead repository root/);
    assert.deepEqual(
      dialects.map(({ published }) => published),
      [false, false],
    );
    assert.deepEqual([roles, drafts], [[], []]);
    await assert.rejects(repository().publish('a', false, ada), refusal('images.no-repository'));
    await assert.rejects(repository().createTargets({ expires: later }, ada), refusal('images.no-repository'));
    await assert.rejects(
      repository().upload('acme', supplierFile('a', people.acme, 1, {}), ada),
      refusal('images.no-repository'),
    );
    await assert.rejects(repository().download('a', 'root', { draft: false }), refusal('images.unknown-metadata'));
  });

  test('says whose signatures are missing, and is complete once enough people signed', async () => {
    const roles = {
      root: { keys: [...people.root, third].map(keyFileOf), threshold: 2 },
      targets: { keys: [keyFileOf(people.targets)], threshold: 1 },
    };
    await assert.rejects(repository().createRoot({ expires: later, roles: {} }, ada), refusal('images.bad-metadata'));
    const drafts = await repository().createRoot({ expires: later, roles }, ada);
    assert.deepEqual(
      drafts.map(({ dialect, signatures, complete }) => [dialect, signatures.missing.length, complete]),
      [
        ['a', 3, false],
        ['b', 3, false],
      ],
    );
    await assert.rejects(repository().createRoot({ expires: later, roles }, ada), refusal('images.draft-exists'));
    await signRootDraft(it, 'a', [people.root[0]]);
    const half = await draftOf('a', 'root');
    assert.deepEqual(
      [half?.signatures.valid, half?.signatures.missing.length, half?.complete],
      [[people.root[0].keyId], 2, false],
    );
    assert.equal(half?.digest, drafts[0]?.digest);
    await assert.rejects(repository().publish('a', false, ada), refusal('images.incomplete', /signatures are missing/));
    await signRootDraft(it, 'a', [third]);
    await signRootDraft(it, 'b', people.root);
    assert.equal((await draftOf('a', 'root'))?.complete, true);
  });

  test('takes no signature of a stranger, and keeps none that does not fit', async () => {
    const file = dialectA.readRoot(await rootBytes());
    const bare = { ...file, signatures: [] };
    await assert.rejects(
      repository().upload('root', addSignature(bare, newSigner()), ada),
      refusal('images.not-authorised'),
    );
    const broken: Signer = { ...people.root[1], sign: () => Buffer.alloc(64) };
    await assert.rejects(
      repository().upload('root', addSignature(bare, broken), ada),
      refusal('images.not-authorised'),
    );
    // together with a good one it is left out: aktualizr would refuse the whole file
    const mixed = dialectA.readRoot(addSignature(dialectA.readRoot(addSignature(bare, broken)), people.root[0]));
    await repository().upload('root', mixed.bytes, ada);
    const kept = dialectA.readRoot(await rootBytes()).signatures.map(({ keyId }) => keyId);
    assert.deepEqual(kept.sort(), [people.root[0].keyId, third.keyId].sort());
  });

  test('ends with a repository that vehicles can read, once suppliers handed in what is delegated to them', async () => {
    await repository().createTargets({ expires: later, delegations: [acmePlan(people)] }, ada);
    for (const dialect of both) await signTargetsDraft(it, dialect, people.targets);
    await assert.rejects(repository().publish('a', false, ada), refusal('images.incomplete', /delegates to acme/));
    for (const dialect of both) {
      await repository().upload('acme', supplierFile(dialect, people.acme, 1, {}), ada);
      const would = await repository().publish(dialect, true, ada);
      assert.deepEqual(
        would.published.map(({ role }) => role),
        ['root', 'acme', 'targets'],
      );
      assert.equal((await repository().status()).dialects.find((one) => one.dialect === dialect)?.published, false);
      await repository().publish(dialect, false, ada);
    }
    const { next, roles: all } = await repository().status();
    assert.equal(next, null);
    const inA = all.filter(({ dialect }) => dialect === 'a');
    const roles = inA.map(({ name, delegator, threshold, version }) => [name, delegator, threshold, version]);
    assert.deepEqual(roles, [
      ['root', null, 2, 1],
      ['targets', null, 1, 1],
      ['snapshot', null, 1, 1],
      ['timestamp', null, 1, 1],
      ['acme', 'targets', 1, 1],
    ]);
    assert.deepEqual(
      inA.map(({ name, keys }) => [name, keys.every(({ online }) => online)]),
      [
        ['root', false],
        ['targets', false],
        ['snapshot', true],
        ['timestamp', true],
        ['acme', false],
      ],
    );
  });

  test('is on record: who opened, who handed in whose signature, who published', async () => {
    const { items } = await createAuditViews(database.db).entriesPage({ filter: 'action : "images."', limit: 200 });
    const actions = new Set(items.map(({ action }) => action));
    for (const action of ['images.open-draft', 'images.add-signatures', 'images.publish', 'images.make-online-key'])
      assert.ok(actions.has(action), action);
  });
});

describe('a file that a supplier hands in', () => {
  const brake = 'acme/brake/2.0.bin';
  const list = { [brake]: targetOf('brake 2.0', 2) };

  test('is refused while the bytes it lists are not held', async () => {
    await assert.rejects(
      repository().upload('acme', supplierFile('a', people.acme, 2, list), ada),
      refusal('images.missing-image', /acme\/brake\/2\.0\.bin.*bulkhead images upload/s),
    );
    await sendImage(it, brake, 'brake 2.0');
    const other = { [brake]: { ...targetOf('brake 2.0', 2), length: 8 } };
    await assert.rejects(
      repository().upload('acme', supplierFile('a', people.acme, 2, other), ada),
      refusal('images.missing-image'),
    );
  });

  test('is refused when another signed it, when it lists names of others, or for a role that nobody delegates to', async () => {
    const zeta = newSigner();
    const foreign = { 'zeta/brake/1.bin': targetOf('brake 2.0', 2) };
    await assert.rejects(
      repository().upload('acme', supplierFile('a', zeta, 2, list), ada),
      refusal('images.not-authorised', /None of the keys.*S14/s),
    );
    await assert.rejects(
      repository().upload('acme', supplierFile('a', people.acme, 2, foreign), ada),
      refusal('images.not-authorised', /S14/),
    );
    await assert.rejects(
      repository().upload('zeta', supplierFile('a', zeta, 1, {}), ada),
      refusal('images.not-authorised', /Nobody delegates/),
    );
  });

  test('is refused when expired, too long valid, older than what is published, or without hardware', async () => {
    const hand = (file: Uint8Array) => repository().upload('acme', file, ada);
    await assert.rejects(
      hand(supplierFile('a', people.acme, 2, list, '2026-11-20T10:00:00Z')),
      refusal('images.bad-metadata', /expired/),
    );
    await assert.rejects(
      hand(supplierFile('a', people.acme, 2, list, '2050-01-01T00:00:00Z')),
      refusal('images.bad-metadata', /10 years/),
    );
    await assert.rejects(hand(supplierFile('a', people.acme, 1, list)), refusal('images.bad-metadata', /rollback/));
    await assert.rejects(
      hand(supplierFile('a', people.acme, 2, { [brake]: targetOf('brake 2.0', 2, []) })),
      refusal('images.bad-metadata', /hardware/),
    );
    await assert.rejects(hand(Buffer.from('{}')), refusal('images.bad-metadata'));
    await assert.rejects(hand(Buffer.alloc(9_000_000, ' ')), refusal('images.bad-metadata', /at most/));
    await assert.rejects(
      repository().upload('targets', supplierFile('a', people.acme, 2, list), ada),
      refusal('images.not-authorised'),
    );
  });

  test('is published, and then its release counter does not go back', async () => {
    await release(it, people, 2, { [brake]: 'brake 2.0' });
    const { items } = await it.images.images.list({ filter: 'state = published' });
    assert.deepEqual(
      items.map(({ fileName, dialects, releaseCounter }) => [fileName, dialects, releaseCounter]),
      [[brake, ['a', 'b'], 2]],
    );
    const named = await it.images.imageNamed('a', brake);
    assert.deepEqual([named?.role, named?.length, named?.hardwareIds], ['acme', 9, ['bcm-2']]);
    await assert.rejects(it.images.images.remove(items[0]?.id ?? '', ada), refusal('images.in-use'));
    await assert.rejects(
      repository().upload('acme', supplierFile('a', people.acme, 3, { [brake]: targetOf('brake 2.0', 1) }), ada),
      refusal('images.bad-metadata', /release counter/),
    );
  });

  test('lists an image no longer: then it is superseded, and may be deleted', async () => {
    for (const dialect of both) {
      await repository().upload('acme', supplierFile(dialect, people.acme, 3, {}), ada);
      const { removed } = await repository().publish(dialect, false, ada);
      assert.deepEqual(removed, [brake]);
    }
    const { items } = await it.images.images.list({ filter: `fileName = "${brake}"` });
    assert.equal(items[0]?.state, 'superseded');
    assert.equal(await it.images.imageNamed('a', brake), undefined);
  });
});

describe('the next ceremonies', () => {
  test('refuse delegations that overlap, and thresholds or patterns that cannot be', async () => {
    const zeta = { ...acmePlan(people), name: 'zeta', keys: [keyFileOf(newSigner())] };
    const open = (plan: object) =>
      repository().createTargets({ expires: later, delegations: [acmePlan(people), { ...zeta, ...plan }] }, ada);
    await assert.rejects(open({ paths: ['acme/brake/*'] }), refusal('images.overlapping-delegations', /acme\/brake/));
    await assert.rejects(open({ paths: ['zeta/**'] }), refusal('images.bad-metadata'));
    await assert.rejects(open({ paths: ['zeta/*'], threshold: 2 }), refusal('images.bad-metadata', /threshold/));
    await assert.rejects(open({ paths: ['zeta/*'], name: '42' }), refusal('images.bad-metadata', /number/));
    await assert.rejects(open({ paths: ['zeta/*'], name: 'acme' }), refusal('images.bad-metadata', /twice/));
  });

  test('replace a lost root key with the signatures of the old and the new people', async () => {
    const fresh = newSigner();
    const roles = { root: { keys: [people.root[0], third, fresh].map(keyFileOf), threshold: 2 } };
    const [draft] = await repository().createRoot({ expires: later, roles }, ada);
    assert.deepEqual([draft?.version, draft?.previous?.threshold], [2, 2]);
    const before = dialectA.readRoot(await rootBytes(false));
    const sign = async (signer: Signer) =>
      repository().upload('root', signRoot(dialectA.readRoot(await rootBytes()), signer, before), ada);
    await sign(fresh);
    const half = await sign(people.root[0]);
    assert.deepEqual([half.signatures.count, half.previous?.count, half.complete], [2, 1, false]);
    const all = await sign(third);
    assert.deepEqual([all.previous?.count, all.complete], [2, true]);
    await repository().publish('a', false, ada);
    assert.equal((await repository().status()).dialects[0]?.rootVersion, 2);
    await repository().discard('b', 'root', ada);
    await assert.rejects(repository().discard('b', 'root', ada), refusal('images.unknown-metadata'));
  });

  test('replace the key of targets: the root waits for targets that the new key signed, and both go out together', async () => {
    const fresh = newSigner();
    await repository().createRoot(
      { expires: later, roles: { targets: { keys: [keyFileOf(fresh)], threshold: 1 } }, dialects: ['b'] },
      ada,
    );
    await signRootDraft(it, 'b', people.root);
    await assert.rejects(repository().publish('b', false, ada), refusal('images.bad-metadata', /targets: signed by 0/));
    await repository().createTargets({ expires: later, dialects: ['b'] }, ada);
    await assert.rejects(signTargetsDraft(it, 'b', newSigner()), refusal('images.not-authorised'));
    await signTargetsDraft(it, 'b', fresh);
    assert.equal((await draftOf('b', 'targets'))?.complete, true);
    const { published } = await repository().publish('b', false, ada);
    assert.deepEqual(
      published.map(({ role, version }) => [role, version]),
      [
        ['root', 2],
        ['targets', 2],
      ],
    );
    people.targets = fresh;
  });

  test('let a supplier have two keys of which both must sign, each where it lies', async () => {
    const [one, two] = [newSigner(), newSigner()];
    const plan = { name: 'duo', keys: [one, two].map(keyFileOf), threshold: 2, paths: ['duo/*'] };
    await repository().createTargets({ expires: later, delegations: [acmePlan(people), plan], dialects: ['b'] }, ada);
    await signTargetsDraft(it, 'b', people.targets);
    const half = await repository().upload('duo', supplierFile('b', one, 1, {}), ada);
    assert.deepEqual([half.signatures.count, half.complete], [1, false]);
    await assert.rejects(repository().publish('b', false, ada), refusal('images.incomplete', /delegates to duo/));
    await assert.rejects(
      repository().upload('duo', supplierFile('b', two, 1, {}, '2030-01-01T00:00:00Z'), ada),
      refusal('images.draft-exists'),
    );
    const both = await repository().upload('duo', supplierFile('b', two, 1, {}), ada);
    assert.deepEqual([both.signatures.count, both.complete], [2, true]);
    await repository().publish('b', false, ada);
  });

  test('take a root that was written elsewhere only when the platform could sign under it', async () => {
    const file = dialectB.readRoot((await repository().download('b', 'root', { draft: false })).bytes);
    const { rotateRoot } = await import('@bulkhead/uptane');
    const strange = { keys: [newSigner().key], threshold: 1 };
    const next = rotateRoot(file, { expires: new Date(later), roles: { snapshot: strange } });
    const signed = people.root.reduce<Uint8Array>(
      (bytes, signer) => signRoot(dialectB.readRoot(bytes), signer, file),
      next,
    );
    await assert.rejects(
      repository().upload('root', signed, ada),
      refusal('images.bad-metadata', /online-key snapshot/),
    );
    await assert.rejects(repository().upload('root', file.bytes, ada), refusal('images.bad-metadata', /version 3/));
  });

  test('take a delegation away: what it listed is served no more, and its file stays in the snapshot', async () => {
    await sendImage(it, 'acme/door/1.bin', 'door').catch(() => undefined);
    await release(it, people, 4, { 'acme/door/1.bin': 'door' });
    assert.ok(await it.images.serving.image('b', 'acme/door/1.bin'));
    await repository().createTargets({ expires: later, delegations: [], dialects: ['b'] }, ada);
    await signTargetsDraft(it, 'b', people.targets);
    await repository().publish('b', false, ada);
    assert.equal(await it.images.serving.image('b', 'acme/door/1.bin'), undefined);
    assert.ok(await it.images.serving.image('a', 'acme/door/1.bin'));
    const wire = dialectOf('b');
    const timestamp = wire.readTimestamp((await it.images.serving.metadata('b', 'timestamp.json'))?.bytes as Buffer);
    const path = wire.path('snapshot', timestamp.signed.snapshot.version);
    const snapshot = wire.readSnapshot((await it.images.serving.metadata('b', path))?.bytes as Buffer);
    assert.deepEqual([...snapshot.signed.meta.keys()].sort(), ['acme.json', 'duo.json', 'targets.json']);
  });
});
