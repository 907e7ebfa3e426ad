import { oids } from './der/oid.ts';
import {
  bodyOf,
  type DerValue,
  expect,
  finish,
  inside,
  membersOf,
  next,
  only,
  rawOf,
  readBitString,
  readOid,
  readSmallInteger,
  readWhole,
} from './der/read.ts';
import { tags } from './der/write.ts';
import { PkiError } from './error.ts';
import { readExtensions } from './extension.ts';
import { noNames, type ReadAlternativeNames, readAlternativeNames } from './general-name.ts';
import { describeKey, type KeyDescription } from './keys.ts';
import { type Name, readName } from './name.ts';
import { readSignatureAlgorithm, verifySignature } from './signature.ts';

/** A PKCS#10 request whose signature was verified; everything in it is a wish, the profile decides. */
export interface CertificationRequest {
  readonly subject: Name;
  readonly subjectDer: Uint8Array;
  readonly spki: Uint8Array;
  readonly key: KeyDescription;
  readonly san: ReadAlternativeNames;
  /** Identifiers of all extensions asked for. */
  readonly requestedExtensions: readonly string[];
  readonly challengePassword: string | undefined;
}

export const maxRequestBytes = 16 * 1024;

interface Attributes {
  san: ReadAlternativeNames;
  requestedExtensions: readonly string[];
  challengePassword: string | undefined;
}

function readPassword(value: DerValue): string {
  const text = Buffer.from(bodyOf(value)).toString('utf8');
  const known = value.tag === tags.utf8String || value.tag === tags.printableString || value.tag === tags.ia5String;
  if (!known || text.length === 0 || text.length > 255) {
    throw new PkiError(
      'pki.bad-extension',
      'The challenge password is a text of 1 to 255 characters (RFC 2985 s5.4.1)',
    );
  }
  return text;
}

/** Attributes ::= [0] SET OF; each type once, each with exactly one value (RFC 2986 s4.1, RFC 2985 s5.4). */
function readAttributes(value: DerValue): Attributes {
  const found: Attributes = { san: noNames, requestedExtensions: [], challengePassword: undefined };
  const seen = new Set<string>();
  for (const attribute of membersOf(value, 16, 'The attributes')) {
    if (attribute.tag !== tags.sequence) throw new PkiError('pki.malformed-der', 'An attribute is a sequence');
    const cursor = inside(attribute);
    const type = readOid(expect(cursor, tags.oid, 'The attribute type'), 'The attribute type');
    const values = expect(cursor, tags.set, 'The attribute values');
    finish(cursor, 'The attribute');
    if (seen.has(type)) throw new PkiError('pki.bad-extension', `The attribute ${type} occurs twice`);
    seen.add(type);
    if (type === oids.challengePassword) {
      const cursorOfValues = inside(values);
      found.challengePassword = readPassword(next(cursorOfValues));
      finish(cursorOfValues, 'The challenge password');
    }
    if (type === oids.extensionRequest) {
      const extensions = readExtensions(only(values, tags.sequence, 'The extension request'));
      const names = extensions.find((e) => e.oid === oids.subjectAltName);
      if (names) found.san = readAlternativeNames(only(names.value, tags.sequence, 'The alternative names'));
      found.requestedExtensions = extensions.map((e) => e.oid);
    }
  }
  return found;
}

function readInfo(info: DerValue) {
  const cursor = inside(info);
  const version = readSmallInteger(expect(cursor, tags.integer, 'The version'), 'The version');
  if (version !== 0) throw new PkiError('pki.malformed-der', 'A certification request has version 0 (RFC 2986 s4.1)');
  const subject = expect(cursor, tags.sequence, 'The subject');
  const spki = rawOf(expect(cursor, tags.sequence, 'The public key'));
  const attributes = expect(cursor, 0xa0, 'The attributes');
  finish(cursor, 'The certification request');
  return { subject, spki, attributes };
}

/**
 * Reads a PKCS#10 request (RFC 2986) of at most 16 KiB and verifies its signature over the octets as they came:
 * the proof that the sender holds the private key.
 */
export function parseCertificationRequest(der: Uint8Array): CertificationRequest {
  const outer = inside(readWhole(der, tags.sequence, maxRequestBytes, 'The certification request'));
  const info = expect(outer, tags.sequence, 'The certification request');
  const algorithm = expect(outer, tags.sequence, 'The signature algorithm');
  const signature = readBitString(expect(outer, tags.bitString, 'The signature'), 'The signature');
  finish(outer, 'The certification request');
  const { subject, spki, attributes } = readInfo(info);
  const request = {
    subject: readName(subject),
    subjectDer: rawOf(subject),
    spki,
    key: describeKey(spki),
    ...readAttributes(attributes),
  };
  if (!verifySignature(spki, { message: rawOf(info), algorithm: readSignatureAlgorithm(algorithm), signature })) {
    throw new PkiError(
      'pki.bad-signature',
      'The signature of the request does not verify with its own public key; sign it again',
    );
  }
  return Object.freeze(request);
}
