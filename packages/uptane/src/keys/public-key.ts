import { createPublicKey, type KeyObject } from 'node:crypto';
import { UptaneError } from '../error.ts';
import { type Extra, noExtra } from '../json/fields.ts';

/** `unknown`: a key of a kind that this code cannot verify with (allowed in dialect B); it never counts. */
export type KeyType = 'ed25519' | 'rsa' | 'ecdsa' | 'unknown';

export interface PublicKey {
  readonly type: KeyType;
  /** As on the wire; writers differ (`ED25519`, `ecdsa-sha2-nistp256`). */
  readonly keytype: string;
  readonly scheme: string;
  /** As on the wire: hex (ed25519) or PEM. */
  readonly value: string;
  /**
   * The same for every way of writing the same key, and for keys that one holder derives from one secret (the
   * negative of a point, another RSA exponent): thresholds count identities, never key ids.
   */
  readonly identity: string;
  readonly extra: Extra;
}

export const schemes = Object.freeze({
  ed25519: 'ed25519',
  rsa: 'rsassa-pss-sha256',
  ecdsa: 'ecdsa-sha2-nistp256',
} as const);

const longestPem = 2048;
const objects = new WeakMap<PublicKey, KeyObject>();

/** The key for OpenSSL; made once for each key that is used. */
export function keyObjectOf(key: PublicKey): KeyObject {
  let object = objects.get(key);
  if (!object) {
    object = key.type === 'ed25519' ? ed25519Object(key.value) : createPublicKey(key.value);
    objects.set(key, object);
  }
  return object;
}

function ed25519Object(hex: string): KeyObject {
  const x = Buffer.from(hex, 'hex').toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

export interface WireKey {
  readonly keytype: string;
  readonly scheme: string;
  readonly value: string;
  readonly extra?: Extra;
}

/** @throws UptaneError `uptane.bad-key` when the value is no such key or a weak one. */
export function publicKey(type: KeyType, wire: WireKey): PublicKey {
  const { keytype, scheme, value, extra = noExtra } = wire;
  const identity = identityOf(type, value);
  return Object.freeze({ type, keytype, scheme, value, identity, extra });
}

function identityOf(type: KeyType, value: string): string {
  switch (type) {
    case 'ed25519':
      return ed25519Identity(value);
    case 'rsa':
      return rsaIdentity(value);
    case 'ecdsa':
      return ecdsaIdentity(value);
    case 'unknown':
      return `unknown:${value}`;
  }
}

/**
 * Points of small order (y of order 1, 2, 4 and 8, in canonical form and not): a "signature" under such a key fits
 * messages that nobody signed.
 */
const smallOrder = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
]);

function ed25519Identity(value: string): string {
  if (!/^[0-9a-fA-F]{64}$/.test(value))
    throw new UptaneError('uptane.bad-key', '', 'an ed25519 key is 64 hexadecimal digits');
  const y = Buffer.from(value, 'hex');
  // the highest bit is the sign of x: the holder of a key can also sign for its negative
  y[31] = (y[31] as number) & 0x7f;
  const hex = y.toString('hex');
  if (smallOrder.has(hex)) throw new UptaneError('uptane.bad-key', '', 'this ed25519 point has small order');
  return `ed25519:${hex}`;
}

function readPem(value: string): KeyObject {
  const shape = /^-----BEGIN PUBLIC KEY-----\r?\n[A-Za-z0-9+/=\r\n]+-----END PUBLIC KEY-----[\r\n]{0,4}$/;
  if (value.length > longestPem || !shape.test(value))
    throw new UptaneError(
      'uptane.bad-key',
      '',
      'expected a PEM block "PUBLIC KEY" (SubjectPublicKeyInfo) and nothing else',
    );
  try {
    return createPublicKey(value);
  } catch (cause) {
    throw new UptaneError('uptane.bad-key', '', 'the PEM block holds no public key', cause);
  }
}

const rsaBits = new Set([2048, 3072, 4096]);

function rsaIdentity(value: string): string {
  const key = readPem(value);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== 'rsa' || !rsaBits.has(bits))
    throw new UptaneError('uptane.bad-key', '', 'expected an RSA key of 2048, 3072 or 4096 bits');
  const exponent = key.asymmetricKeyDetails?.publicExponent ?? 0n;
  // FIPS 186-5 A.1.1: odd, above 2^16; the upper bound keeps verification cheap
  if (exponent < 65537n || exponent >= 2n ** 32n || exponent % 2n === 0n)
    throw new UptaneError('uptane.bad-key', '', 'the RSA exponent must be odd, above 65536 and below 2^32');
  return `rsa:${key.export({ format: 'jwk' }).n}`;
}

function ecdsaIdentity(value: string): string {
  const key = readPem(value);
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new UptaneError('uptane.bad-key', '', 'expected an ECDSA key on P-256');
  return `ecdsa:${key.export({ format: 'jwk' }).x}`;
}

/** The wire form of a key of ours; the scheme follows from its kind. */
export function publicKeyOf(key: KeyObject): PublicKey {
  const object = key.type === 'private' ? createPublicKey(key) : key;
  const kind = object.asymmetricKeyType;
  if (kind === 'ed25519') {
    const value = Buffer.from(object.export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex');
    return publicKey('ed25519', { keytype: 'ed25519', scheme: schemes.ed25519, value });
  }
  const type = kind === 'rsa' ? 'rsa' : 'ecdsa';
  if (kind !== 'rsa' && kind !== 'ec')
    throw new UptaneError('uptane.bad-key', '', `keys of type ${kind} are not used here; use ed25519`);
  const value = object.export({ format: 'pem', type: 'spki' });
  return publicKey(type, { keytype: type, scheme: schemes[type], value: value.toString() });
}
