import { type KeyObject, sign, verify } from 'node:crypto';
import { oid, oids } from './der/oid.ts';
import { type DerValue, expect, finish, inside, optional, readOid } from './der/read.ts';
import { bitString, nullValue, sequence, tags } from './der/write.ts';
import { PkiError } from './error.ts';
import { describeKey, spkiOf } from './keys.ts';

export type SignatureName =
  | 'ecdsa-sha256'
  | 'ecdsa-sha384'
  | 'ecdsa-sha512'
  | 'rsa-sha256'
  | 'rsa-sha384'
  | 'rsa-sha512'
  | 'ed25519';

interface Scheme {
  readonly oid: string;
  readonly hash: 'sha256' | 'sha384' | 'sha512' | null;
  readonly keyType: 'ec' | 'rsa' | 'ed25519';
}

const schemes: Readonly<Record<SignatureName, Scheme>> = Object.freeze({
  'ecdsa-sha256': { oid: oids.ecdsaSha256, hash: 'sha256', keyType: 'ec' },
  'ecdsa-sha384': { oid: oids.ecdsaSha384, hash: 'sha384', keyType: 'ec' },
  'ecdsa-sha512': { oid: oids.ecdsaSha512, hash: 'sha512', keyType: 'ec' },
  'rsa-sha256': { oid: oids.rsaSha256, hash: 'sha256', keyType: 'rsa' },
  'rsa-sha384': { oid: oids.rsaSha384, hash: 'sha384', keyType: 'rsa' },
  'rsa-sha512': { oid: oids.rsaSha512, hash: 'sha512', keyType: 'rsa' },
  ed25519: { oid: oids.ed25519, hash: null, keyType: 'ed25519' },
});
const names = Object.keys(schemes) as SignatureName[];
const byOid = new Map(names.map((name) => [schemes[name].oid, name]));

/** Whatever signs: a private KeyObject, or a key that stays in an HSM or TPM and signs synchronously. */
export interface Signer {
  readonly signature: SignatureName;
  /** SubjectPublicKeyInfo of the key. */
  readonly spki: Uint8Array;
  /** Signs the message itself, not its hash; ECDSA signatures as DER. */
  sign(message: Uint8Array): Uint8Array;
}

function defaultSignature(key: KeyObject): SignatureName {
  if (key.type !== 'private') throw new PkiError('pki.bad-profile', 'Signing needs a private key');
  if (key.asymmetricKeyType === 'ed25519') return 'ed25519';
  if (key.asymmetricKeyType === 'rsa') return 'rsa-sha256';
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (curve === 'prime256v1') return 'ecdsa-sha256';
  if (curve === 'secp384r1') return 'ecdsa-sha384';
  throw new PkiError('pki.unsupported-algorithm', 'Signing keys are P-256, P-384, RSA or Ed25519');
}

const signers = new WeakMap<KeyObject, Signer>();

/** The signer of a key; asking a KeyObject what it is costs as much as a signature, so it is asked once. */
export function signerOf(key: KeyObject | Signer): Signer {
  if ('sign' in key) return key;
  let signer = signers.get(key);
  if (!signer) {
    const signature = defaultSignature(key);
    const { hash } = schemes[signature];
    signer = Object.freeze({ signature, spki: spkiOf(key), sign: (message: Uint8Array) => sign(hash, message, key) });
    signers.set(key, signer);
  }
  return signer;
}

const encoded = new Map(
  names.map((name) => {
    const { oid: dotted, keyType } = schemes[name];
    // RFC 5758 s3.2 and RFC 8410 s3: no parameters; RFC 4055 s5: NULL.
    return [name, keyType === 'rsa' ? sequence(oid(dotted), nullValue) : sequence(oid(dotted))];
  }),
);

/** The AlgorithmIdentifier of a signature. */
export const signatureAlgorithm = (name: SignatureName): Uint8Array => encoded.get(name) as Uint8Array;

/** `{ tbs, signatureAlgorithm, signature }`: the frame of certificates, requests and CRLs. */
export function signed(tbs: Uint8Array, signer: Signer): Buffer {
  return sequence(tbs, signatureAlgorithm(signer.signature), bitString(signer.sign(tbs)));
}

/** Recognises an AlgorithmIdentifier; SHA-1 and anything else not listed is refused. */
export function readSignatureAlgorithm(value: DerValue): SignatureName {
  const cursor = inside(value);
  const dotted = readOid(expect(cursor, tags.oid, 'The signature algorithm'), 'The signature algorithm');
  const name = byOid.get(dotted);
  if (!name)
    throw new PkiError(
      'pki.unsupported-algorithm',
      `Signatures of algorithm ${dotted} are not accepted; use ECDSA with SHA-256`,
    );
  const parameters = optional(cursor, tags.null);
  finish(cursor, 'The signature algorithm');
  if ((parameters !== undefined) !== (schemes[name].keyType === 'rsa')) {
    throw new PkiError('pki.unsupported-algorithm', 'The signature algorithm carries wrong parameters');
  }
  return name;
}

export interface SignedBytes {
  readonly message: Uint8Array;
  readonly algorithm: SignatureName;
  readonly signature: Uint8Array;
}

/**
 * A key for one verification. As text, because Node 24 finds out that an object such as `{ key, format: 'der' }` is no
 * KeyObject by throwing and catching errors, which takes 20 us; a KeyObject that is used once costs more still.
 */
const pemOf = (spki: Uint8Array): string =>
  `-----BEGIN PUBLIC KEY-----\n${Buffer.from(spki).toString('base64')}\n-----END PUBLIC KEY-----\n`;

/** Whether `signature` over the original bytes was made by the key; a key of another kind than the algorithm says is a no. */
export function verifySignature(spki: Uint8Array, { message, algorithm, signature }: SignedBytes): boolean {
  const { hash, keyType } = schemes[algorithm];
  if (describeKey(spki).type !== keyType) return false;
  try {
    return verify(hash, message, pemOf(spki), signature);
  } catch {
    return false; // OpenSSL throws for points off the curve and signatures that are not shaped like one
  }
}
