import type { KeyObject } from 'node:crypto';
import { oid, oids } from './der/oid.ts';
import { integer, sequence, setOf, tlv, utf8String } from './der/write.ts';
import { PkiError } from './error.ts';
import { extension } from './extension.ts';
import { type AlternativeNames, encodeAlternativeNames } from './general-name.ts';
import { encodeName, type Name } from './name.ts';
import { type Signer, signed, signerOf } from './signature.ts';

export interface RequestContent {
  readonly subject: Name;
  readonly key: KeyObject | Signer;
  readonly sans?: AlternativeNames;
  readonly challengePassword?: string;
}

const attribute = (type: string, value: Uint8Array): Buffer => sequence(oid(type), setOf([value]));

/** A PKCS#10 request (RFC 2986) as DER, signed with the key it asks a certificate for. */
export function createCertificationRequest({ subject, key, sans, challengePassword }: RequestContent): Buffer {
  if (challengePassword !== undefined && (challengePassword.length === 0 || challengePassword.length > 255)) {
    throw new PkiError('pki.bad-profile', 'The challenge password has 1 to 255 characters');
  }
  const signer = signerOf(key);
  const names = sans && encodeAlternativeNames(sans);
  const attributes = [
    ...(challengePassword === undefined ? [] : [attribute(oids.challengePassword, utf8String(challengePassword))]),
    ...(names ? [attribute(oids.extensionRequest, sequence(extension(oids.subjectAltName, false, names)))] : []),
  ].sort((a, b) => Buffer.compare(a, b));
  return signed(sequence(integer(0), encodeName(subject), signer.spki, tlv(0xa0, ...attributes)), signer);
}
