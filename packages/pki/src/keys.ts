import { createPublicKey, generateKeyPairSync, hash, type KeyObject } from 'node:crypto';
import { oids } from './der/oid.ts';
import {
  type DerValue,
  expect,
  finish,
  inside,
  optional,
  readBitString,
  readOid,
  readUnsigned,
  readWhole,
} from './der/read.ts';
import { tags } from './der/write.ts';
import { PkiError } from './error.ts';

export type Curve = 'P-256' | 'P-384';

/** What a public key is; a profile decides which of these it takes. */
export type KeyDescription =
  | { readonly type: 'ec'; readonly curve: Curve }
  | { readonly type: 'rsa'; readonly bits: number }
  | { readonly type: 'ed25519' };

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** A fresh key pair; P-256 unless told otherwise. */
export function generateKey(curve: Curve = 'P-256'): KeyPair {
  return generateKeyPairSync('ec', { namedCurve: curve });
}

const maxSpkiBytes = 2048;
const pointBytes: Readonly<Record<Curve, number>> = Object.freeze({ 'P-256': 65, 'P-384': 97 });

/** The SubjectPublicKeyInfo of a public or private key. */
export function spkiOf(key: KeyObject): Buffer {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ format: 'der', type: 'spki' });
}

interface SpkiParts {
  readonly algorithm: string;
  readonly parameters: DerValue | undefined;
  readonly bits: Uint8Array;
}

function splitSpki(spki: Uint8Array): SpkiParts {
  const outer = inside(readWhole(spki, tags.sequence, maxSpkiBytes, 'The public key'));
  const identifier = inside(expect(outer, tags.sequence, 'The algorithm of the public key'));
  const bits = readBitString(expect(outer, tags.bitString, 'The public key'), 'The public key');
  finish(outer, 'The public key');
  const algorithm = readOid(expect(identifier, tags.oid, 'The algorithm of the public key'), 'The algorithm');
  const parameters = optional(identifier, tags.oid) ?? optional(identifier, tags.null);
  finish(identifier, 'The algorithm of the public key');
  return { algorithm, parameters, bits };
}

function describeEc({ parameters, bits }: SpkiParts): KeyDescription {
  if (!parameters || parameters.tag !== tags.oid)
    throw new PkiError('pki.unsupported-algorithm', 'The curve must be named (RFC 5480 s2.1.1)');
  const named = readOid(parameters, 'The curve');
  const curve: Curve | undefined = named === oids.p256 ? 'P-256' : named === oids.p384 ? 'P-384' : undefined;
  if (!curve) throw new PkiError('pki.unsupported-algorithm', `The curve ${named} is not accepted; use P-256 or P-384`);
  if (bits[0] !== 4 || bits.length !== pointBytes[curve]) {
    throw new PkiError('pki.unsupported-algorithm', 'The point of an EC key must be uncompressed (RFC 5480 s2.2)');
  }
  return { type: 'ec', curve };
}

/** NIST SP 800-57: below 2048 bits is weak; above 8192 verifying costs more than a request may. */
function describeRsa({ parameters, bits }: SpkiParts): KeyDescription {
  if (!parameters || parameters.tag !== tags.null)
    throw new PkiError('pki.unsupported-algorithm', 'RSA keys carry NULL parameters (RFC 3279 s2.3.1)');
  const numbers = inside(readWhole(bits, tags.sequence, maxSpkiBytes, 'The RSA key'));
  const modulus = readUnsigned(expect(numbers, tags.integer, 'The modulus'), 'The modulus');
  const exponent = readUnsigned(expect(numbers, tags.integer, 'The exponent'), 'The exponent');
  finish(numbers, 'The RSA key');
  const size = modulus.length * 8 - Math.clz32(modulus[0] as number) + 24;
  if (size < 2048)
    throw new PkiError('pki.weak-key', `RSA keys of ${size} bits are refused; use P-256, or RSA of 3072 bits`);
  if (size > 8192)
    throw new PkiError('pki.too-large', `RSA keys of ${size} bits are refused; use P-256, or RSA of 3072 bits`);
  // FIPS 186-5 A.1.1: odd, above 2^16; the upper bound keeps verification cheap.
  if (exponent.length < 3 || exponent.length > 4 || !((exponent[exponent.length - 1] as number) & 1)) {
    throw new PkiError('pki.weak-key', 'The RSA exponent must be odd, above 65536 and below 2^32; use 65537');
  }
  return { type: 'rsa', bits: size };
}

/** Recognises the kind of a SubjectPublicKeyInfo; unknown algorithms and curves and weak keys are refused. */
export function describeKey(spki: Uint8Array): KeyDescription {
  const parts = splitSpki(spki);
  if (parts.algorithm === oids.ecPublicKey) return describeEc(parts);
  if (parts.algorithm === oids.rsaEncryption) return describeRsa(parts);
  if (parts.algorithm !== oids.ed25519 || parts.parameters || parts.bits.length !== 32) {
    throw new PkiError(
      'pki.unsupported-algorithm',
      `Public keys of algorithm ${parts.algorithm} are not accepted; use P-256 or P-384`,
    );
  }
  return { type: 'ed25519' };
}

/** The content of the subjectPublicKey BIT STRING; what key identifiers and OCSP key hashes are taken over. */
export const publicKeyBits = (spki: Uint8Array): Uint8Array => splitSpki(spki).bits;

/** Subject key identifier: SHA-1 of the bit string (RFC 5280 s4.2.1.2 method 1); an identifier, no security rests on it. */
export const subjectKeyId = (spki: Uint8Array): Buffer => hash('sha1', publicKeyBits(spki), 'buffer');

/** SHA-256 of the DER as lower-case hex; the id of a certificate. */
export const fingerprint = (der: Uint8Array): string => hash('sha256', der, 'hex');
