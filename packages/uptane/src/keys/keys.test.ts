import assert from 'node:assert/strict';
import { generateKeyPairSync, hash, type KeyObject, sign } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { noExtra } from '../json/fields.ts';
import { refusedAs } from '../testing.ts';
import { exportPrivateKey, importPrivateKey } from './key-file.ts';
import { aktualizrKeyId, keyIdOf } from './key-id.ts';
import { type PublicKey, publicKey, publicKeyOf } from './public-key.ts';
import { generateSigningKey, signerOf } from './signer.ts';
import { verifySignature } from './verify-signature.ts';

const message = Buffer.from('{"a":1}');
let rsa: KeyObject;

before(() => {
  rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
});

function signatureOf(bytes: Uint8Array, method?: string) {
  return { keyId: 'k', method, bytes, extra: noExtra };
}

function rsaKey(value: string): PublicKey {
  return publicKey('rsa', { keytype: 'rsa', scheme: 'rsassa-pss-sha256', value });
}

function ed25519(value: string): PublicKey {
  return publicKey('ed25519', { keytype: 'ed25519', scheme: 'ed25519', value });
}

describe('a key', () => {
  it('verifies what it signed, and nothing else, for each kind', () => {
    let kinds = 0;
    for (const key of [generateSigningKey(), generateSigningKey('ecdsa'), rsa]) {
      const signer = signerOf(key);
      const signature = signatureOf(signer.sign(message));

      assert.equal(verifySignature(signer.key, message, signature), true);
      assert.equal(verifySignature(signer.key, Buffer.from('{"a":2}'), signature), false);
      assert.equal(verifySignature(signer.key, message, signatureOf(signature.bytes.subarray(1))), false);
      assert.equal(verifySignature(publicKeyOf(generateSigningKey()), message, signature), false);
      kinds++;
    }
    assert.equal(kinds, 3);
  });

  it('verifies PSS signatures with any length of salt, since signers differ (aktualizr Secondaries sign rsassa-pss)', () => {
    for (const saltLength of [32, 222, 0]) {
      const bytes = sign('sha256', message, { key: rsa, padding: 6, saltLength });
      for (const method of ['rsassa-pss', 'rsassa-pss-sha256', undefined])
        assert.equal(verifySignature(publicKeyOf(rsa), message, signatureOf(bytes, method)), true);
    }
    const old = sign('sha256', message, rsa); // PKCS#1 v1.5
    assert.equal(verifySignature(publicKeyOf(rsa), message, signatureOf(old)), false);
  });

  it('does not verify a signature without its leading zero byte, which OpenSSL would (RFC 8017 8.1.2)', () => {
    const signer = signerOf(rsa);
    let bytes = signer.sign(message);
    for (let i = 0; i < 20_000 && bytes[0] !== 0; i++) bytes = signer.sign(message); // the salt differs each time
    assert.equal(bytes[0], 0);
    assert.equal(verifySignature(signer.key, message, signatureOf(bytes)), true);
    assert.equal(verifySignature(signer.key, message, signatureOf(bytes.subarray(1))), false);
  });

  it('does not verify a signature whose method is that of another kind of key', () => {
    const signer = signerOf(generateSigningKey());
    const bytes = signer.sign(message);
    assert.equal(verifySignature(signer.key, message, signatureOf(bytes, 'ed25519')), true);
    assert.equal(verifySignature(signer.key, message, signatureOf(bytes, 'rsassa-pss')), false);
    assert.equal(verifySignature(signer.key, message, signatureOf(bytes, 'constructor')), false);
  });

  it('has one identity in whatever way it is written', () => {
    const hex = publicKeyOf(generateSigningKey()).value;
    assert.equal(ed25519(hex.toUpperCase()).identity, ed25519(hex).identity);

    const pem = publicKeyOf(rsa).value;
    for (const variant of [pem.trimEnd(), `${pem}\n`, pem.replaceAll('\n', '\r\n')])
      assert.equal(rsaKey(variant).identity, rsaKey(pem).identity);
  });

  it('has the identity of its negative, which the same secret can sign for', () => {
    const hex = publicKeyOf(generateSigningKey()).value;
    const negative = Buffer.from(hex, 'hex');
    negative[31] = (negative[31] as number) ^ 0x80;
    assert.equal(ed25519(negative.toString('hex')).identity, ed25519(hex).identity);
  });

  it('is refused when it is weak, of small order, or not what its type says', () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'pem', type: 'spki' });
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const p256 = publicKeyOf(generateSigningKey('ecdsa')).value;
    for (const make of [
      () => rsaKey(weak.toString()),
      () => rsaKey(p256),
      () => rsaKey(`${publicKeyOf(rsa).value}${publicKeyOf(rsa).value}`),
      () => rsaKey(''),
      () => rsaKey('x'.repeat(3000)),
      () => publicKeyOf(p384.privateKey).identity,
      () => publicKeyOf(generateKeyPairSync('x25519').publicKey),
      () => ed25519('00'.repeat(32)),
      () => ed25519(`01${'00'.repeat(30)}80`),
      () => ed25519('ab'),
      () => ed25519('zz'.repeat(32)),
    ])
      assert.throws(make, refusedAs('uptane.bad-key'));
  });
});

describe('a key id', () => {
  it('of ours covers value, kind and scheme (requirement S4)', () => {
    const key = publicKeyOf(generateSigningKey());
    const text = `{"keytype":"ed25519","keyval":{"public":"${key.value}"},"scheme":"ed25519"}`;
    assert.equal(keyIdOf(key), hash('sha256', text, 'hex'));
    assert.notEqual(keyIdOf({ ...key, scheme: 'other' }), keyIdOf(key));
  });

  it('of aktualizr is the hash of the value as a JSON string, without line ends after it', () => {
    const pem = publicKeyOf(rsa).value;
    assert.equal(aktualizrKeyId({ value: 'AB' }), hash('sha256', '"AB"', 'hex'));
    assert.equal(aktualizrKeyId({ value: pem }), hash('sha256', `"${pem.trimEnd().replaceAll('\n', '\\n')}"`, 'hex'));
    for (const variant of [pem.trimEnd(), `${pem}\n`])
      assert.equal(aktualizrKeyId({ value: variant }), aktualizrKeyId({ value: pem }));
  });
});

describe('a key file', () => {
  it('opens with its passphrase and no other', () => {
    for (const key of [generateSigningKey(), generateSigningKey('ecdsa')]) {
      const pem = exportPrivateKey(key, 'correct horse battery');
      assert.ok(importPrivateKey(pem, 'correct horse battery').equals(key));
      for (const wrong of ['correct horse batterx', ''])
        assert.throws(() => importPrivateKey(pem, wrong), refusedAs('uptane.bad-passphrase'));
    }
  });

  it('is never written in clear or behind a short passphrase, nor read in clear', () => {
    const key = generateSigningKey();
    assert.throws(() => exportPrivateKey(key, 'short'), refusedAs('uptane.bad-passphrase'));
    const clear = key.export({ format: 'pem', type: 'pkcs8' }).toString();
    for (const text of [clear, '', 'x'.repeat(20_000)])
      assert.throws(() => importPrivateKey(text, 'x'), refusedAs('uptane.bad-key'));
  });
});
