import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { refusedAs } from '../testing.ts';
import { encryptionMethodOf, unwrapContentKey, wrapContentKey } from './content-key.ts';
import { createImageDecryptor, createImageEncryptor, encryptedLength, type ImageCipher } from './image-cipher.ts';

const key = randomBytes(32);
const chunk = 64 * 1024;

/** Runs bytes through a cipher in pieces of the given sizes, over and over; reuses one buffer as a stream may. */
function run(cipher: ImageCipher, bytes: Uint8Array, sizes: readonly number[] = [bytes.length]): Buffer {
  const out: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? 1);
    const piece = Buffer.from(bytes.subarray(at, at + size));
    out.push(cipher.update(piece));
    piece.fill(0);
    at += size;
  }
  out.push(cipher.finish());
  return Buffer.concat(out);
}

const encrypt = (bytes: Uint8Array) => run(createImageEncryptor(key), bytes);
const decrypt = (bytes: Uint8Array, sizes?: readonly number[]) => run(createImageDecryptor(key), bytes, sizes);

describe('an encrypted image', () => {
  it('is the image again after decryption, in whatever pieces it streams by', () => {
    const lengths = fc.oneof(
      fc.nat({ max: 300 }),
      fc.integer({ min: chunk - 2, max: chunk + 2 }),
      fc.integer({ min: 2 * chunk - 1, max: 2 * chunk + 1 }),
    );
    const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 100_000 }), fc.constantFrom(chunk, chunk + 16)), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(lengths, sizes, sizes, (length, forward, back) => {
        const image = randomBytes(length);
        const sealed = run(
          createImageEncryptor(key),
          image,
          forward.map((size) => Math.max(size, 500)),
        );
        assert.equal(sealed.length, encryptedLength(length));
        assert.ok(
          decrypt(
            sealed,
            back.map((size) => Math.max(size, 500)),
          ).equals(image),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('cannot be opened with another key', () => {
    const sealed = encrypt(randomBytes(100));
    assert.throws(
      () => run(createImageDecryptor(randomBytes(32)), sealed),
      refusedAs('uptane.cannot-decrypt', 'chunk 0'),
    );
  });

  it('cannot be changed, cut, extended, or put in another order', () => {
    const sealed = encrypt(randomBytes(3 * chunk));
    const part = (n: number) => sealed.subarray(n * (chunk + 16), (n + 1) * (chunk + 16));
    const flipped = Buffer.from(sealed);
    flipped[chunk + 20] = (flipped[chunk + 20] as number) ^ 1;
    const wrong = [
      flipped,
      sealed.subarray(0, -1),
      sealed.subarray(0, 2 * (chunk + 16)),
      sealed.subarray(0, chunk + 16),
      Buffer.alloc(0),
      Buffer.alloc(15),
      Buffer.concat([sealed, Buffer.alloc(16)]),
      Buffer.concat([sealed, part(2)]),
      Buffer.concat([part(1), part(0), part(2)]),
      Buffer.concat([part(0), part(0), part(2)]),
      Buffer.concat([part(0), part(2)]),
    ];
    for (const bytes of wrong) assert.throws(() => decrypt(bytes), refusedAs('uptane.cannot-decrypt'));
    assert.equal(wrong.length, 11);
  });

  it('takes nothing after its end', () => {
    const cipher = createImageEncryptor(key);
    cipher.finish();
    assert.throws(() => cipher.update(Buffer.from('x')), refusedAs('uptane.cannot-decrypt'));
  });
});

describe('the content key of an image', () => {
  const context = { serial: 'brake-1', filename: 'acme/brake/2.0.bin' };
  const kinds = [
    ['x25519-hkdf-sha256-aes-256-gcm-64k', () => generateKeyPairSync('x25519').privateKey],
    ['p256-hkdf-sha256-aes-256-gcm-64k', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
  ] as const;

  for (const [method, make] of kinds) {
    const ecu = make();
    const wrapped = wrapContentKey(key, createPublicKey(ecu), context);

    it(`opens with the key of its ECU (${method})`, () => {
      assert.equal(encryptionMethodOf(ecu), method);
      assert.ok(Buffer.from(unwrapContentKey(wrapped, ecu, context)).equals(key));
      assert.match(wrapped, /^[\w-]{100,200}$/);
      assert.notEqual(wrapContentKey(key, createPublicKey(ecu), context), wrapped);
    });

    it(`does not open for another ECU, another image, or when it was changed (${method})`, () => {
      const middle = wrapped.length >> 1;
      const changed =
        wrapped.slice(0, middle) + (wrapped.charAt(middle) === 'A' ? 'B' : 'A') + wrapped.slice(middle + 1);
      const attempts = [
        () => unwrapContentKey(wrapped, make(), context),
        () => unwrapContentKey(wrapped, ecu, { ...context, serial: 'brake-2' }),
        () => unwrapContentKey(wrapped, ecu, { ...context, filename: 'x' }),
        () => unwrapContentKey(changed, ecu, context),
        () => unwrapContentKey('', ecu, context),
        () => unwrapContentKey(Buffer.alloc(112).toString('base64url'), ecu, context),
        () => unwrapContentKey(Buffer.alloc(80).toString('base64url'), ecu, context),
      ];
      for (const attempt of attempts) assert.throws(attempt, refusedAs('uptane.cannot-decrypt'));
    });
  }

  it('is not wrapped for a key that cannot agree on one', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    assert.throws(() => wrapContentKey(key, publicKey, context), refusedAs('uptane.bad-key'));
    assert.throws(
      () => wrapContentKey(randomBytes(16), generateKeyPairSync('x25519').publicKey, context),
      refusedAs('uptane.bad-key'),
    );
  });
});
