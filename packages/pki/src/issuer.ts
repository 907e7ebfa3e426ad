import type { KeyObject } from 'node:crypto';
import type { Certificate } from './certificate.ts';
import { PkiError } from './error.ts';
import type { Issuer } from './issue-certificate.ts';
import { subjectKeyId } from './keys.ts';
import { type Signer, signerOf } from './signature.ts';

/** The issuer that a CA certificate and its key make together; a key of another certificate is refused. */
export function issuerOf(certificate: Certificate, key: KeyObject | Signer): Issuer {
  const { spki } = signerOf(key);
  if (Buffer.compare(spki, certificate.spki) !== 0)
    throw new PkiError('pki.bad-profile', 'The key does not belong to this certificate');
  const ski = certificate.ski ? Buffer.from(certificate.ski, 'hex') : subjectKeyId(spki);
  return Object.freeze({ name: certificate.subjectDer, key, ski });
}
