import { createPublicKey, type KeyObject } from 'node:crypto';
import { algorithmOf, thumbprint } from '@bulkhead/advisories';
import { VulnerabilityError } from './error.ts';

export interface AuthorKey {
  readonly key: KeyObject;
  /** RFC 7638. */
  readonly thumbprint: string;
  /** SPKI in PEM. */
  readonly pem: string;
}

const bad = (detail: string) =>
  new VulnerabilityError('vulnerabilities.bad-author', detail, { fields: { publicKey: detail } });

/**
 * The public key of an author: one SPKI in PEM, Ed25519 or P-256. Private keys are refused rather than reduced, so that nobody
 * gets used to handing them out.
 * @throws VulnerabilityError `vulnerabilities.bad-author`
 */
export function readAuthorKey(pem: string): AuthorKey {
  if (/PRIVATE KEY/.test(pem))
    throw bad('This is a private key, which belongs to its author alone: give the public one');
  if (!pem.includes('-----BEGIN PUBLIC KEY-----')) throw bad('Give the public key in PEM: -----BEGIN PUBLIC KEY-----');
  let key: KeyObject;
  try {
    key = createPublicKey({ key: pem, format: 'pem' });
  } catch {
    throw bad('The PEM cannot be read as a public key');
  }
  if (!algorithmOf(key)) throw bad('Only Ed25519 and P-256 keys are taken');
  return { key, thumbprint: thumbprint(key), pem: key.export({ format: 'pem', type: 'spki' }).toString() };
}
