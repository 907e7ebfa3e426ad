import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dialectOf } from '../dialect.ts';
import { generateSigningKey, type Signer, signerOf } from '../keys/signer.ts';
import type { Root } from '../model/root.ts';
import type { SignedFile } from '../model/signed.ts';
import { later, newSigner, refusedAs, targetOf } from '../testing.ts';
import { cycle, directorTargets, failureOf, newWorld, provisioned, publish, worlds } from '../testing-world.ts';
import { nextTargets } from './next-targets.ts';
import { publicKeyFile, readPublicKeyFile } from './public-key-file.ts';
import { createRoot, describeSignatures, type RootPlan, rootStatus, rotateRoot, signRoot } from './root-ceremony.ts';

const people = [newSigner(), newSigner(), newSigner()] as const;
const online = { targets: newSigner(), snapshot: newSigner(), timestamp: newSigner() };
const plan: RootPlan = {
  expires: new Date(later),
  roles: {
    root: { keys: people.map(({ key }) => key), threshold: 2 },
    targets: { keys: [online.targets.key], threshold: 1 },
    snapshot: { keys: [online.snapshot.key], threshold: 1 },
    timestamp: { keys: [online.timestamp.key], threshold: 1 },
  },
};

for (const name of worlds) {
  const wire = dialectOf(name);
  const read = (bytes: Uint8Array): SignedFile<Root> => wire.readRoot(bytes);
  const signedBy = (file: SignedFile<Root>, signers: readonly Signer[], previous?: SignedFile<Root>) =>
    signers.reduce((signed, signer) => read(signRoot(signed, signer, previous)), file);

  describe(`a root ceremony in dialect ${name.toUpperCase()}`, () => {
    it('collects signatures one by one, and says how many are missing and whose', () => {
      const payload = read(createRoot(plan, name));
      const none = rootStatus(payload);
      assert.deepEqual([none.complete, none.own.count, none.own.missing.length], [false, 0, 3]);

      const one = signedBy(payload, [people[0]]);
      const text = describeSignatures(rootStatus(one).own);
      assert.equal(
        text,
        `1 of 2 signatures, missing ${people[1].keyId.slice(0, 16)}..., ${people[2].keyId.slice(0, 16)}...`,
      );

      const two = signedBy(one, [people[2]]);
      assert.equal(rootStatus(two).complete, true);
      assert.equal(describeSignatures(rootStatus(two).own), '2 of 2 signatures');
    });

    it('does not count a person who signs twice, and takes no signature of others', () => {
      const payload = read(createRoot(plan, name));
      assert.equal(rootStatus(signedBy(payload, [people[0], people[0]])).own.count, 1);
      for (const stranger of [newSigner(), online.targets])
        assert.throws(() => signRoot(payload, stranger), refusedAs('uptane.not-authorised'));
    });

    it('shows a signature that does not fit', () => {
      const good = signedBy(read(createRoot(plan, name)), [people[0]]);
      const other = read(createRoot({ ...plan, expires: new Date('2028-01-01') }, name));
      const moved = read(Buffer.from(JSON.stringify({ ...good.received, signed: other.received.signed })));
      assert.match(describeSignatures(rootStatus(moved).own), /^0 of 2 signatures, missing .*, not valid: /);
    });

    it('never uses one key for two roles, nor a threshold that cannot be met', () => {
      const [first] = people;
      const roles = { ...plan.roles, targets: { keys: [first.key], threshold: 1 } };
      assert.throws(() => createRoot({ ...plan, roles }, name), refusedAs('uptane.wrong-value', 'targets'));
      const twice = { ...plan.roles, targets: { keys: [online.targets.key, online.targets.key], threshold: 2 } };
      assert.throws(() => createRoot({ ...plan, roles: twice }, name), refusedAs('uptane.wrong-value', 'targets'));
      for (const threshold of [0, 2, 1.5]) {
        const wrong = { ...plan.roles, snapshot: { keys: [online.snapshot.key], threshold } };
        assert.throws(() => createRoot({ ...plan, roles: wrong }, name), refusedAs('uptane.wrong-value', 'snapshot'));
      }
    });

    it('replaces keys when a threshold of the old and of the new keys signed', () => {
      const first = signedBy(read(createRoot(plan, name)), people.slice(0, 2));
      const [lost, kept] = people;
      const fresh = [newSigner(), newSigner()] as const;
      const root = { keys: [kept.key, ...fresh.map(({ key }) => key)], threshold: 2 };
      const second = read(rotateRoot(first, { expires: new Date('2028-11-20T10:00:00Z'), roles: { root } }));
      assert.equal(second.signed.version, 2);
      assert.equal(second.signed.roles.get('targets')?.keyIds[0], online.targets.keyId);
      assert.throws(() => signRoot(second, lost), refusedAs('uptane.not-authorised'));

      // new keys alone, then old ones alone: neither is enough
      assert.equal(rootStatus(signedBy(second, fresh), first).complete, false);
      assert.equal(rootStatus(signedBy(second, people.slice(0, 2), first), first).complete, false);
      const done = signedBy(second, [...people.slice(0, 2), fresh[0]], first);
      assert.deepEqual([rootStatus(done, first).complete, rootStatus(done).complete], [true, false]);
      assert.throws(() => rootStatus(first, first), refusedAs('uptane.mix-and-match'));
    });

    it('ends with a root that vehicles follow', () => {
      const world = newWorld(name);
      const trusted = provisioned(world);
      const current = read(world.director.files.get('1.root.json') as Uint8Array);
      const timestamp = newSigner();
      const next = read(
        rotateRoot(current, {
          expires: new Date(later),
          roles: { timestamp: { keys: [timestamp.key], threshold: 1 } },
        }),
      );
      const signed = signedBy(next, world.director.signers.root, current);
      world.director.files.set('2.root.json', signed.bytes);
      world.director.signers = { ...world.director.signers, timestamp: [timestamp] };
      publish(world, world.director, { targets: directorTargets({ version: 2 }) });
      assert.equal(failureOf(cycle(world, trusted)), 'none');
    });
  });
}

it('A root for dialect A has no ECDSA keys, one for B may', () => {
  const ecdsa = signerOf(generateSigningKey('ecdsa'));
  const roles = { ...plan.roles, targets: { keys: [ecdsa.key], threshold: 1 } };
  assert.throws(() => createRoot({ ...plan, roles }, 'a'), refusedAs('uptane.bad-key'));
  assert.ok(createRoot({ ...plan, roles }, 'b'));
});

describe('a public key file', () => {
  it('is read back, for each kind of key', () => {
    for (const signer of [newSigner(), signerOf(generateSigningKey('ecdsa'))])
      assert.deepEqual(readPublicKeyFile(Buffer.from(publicKeyFile(signer.key))), signer.key);
  });

  it('is refused when its id is that of another key, or its kind is not known', () => {
    const text = publicKeyFile(newSigner().key);
    const other = text.replace(/"keyid": "[0-9a-f]+"/, `"keyid": "${newSigner().keyId}"`);
    assert.throws(() => readPublicKeyFile(Buffer.from(other)), refusedAs('uptane.bad-key', '$.keyid'));
    assert.throws(
      () => readPublicKeyFile(Buffer.from(text.replaceAll('ed25519', 'ed448'))),
      refusedAs('uptane.bad-key', '$.keytype'),
    );
  });
});

describe('the next targets of an owner', () => {
  const image = targetOf('brake 2.0');
  const expires = new Date(later);

  it('start at version 1 and count up, keeping delegations and what is not known', () => {
    const first = nextTargets(undefined, { expires, add: new Map([['a.bin', image]]) });
    assert.deepEqual([first.version, first.expires, [...first.targets.keys()]], [1, later, ['a.bin']]);
    const extra = new Map([['x-new', 1]]);
    const second = nextTargets({ ...first, extra }, { expires, add: new Map([['b.bin', image]]), remove: ['a.bin'] });
    assert.deepEqual([second.version, [...second.targets.keys()], second.extra], [2, ['b.bin'], extra]);
  });

  it('are refused with an unsafe name, or one to remove that is not there', () => {
    assert.throws(
      () => nextTargets(undefined, { expires, add: new Map([['../a', image]]) }),
      refusedAs('uptane.wrong-value'),
    );
    assert.throws(
      () => nextTargets(undefined, { expires, remove: ['a.bin'] }),
      refusedAs('uptane.wrong-value', 'a.bin'),
    );
  });
});
