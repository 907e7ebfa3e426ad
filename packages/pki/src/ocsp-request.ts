import { oids } from './der/oid.ts';
import {
  bodyOf,
  type DerValue,
  expect,
  finish,
  inside,
  membersOf,
  only,
  optional,
  rawOf,
  readOid,
  readSmallInteger,
  readWhole,
} from './der/read.ts';
import { tags } from './der/write.ts';
import { PkiError } from './error.ts';
import { type ReadExtension, readExtensions } from './extension.ts';
import { readSerial } from './serial.ts';

/** One certificate that is asked about (RFC 6960 s4.1.1). */
export interface CertId {
  /** The octets as they came; a response must repeat them. */
  readonly raw: Uint8Array;
  readonly hash: 'sha1' | 'sha256';
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  /** Lower-case hex. */
  readonly serial: string;
}

export interface OcspRequest {
  readonly certIds: readonly CertId[];
  /** The nonce extension as it came, to be repeated. */
  readonly nonce: Uint8Array | undefined;
}

export const maxOcspRequestBytes = 8 * 1024;
const maxCertIds = 20;

function readHash(value: DerValue): 'sha1' | 'sha256' {
  const cursor = inside(value);
  const dotted = readOid(expect(cursor, tags.oid, 'The hash algorithm'), 'The hash algorithm');
  const parameters = optional(cursor, tags.null);
  finish(cursor, 'The hash algorithm');
  if (parameters && parameters.body !== parameters.end) throw new PkiError('pki.malformed-der', 'NULL has no content');
  if (dotted === oids.sha1) return 'sha1';
  if (dotted === oids.sha256) return 'sha256';
  throw new PkiError(
    'pki.unsupported-algorithm',
    `Certificate ids hashed by ${dotted} are not answered; use SHA-1 or SHA-256`,
  );
}

function readCertId(request: DerValue): CertId {
  if (request.tag !== tags.sequence) throw new PkiError('pki.malformed-der', 'A single request is a sequence');
  const outer = inside(request);
  const id = expect(outer, tags.sequence, 'The certificate id');
  const extensions = optional(outer, 0xa0);
  finish(outer, 'The single request');
  if (extensions) refuseCritical(readExtensions(only(extensions, tags.sequence, 'The extensions')));
  const cursor = inside(id);
  const hash = readHash(expect(cursor, tags.sequence, 'The hash algorithm'));
  const issuerNameHash = bodyOf(expect(cursor, tags.octetString, 'The hash of the issuer name'));
  const issuerKeyHash = bodyOf(expect(cursor, tags.octetString, 'The hash of the issuer key'));
  const serial = readSerial(expect(cursor, tags.integer, 'The serial number'));
  finish(cursor, 'The certificate id');
  const size = hash === 'sha1' ? 20 : 32;
  if (issuerNameHash.length !== size || issuerKeyHash.length !== size) {
    throw new PkiError('pki.malformed-der', 'A hash in a certificate id has a wrong length');
  }
  return { raw: rawOf(id), hash, issuerNameHash, issuerKeyHash, serial };
}

function refuseCritical(extensions: readonly ReadExtension[]): void {
  const unknown = extensions.find((e) => e.critical && e.oid !== oids.ocspNonce);
  if (unknown)
    throw new PkiError('pki.unknown-critical-extension', `The critical extension ${unknown.oid} is not understood`);
}

/** The Nonce extension whole; RFC 9654 s2.1: 1 to 128 octets, anything else is malformed. */
function readNonce(list: DerValue): Uint8Array | undefined {
  const extensions = readExtensions(list);
  refuseCritical(extensions);
  const index = extensions.findIndex((e) => e.oid === oids.ocspNonce);
  const found = extensions[index];
  if (!found) return undefined;
  const nonce = only(found.value, tags.octetString, 'The nonce');
  const length = nonce.end - nonce.body;
  if (length < 1 || length > 128)
    throw new PkiError('pki.malformed-der', 'A nonce has 1 to 128 octets (RFC 9654 s2.1)');
  return rawOf(membersOf(list, 40, 'The extensions')[index] as DerValue);
}

/** Reads an OCSPRequest (RFC 6960 s4.1.1) of at most 8 KiB and 20 certificates; a requestor's signature is not needed and not read. */
export function parseOcspRequest(der: Uint8Array): OcspRequest {
  const outer = inside(readWhole(der, tags.sequence, maxOcspRequestBytes, 'The OCSP request'));
  const cursor = inside(expect(outer, tags.sequence, 'The OCSP request'));
  optional(outer, 0xa0);
  finish(outer, 'The OCSP request');
  const version = optional(cursor, 0xa0);
  if (version && readSmallInteger(only(version, tags.integer, 'The version'), 'The version') !== 0) {
    throw new PkiError('pki.malformed-der', 'Only OCSP version 1 is known');
  }
  optional(cursor, 0xa1); // requestorName
  const list = expect(cursor, tags.sequence, 'The list of requests');
  const extensions = optional(cursor, 0xa2);
  finish(cursor, 'The OCSP request');
  const certIds = membersOf(list, maxCertIds, 'The list of requests').map(readCertId);
  if (certIds.length === 0)
    throw new PkiError('pki.malformed-der', 'An OCSP request asks about at least one certificate');
  return { certIds, nonce: extensions && readNonce(only(extensions, tags.sequence, 'The extensions')) };
}
