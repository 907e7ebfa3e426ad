import { oid, oids } from './der/oid.ts';
import { bodyOf, type DerValue, expect, finish, inside, membersOf, next, readOid, readWhole } from './der/read.ts';
import { printableString, sequence, tags, tlv, utf8String } from './der/write.ts';
import { PkiError } from './error.ts';

/** The attribute types that have a short name here (RFC 4514 s3); others are read by their dotted identifier. */
const types = Object.freeze({
  CN: oids.commonName,
  O: oids.organization,
  OU: oids.organizationalUnit,
  serialNumber: oids.serialNumber,
  C: oids.country,
  L: oids.locality,
  ST: oids.state,
  DC: oids.domainComponent,
});
export type NameType = keyof typeof types;

export interface NameAttribute {
  /** A short name such as CN, or a dotted identifier. */
  readonly type: string;
  readonly value: string;
}
/** A distinguished name: its attributes in the order of the encoding, one per RDN when written. */
export type Name = readonly NameAttribute[];

const shortNames = new Map<string, string>(Object.entries(types).map(([short, dotted]) => [dotted, short]));
const maxAttributes = 24;
const maxNameBytes = 2048;

const control = /[\u0000-\u001f\u007f-\u009f]/;

function valueOf(type: string, value: string): Buffer {
  // RFC 5280 appendix A.1: upper bounds ub-common-name and the like
  const bound = type === 'C' ? 2 : type === 'L' || type === 'ST' || type === 'DC' ? 128 : 64;
  if (value.length === 0 || [...value].length > bound || control.test(value) || !value.isWellFormed()) {
    throw new PkiError('pki.bad-name', `The value of ${type} must have 1 to ${bound} printable characters`);
  }
  if (type === 'C') {
    if (!/^[A-Z]{2}$/.test(value)) throw new PkiError('pki.bad-name', 'C is a country code of two capital letters');
    return printableString(value);
  }
  if (type === 'serialNumber') return printableString(value); // X.520: PrintableString only
  return type === 'DC' ? tlv(tags.ia5String, Buffer.from(value, 'latin1')) : utf8String(value);
}

function encodeAttribute({ type, value }: NameAttribute): Buffer {
  const dotted = (types as Readonly<Record<string, string>>)[type] ?? type;
  if (type === 'DC' && !/^[\x20-\x7e]*$/.test(value)) throw new PkiError('pki.bad-name', 'DC is ASCII only');
  return tlv(tags.set, sequence(oid(dotted), valueOf(shortNames.get(dotted) ?? type, value)));
}

/** Encodes a distinguished name: UTF8String, PrintableString where the attribute demands it (RFC 5280 s4.1.2.4). */
export function encodeName(name: Name): Buffer {
  if (name.length > maxAttributes) throw new PkiError('pki.bad-name', `A name has at most ${maxAttributes} attributes`);
  return sequence(...name.map(encodeAttribute));
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeText(value: DerValue, type: string): string {
  const body = Buffer.from(bodyOf(value));
  let text: string | undefined;
  if (value.tag === tags.utf8String) {
    try {
      text = utf8.decode(body);
    } catch {
      text = undefined;
    }
  } else if (value.tag === tags.printableString || value.tag === tags.ia5String) {
    text = body.every((byte) => byte < 0x80) ? body.toString('latin1') : undefined;
  } else if (value.tag === tags.bmpString && body.length % 2 === 0) {
    text = body.swap16().toString('utf16le');
  } else if (value.tag === tags.teletexString) {
    text = body.toString('latin1');
  }
  // A NUL or line break inside a name deceives whoever compares or prints it.
  if (text === undefined || text.length === 0 || control.test(text) || !text.isWellFormed()) {
    throw new PkiError('pki.bad-name', `The value of ${type} is not printable text`);
  }
  return text;
}

/** Reads a Name; attributes of multi-valued RDNs follow one another. */
export function readName(value: DerValue): Name {
  if (value.end - value.start > maxNameBytes)
    throw new PkiError('pki.too-large', `A name has at most ${maxNameBytes} octets`);
  const attributes: NameAttribute[] = [];
  for (const rdn of membersOf(value, maxAttributes, 'The name')) {
    const members = membersOf(rdn, maxAttributes, 'The relative name');
    if (rdn.tag !== tags.set || members.length === 0)
      throw new PkiError('pki.bad-name', 'A relative name is a set that is not empty');
    for (const member of members) {
      if (member.tag !== tags.sequence) throw new PkiError('pki.bad-name', 'A name attribute is a sequence');
      const cursor = inside(member);
      const dotted = readOid(expect(cursor, tags.oid, 'The attribute type'), 'The attribute type');
      const type = shortNames.get(dotted) ?? dotted;
      if (attributes.length === maxAttributes)
        throw new PkiError('pki.too-large', `A name has at most ${maxAttributes} attributes`);
      attributes.push({ type, value: decodeText(next(cursor), type) });
      finish(cursor, 'The name attribute');
    }
  }
  return attributes;
}

/** Reads a Name that stands alone. */
export const parseName = (der: Uint8Array): Name => readName(readWhole(der, tags.sequence, maxNameBytes, 'The name'));

/** The text form of RFC 4514 in the order of the encoding, escaped, for people and logs. */
export function nameText(name: Name): string {
  return name
    .map(({ type, value }) => `${type}=${value.replace(/[,+"\\<>;=]/g, '\\$&').replace(/^[ #]| $/g, '\\$&')}`)
    .join(', ');
}

/** The first value of an attribute. */
export const attributeOf = (name: Name, type: NameType): string | undefined => name.find((a) => a.type === type)?.value;
