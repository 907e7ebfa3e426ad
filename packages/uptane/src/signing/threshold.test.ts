import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dialectA, dialectB, dialectOf } from '../dialect.ts';
import { noExtra } from '../json/fields.ts';
import { generateSigningKey, type Signer, signerOf } from '../keys/signer.ts';
import type { KeyRing } from '../model/root.ts';
import type { DialectName } from '../model/signed.ts';
import { newRoleSigners, newSigner, refusedAs, roleOf, rootFor, signJson, targetOf, targetsOf } from '../testing.ts';
import { addSignature, signPayload } from './sign.ts';
import { meetsThreshold, requireThreshold, signatureState } from './threshold.ts';

const dialects: readonly DialectName[] = ['a', 'b'];
const ringOf = (signers: readonly Signer[]): KeyRing => new Map(signers.map(({ keyId, key }) => [keyId, key]));
const payload = targetsOf({ 'a.bin': targetOf('a') });

function signedBy(signers: readonly Signer[], dialect: DialectName) {
  const wire = dialectOf(dialect);
  return wire.readTargets(signPayload(payload, wire, signers));
}

for (const dialect of dialects)
  describe(`a threshold in dialect ${dialect.toUpperCase()}`, () => {
    const signers = [newSigner(), newSigner(), newSigner()];
    const role = roleOf(signers, 2);
    const ring = ringOf(signers);

    it('is met by that many different keys of the role', () => {
      requireThreshold(signedBy(signers.slice(1), dialect), role, ring, 'targets');
      const [first] = signers;
      assert.ok(first);
      assert.throws(
        () => requireThreshold(signedBy([first, newSigner()], dialect), role, ring, 'targets'),
        refusedAs('uptane.arbitrary-software', 'targets'),
      );
    });

    it('counts one key under two ids once', () => {
      const key = generateSigningKey();
      const twice = [signerOf(key, 'one'), signerOf(key, 'two')];
      const state = signatureState(signedBy(twice, dialect), { ...roleOf(twice), threshold: 2 }, ringOf(twice));

      assert.deepEqual(state.valid, ['one', 'two']);
      assert.equal(state.count, 1);
      assert.equal(meetsThreshold(state), false);
    });

    it('refuses to read a role that one key under two ids would have to meet alone', () => {
      const key = generateSigningKey();
      const twice = [signerOf(key, 'one'), signerOf(key, 'two')];
      const wire = dialectOf(dialect);
      const bytes = signPayload(rootFor({ ...newRoleSigners(), targets: twice }), wire, twice);
      assert.throws(() => wire.readRoot(bytes), refusedAs('uptane.wrong-value', '$.signed.roles.targets.threshold'));
    });

    it('does not count a signature under the id of another key', () => {
      const [first, second] = signers;
      assert.ok(first && second);
      const liar: Signer = { ...first, keyId: second.keyId };
      const state = signatureState(signedBy([first, liar], dialect), role, ring);
      assert.deepEqual([state.count, state.invalid], [1, [second.keyId]]);
    });

    it('cannot be met by repeating a key id: the file is refused', () => {
      const [first] = signers;
      assert.ok(first);
      assert.throws(() => signedBy([first, first], dialect), refusedAs('uptane.wrong-value', '$.signatures[1].keyid'));
    });

    it('is judged over what was received, with everything unknown in it', () => {
      const wire = dialectOf(dialect);
      const json = { ...wire.payloadOf(payload), 'x-new': { deep: [1, { '10': true, '9': null }] } };
      const file = wire.readTargets(signJson(json, dialect, signers));
      requireThreshold(file, role, ring, 'targets');

      // what the model writes lacks nothing either, but it is not what is verified
      assert.deepEqual(wire.payloadOf(file.signed), json);
    });

    it('grows when a signature is added offline to the document as it was received', () => {
      const wire = dialectOf(dialect);
      const [first, second] = signers;
      assert.ok(first && second);
      const json = { ...wire.payloadOf(payload), 'x-new': 1 };
      const one = wire.readTargets(signJson(json, dialect, [first]));
      const two = wire.readTargets(addSignature(one, second));
      const again = wire.readTargets(addSignature(two, second));

      assert.deepEqual(
        [one, two, again].map((file) => signatureState(file, role, ring).count),
        [1, 2, 2],
      );
      assert.equal(again.signatures.length, 2);
    });
  });

describe('the two dialects', () => {
  it('sign different bytes, so that each role is signed once in each', () => {
    const signer = newSigner();
    const a = signPayload(payload, dialectA, [signer]);
    assert.throws(() => dialectB.readTargets(a), refusedAs('uptane.wrong-role'));
    assert.notDeepEqual(
      dialectA.readTargets(a).message,
      dialectB.readTargets(signPayload(payload, dialectB, [signer])).message,
    );
  });

  it('take ECDSA keys in B only', () => {
    const signer = signerOf(generateSigningKey('ecdsa'));
    assert.throws(() => signPayload(payload, dialectA, [signer]), refusedAs('uptane.bad-key'));
    const file = dialectB.readTargets(signPayload(payload, dialectB, [signer]));
    requireThreshold(file, roleOf([signer]), ringOf([signer]), 'targets');
    assert.equal(file.signed.extra, noExtra);
  });
});
