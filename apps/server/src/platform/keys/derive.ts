import { createCipheriv, createDecipheriv, createPrivateKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { KeyStoreError } from './error.ts';
import type { KeyStore } from './key-store.ts';

/**
 * 32 secret bytes for one purpose, drawn by HKDF (RFC 5869) from a key that the store keeps for that alone. The same
 * store gives the same bytes after a restart; replicas that share the store share them.
 */
export function deriveSecret(store: KeyStore, purpose: string): Buffer {
  const key = (store.load(purpose) ?? store.create(purpose)).keyObject;
  if (!key)
    throw new KeyStoreError(
      'keys.damaged',
      `The key "${purpose}" must lie in the file store: secrets are derived from it`,
    );
  return Buffer.from(hkdfSync('sha256', key.export({ format: 'der', type: 'pkcs8' }), '', `bulkhead ${purpose}`, 32));
}

/** PKCS#8 of an Ed25519 key is this prefix and the 32-byte seed (RFC 8410 s7). */
const ed25519Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

export function ed25519KeyFrom(seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([ed25519Prefix, seed]), format: 'der', type: 'pkcs8' });
}

const [nonceBytes, tagBytes] = [12, 16];

/** Seals small secrets for the database: AES-256-GCM with a random nonce, so that a stolen dump gives nothing away. */
export function createSecretBox(key: Buffer) {
  return Object.freeze({
    seal: (plain: Buffer): Buffer => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    open: (sealed: Buffer): Buffer => {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      });
      decipher.setAuthTag(sealed.subarray(-tagBytes));
      return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]);
    },
  });
}
