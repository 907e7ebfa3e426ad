import { createPrivateKey, type KeyObject } from 'node:crypto';
import { UptaneError } from '../error.ts';

/** The file holds the key behind a passphrase only: offline keys lie on sticks that get lost. */
const shortestPassphrase = 12;
const longestFile = 16 * 1024;

/** A private key as encrypted PKCS#8 (PEM, RFC 5958), as openssl reads it too. @throws UptaneError `uptane.bad-passphrase` */
export function exportPrivateKey(key: KeyObject, passphrase: string): string {
  if (passphrase.length < shortestPassphrase)
    throw new UptaneError('uptane.bad-passphrase', '', `a passphrase has at least ${shortestPassphrase} characters`);
  return key.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase }).toString();
}

/**
 * Reads what `exportPrivateKey` wrote.
 * @throws UptaneError `uptane.bad-passphrase` when it does not open, `uptane.bad-key` when it is something else
 */
export function importPrivateKey(pem: string, passphrase: string): KeyObject {
  if (pem.length > longestFile || !pem.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----'))
    throw new UptaneError('uptane.bad-key', '', 'expected a PEM file with an ENCRYPTED PRIVATE KEY');
  try {
    return createPrivateKey({ key: pem, format: 'pem', passphrase });
  } catch (cause) {
    throw new UptaneError('uptane.bad-passphrase', '', 'the passphrase does not open this key', cause);
  }
}
