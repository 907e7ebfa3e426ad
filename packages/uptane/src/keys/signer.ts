import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { keyIdOf } from './key-id.ts';
import { type PublicKey, publicKeyOf } from './public-key.ts';

/** Whatever signs: a private key, or a key that stays in an HSM and signs synchronously. */
export interface Signer {
  readonly keyId: string;
  readonly key: PublicKey;
  /** Signs the message itself, not its hash. */
  sign(message: Uint8Array): Uint8Array;
}

/** Every ECU and person has a key of this kind unless told otherwise. */
export function generateSigningKey(type: 'ed25519' | 'ecdsa' = 'ed25519'): KeyObject {
  if (type === 'ecdsa') return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  return generateKeyPairSync('ed25519').privateKey;
}

/** @throws UptaneError `uptane.bad-key` for a key that neither dialect can use. */
export function signerOf(privateKey: KeyObject, keyId?: string): Signer {
  const key = publicKeyOf(privateKey);
  return Object.freeze({ keyId: keyId ?? keyIdOf(key), key, sign: signingFunction(key, privateKey) });
}

function signingFunction(key: PublicKey, privateKey: KeyObject): (message: Uint8Array) => Uint8Array {
  if (key.type === 'ed25519') return (message) => sign(null, message, privateKey);
  if (key.type === 'ecdsa') return (message) => sign('sha256', message, privateKey);
  // The salt is as long as the hash: every verifier of `rsassa-pss-sha256` takes that.
  const pss = {
    key: privateKey,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  };
  return (message) => sign('sha256', message, pss);
}
