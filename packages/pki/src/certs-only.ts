import { oid, oids } from './der/oid.ts';
import {
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
import { context, integer, sequence, setOf, tags } from './der/write.ts';
import { PkiError } from './error.ts';

const maxCmsBytes = 256 * 1024;
const maxCertificates = 20;

/** A certs-only CMS message (RFC 5652 s5, RFC 7030 s4.1.3); the order given is kept, since clients take the first as their own. */
export function certsOnly(certificates: readonly Uint8Array[]): Buffer {
  if (certificates.length === 0 || certificates.length > maxCertificates) {
    throw new PkiError('pki.bad-profile', `A certs-only message holds 1 to ${maxCertificates} certificates`);
  }
  const empty = setOf([]);
  const signedData = sequence(integer(1), empty, sequence(oid(oids.data)), context(0, ...certificates), empty);
  return sequence(oid(oids.signedData), context(0, signedData));
}

/** The certificates of a certs-only message as DER; unverified. */
export function readCertsOnly(der: Uint8Array): Buffer[] {
  const info = inside(readWhole(der, tags.sequence, maxCmsBytes, 'The CMS message'));
  const type = readOid(expect(info, tags.oid, 'The content type'), 'The content type');
  if (type !== oids.signedData)
    throw new PkiError('pki.malformed-der', 'The CMS message is not signed data (RFC 7030 s4.1.3)');
  const content = expect(info, 0xa0, 'The CMS content');
  finish(info, 'The CMS message');
  const data = inside(only(content, tags.sequence, 'The signed data'));
  readSmallInteger(expect(data, tags.integer, 'The version'), 'The version');
  expect(data, tags.set, 'The digest algorithms');
  expect(data, tags.sequence, 'The encapsulated content');
  const certificates = expect(data, 0xa0, 'The certificates');
  optional(data, 0xa1); // CRLs may come along; the agent fetches its own
  const signers = expect(data, tags.set, 'The signer infos');
  finish(data, 'The signed data');
  if (signers.body !== signers.end) throw new PkiError('pki.malformed-der', 'A certs-only message has no signers');
  const found = membersOf(certificates, maxCertificates, 'The certificates');
  if (found.length === 0 || found.some((member) => member.tag !== tags.sequence)) {
    throw new PkiError('pki.malformed-der', 'A certs-only message holds X.509 certificates and at least one');
  }
  return found.map((member) => Buffer.from(rawOf(member)));
}
