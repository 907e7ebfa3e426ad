import { constants, type KeyObject, verify } from 'node:crypto';
import type { Signature } from '../model/signed.ts';
import { keyObjectOf, type PublicKey } from './public-key.ts';

/** The method words of dialect A for each kind of key. */
const methods: ReadonlyMap<string, PublicKey['type']> = new Map([
  ['ed25519', 'ed25519'],
  ['rsassa-pss', 'rsa'],
  ['rsassa-pss-sha256', 'rsa'],
]);

export const knownMethods: ReadonlySet<string> = new Set(methods.keys());

/** Whether the key made the signature; one of another kind than its method says is a no. */
export function verifySignature(key: PublicKey, message: Uint8Array, signature: Signature): boolean {
  if (signature.method !== undefined && methods.get(signature.method) !== key.type) return false;
  try {
    switch (key.type) {
      case 'ed25519':
        return verify(null, message, keyObjectOf(key), signature.bytes);
      case 'ecdsa':
        return verify('sha256', message, keyObjectOf(key), signature.bytes);
      case 'rsa':
        return verifyPss(keyObjectOf(key), message, signature.bytes);
      case 'unknown':
        return false;
    }
  } catch {
    return false; // OpenSSL throws for points off the curve and signatures that are not shaped like one
  }
}

/** OpenSSL takes a signature without its leading zero bytes; RFC 8017 8.1.2 asks for the length of the modulus. */
function verifyPss(key: KeyObject, message: Uint8Array, bytes: Uint8Array): boolean {
  if (bytes.length !== Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8)) return false;
  return verify('sha256', message, { key, padding: constants.RSA_PKCS1_PSS_PADDING }, bytes);
}
