import { oids } from './der/oid.ts';
import {
  bodyOf,
  type Cursor,
  type DerValue,
  expect,
  finish,
  inside,
  membersOf,
  only,
  optional,
  rawOf,
  readBitString,
  readSmallInteger,
  readWhole,
} from './der/read.ts';
import { readTime } from './der/time.ts';
import { tags } from './der/write.ts';
import { PkiError } from './error.ts';
import {
  type BasicConstraints,
  type KeyUsage,
  type ReadExtension,
  readBasicConstraints,
  readExtendedKeyUsage,
  readExtensions,
  readKeyUsage,
} from './extension.ts';
import { noNames, type ReadAlternativeNames, readAlternativeNames } from './general-name.ts';
import { describeKey, fingerprint, type KeyDescription } from './keys.ts';
import { type Name, readName } from './name.ts';
import { hexOf, readSerial } from './serial.ts';
import { readSignatureAlgorithm, type SignedBytes } from './signature.ts';

/** A certificate as read; byte strings are slices of `der`, identifiers lower-case hex. */
export interface Certificate {
  readonly der: Uint8Array;
  readonly serial: string;
  readonly subject: Name;
  readonly issuer: Name;
  readonly subjectDer: Uint8Array;
  readonly issuerDer: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly spki: Uint8Array;
  readonly key: KeyDescription;
  readonly san: ReadAlternativeNames;
  readonly ski: string | undefined;
  readonly aki: string | undefined;
  readonly basicConstraints: BasicConstraints | undefined;
  readonly keyUsage: readonly KeyUsage[] | undefined;
  readonly extendedKeyUsage: readonly string[] | undefined;
  /** Content of the nameConstraints extension, for `verifyChain`. */
  readonly nameConstraints: Uint8Array | undefined;
  readonly ocspNoCheck: boolean;
  readonly criticalExtensions: readonly string[];
  /** SHA-256 of `der`, lower-case hex. */
  readonly fingerprint: string;
  readonly signed: SignedBytes;
}

export const maxCertificateBytes = 16 * 1024;

function readAuthorityKeyId(value: DerValue): string | undefined {
  const cursor = inside(value);
  const id = optional(cursor, 0x80);
  optional(cursor, 0xa1); // authorityCertIssuer
  optional(cursor, 0x82); // authorityCertSerialNumber
  finish(cursor, 'The authority key identifier');
  return id && keyIdText(id);
}

function keyIdText(value: DerValue): string {
  const id = bodyOf(value);
  if (id.length === 0 || id.length > 64) throw new PkiError('pki.bad-extension', 'A key identifier has 1 to 64 octets');
  return hexOf(id);
}

function readKnownExtensions(extensions: readonly ReadExtension[]) {
  const find = (id: string): DerValue | undefined => extensions.find((e) => e.oid === id)?.value;
  const sequenceOf = (id: string): DerValue | undefined => {
    const value = find(id);
    return value && only(value, tags.sequence, `The extension ${id}`);
  };
  const [san, aki, basic, purposes, constraints] = [
    sequenceOf(oids.subjectAltName),
    sequenceOf(oids.authorityKeyIdentifier),
    sequenceOf(oids.basicConstraints),
    sequenceOf(oids.extendedKeyUsage),
    sequenceOf(oids.nameConstraints),
  ];
  const [ski, usage, noCheck] = [find(oids.subjectKeyIdentifier), find(oids.keyUsage), find(oids.ocspNoCheck)];
  if (noCheck) only(noCheck, tags.null, 'The extension ocsp-nocheck');
  return {
    san: san ? readAlternativeNames(san) : noNames,
    ski: ski && keyIdText(only(ski, tags.octetString, 'The subject key identifier')),
    aki: aki && readAuthorityKeyId(aki),
    basicConstraints: basic && readBasicConstraints(basic),
    keyUsage: usage && readKeyUsage(only(usage, tags.bitString, 'Key usage')),
    extendedKeyUsage: purposes && readExtendedKeyUsage(purposes),
    nameConstraints: constraints && rawOf(constraints),
    ocspNoCheck: noCheck !== undefined,
    criticalExtensions: extensions.filter((e) => e.critical).map((e) => e.oid),
  };
}

function readVersion(cursor: Cursor): void {
  const tagged = optional(cursor, 0xa0);
  const version = tagged ? readSmallInteger(only(tagged, tags.integer, 'The version'), 'The version') : 0;
  if (version !== 2)
    throw new PkiError(
      'pki.bad-extension',
      `Only X.509 version 3 certificates are accepted, this is version ${version + 1}`,
    );
}

function readTbs(tbs: DerValue) {
  const cursor = inside(tbs);
  readVersion(cursor);
  const serial = readSerial(expect(cursor, tags.integer, 'The serial number'));
  const algorithm = expect(cursor, tags.sequence, 'The signature algorithm');
  const issuer = expect(cursor, tags.sequence, 'The issuer');
  const validity = membersOf(expect(cursor, tags.sequence, 'The validity'), 2, 'The validity');
  const subject = expect(cursor, tags.sequence, 'The subject');
  const spki = rawOf(expect(cursor, tags.sequence, 'The public key'));
  optional(cursor, 0x81); // issuerUniqueID and subjectUniqueID: allowed, never used
  optional(cursor, 0x82);
  const tagged = optional(cursor, 0xa3);
  finish(cursor, 'The certificate');
  const [from, to] = validity;
  if (!from || !to) throw new PkiError('pki.malformed-der', 'The validity has two times');
  const extensions = tagged ? readExtensions(only(tagged, tags.sequence, 'The extensions')) : [];
  return { serial, algorithm, issuer, from, to, subject, spki, extensions };
}

/** Reads an X.509 v3 certificate strictly (RFC 5280 s4.1), without judging it; `verifyChain` judges. */
export function parseCertificate(der: Uint8Array): Certificate {
  const outer = inside(readWhole(der, tags.sequence, maxCertificateBytes, 'The certificate'));
  const tbs = expect(outer, tags.sequence, 'The certificate body');
  const algorithm = expect(outer, tags.sequence, 'The signature algorithm');
  const signature = readBitString(expect(outer, tags.bitString, 'The signature'), 'The signature');
  finish(outer, 'The certificate');
  const parts = readTbs(tbs);
  // RFC 5280 s4.1.1.2: the algorithm that is signed must be the one that is used.
  if (Buffer.compare(rawOf(algorithm), rawOf(parts.algorithm)) !== 0) {
    throw new PkiError('pki.bad-signature', 'The two signature algorithms of the certificate differ');
  }
  return Object.freeze({
    der,
    serial: parts.serial,
    subject: readName(parts.subject),
    issuer: readName(parts.issuer),
    subjectDer: rawOf(parts.subject),
    issuerDer: rawOf(parts.issuer),
    notBefore: readTime(parts.from, 'The start of the validity'),
    notAfter: readTime(parts.to, 'The end of the validity'),
    spki: parts.spki,
    key: describeKey(parts.spki),
    ...readKnownExtensions(parts.extensions),
    fingerprint: fingerprint(der),
    signed: { message: rawOf(tbs), algorithm: readSignatureAlgorithm(algorithm), signature },
  });
}
