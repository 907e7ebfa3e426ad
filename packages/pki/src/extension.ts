import { oid, oids } from './der/oid.ts';
import {
  type DerValue,
  expect,
  finish,
  inside,
  membersOf,
  optional,
  readBoolean,
  readNamedBits,
  readOid,
  readSmallInteger,
} from './der/read.ts';
import {
  context,
  contextPrimitive,
  integer,
  namedBits,
  nullValue,
  octetString,
  sequence,
  tags,
  trueValue,
} from './der/write.ts';
import { PkiError } from './error.ts';
import { uriName } from './general-name.ts';

/** Bits of KeyUsage in the order of RFC 5280 s4.2.1.3. */
const keyUsages = [
  'digitalSignature',
  'contentCommitment',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;
export type KeyUsage = (typeof keyUsages)[number];

const purposes = Object.freeze({
  serverAuth: oids.serverAuth,
  clientAuth: oids.clientAuth,
  codeSigning: oids.codeSigning,
  emailProtection: oids.emailProtection,
  timeStamping: oids.timeStamping,
  ocspSigning: oids.ocspSigning,
});
/** A purpose by its name, or a dotted identifier. */
export type Purpose = keyof typeof purposes | `${number}.${number}.${string}`;
const purposeNames = new Map<string, string>(Object.entries(purposes).map(([name, dotted]) => [dotted, name]));

export interface BasicConstraints {
  readonly ca: boolean;
  readonly pathLength?: number;
}

/** Extension ::= SEQUENCE { extnID, critical DEFAULT FALSE, extnValue }. */
export function extension(id: string, critical: boolean, value: Uint8Array): Buffer {
  return critical ? sequence(oid(id), trueValue, octetString(value)) : sequence(oid(id), octetString(value));
}

export function basicConstraintsExtension({ ca, pathLength }: BasicConstraints): Buffer {
  if (!ca && pathLength !== undefined)
    throw new PkiError('pki.bad-profile', 'Only a CA has a path length (RFC 5280 s4.2.1.9)');
  const members = ca ? [trueValue, ...(pathLength === undefined ? [] : [integer(pathLength)])] : [];
  return extension(oids.basicConstraints, true, sequence(...members));
}

export function keyUsageExtension(usage: readonly KeyUsage[]): Buffer {
  if (usage.length === 0) throw new PkiError('pki.bad-profile', 'Key usage needs at least one bit (RFC 5280 s4.2.1.3)');
  return extension(oids.keyUsage, true, namedBits(usage.map((name) => keyUsages.indexOf(name))));
}

export function purposeOid(purpose: Purpose): string {
  return (purposes as Readonly<Record<string, string>>)[purpose] ?? purpose;
}

export function extendedKeyUsageExtension(list: readonly Purpose[]): Buffer {
  if (list.length === 0)
    throw new PkiError('pki.bad-profile', 'Extended key usage needs at least one purpose (RFC 5280 s4.2.1.12)');
  return extension(oids.extendedKeyUsage, false, sequence(...list.map((purpose) => oid(purposeOid(purpose)))));
}

export const subjectKeyIdExtension = (ski: Uint8Array): Buffer =>
  extension(oids.subjectKeyIdentifier, false, octetString(ski));
export const authorityKeyIdExtension = (ski: Uint8Array): Buffer =>
  extension(oids.authorityKeyIdentifier, false, sequence(contextPrimitive(0, ski)));

/** One distribution point with one URL (RFC 5280 s4.2.1.13). */
export const crlDistributionPointExtension = (url: string): Buffer =>
  extension(oids.crlDistributionPoints, false, sequence(sequence(context(0, context(0, uriName(url))))));

export interface AuthorityInformation {
  readonly ocsp?: string;
  readonly caIssuers?: string;
}

export function authorityInfoExtension({ ocsp, caIssuers }: AuthorityInformation): Buffer | undefined {
  const access = [
    ...(ocsp ? [sequence(oid(oids.adOcsp), uriName(ocsp))] : []),
    ...(caIssuers ? [sequence(oid(oids.adCaIssuers), uriName(caIssuers))] : []),
  ];
  return access.length > 0 ? extension(oids.authorityInfoAccess, false, sequence(...access)) : undefined;
}

/** RFC 6960 s4.2.2.2.1: a responder's certificate that clients need not check for revocation. */
export const ocspNoCheckExtension = (): Buffer => extension(oids.ocspNoCheck, false, nullValue);

/** An extension as read; `value` is the content of extnValue, still DER. */
export interface ReadExtension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: DerValue;
}

const maxExtensions = 40;

/** Reads Extensions; an identifier that occurs twice is refused (RFC 5280 s4.2). */
export function readExtensions(value: DerValue): ReadExtension[] {
  const seen = new Set<string>();
  const read = membersOf(value, maxExtensions, 'The extensions').map((member) => {
    if (member.tag !== tags.sequence) throw new PkiError('pki.bad-extension', 'An extension is a sequence');
    const cursor = inside(member);
    const id = readOid(expect(cursor, tags.oid, 'The extension identifier'), 'The extension identifier');
    const flag = optional(cursor, tags.boolean);
    if (flag && !readBoolean(flag, 'The critical flag')) {
      throw new PkiError('pki.malformed-der', 'DER leaves out a critical flag that is false (X.690 s11.5)');
    }
    const content = expect(cursor, tags.octetString, 'The extension value');
    finish(cursor, 'The extension');
    if (seen.has(id)) throw new PkiError('pki.bad-extension', `The extension ${id} occurs twice`);
    seen.add(id);
    return { oid: id, critical: flag !== undefined, value: content };
  });
  if (read.length === 0) throw new PkiError('pki.bad-extension', 'Extensions must not be empty (RFC 5280 s4.1)');
  return read;
}

export function readBasicConstraints(value: DerValue): BasicConstraints {
  const cursor = inside(value);
  const flag = optional(cursor, tags.boolean);
  const ca = flag !== undefined && readBoolean(flag, 'The CA flag');
  if (flag && !ca) throw new PkiError('pki.malformed-der', 'DER leaves out a CA flag that is false (X.690 s11.5)');
  const length = optional(cursor, tags.integer);
  finish(cursor, 'Basic constraints');
  if (length && !ca) throw new PkiError('pki.bad-extension', 'Only a CA has a path length (RFC 5280 s4.2.1.9)');
  return length ? { ca, pathLength: readSmallInteger(length, 'The path length') } : { ca };
}

export function readKeyUsage(value: DerValue): KeyUsage[] {
  const bits = readNamedBits(value, 'Key usage');
  if (bits.length === 0) throw new PkiError('pki.bad-extension', 'Key usage without any bit (RFC 5280 s4.2.1.3)');
  return bits.map((bit) => {
    const name = keyUsages[bit];
    if (!name) throw new PkiError('pki.bad-extension', `Key usage has no bit ${bit}`);
    return name;
  });
}

/** Purposes by name where they have one, dotted otherwise. */
export function readExtendedKeyUsage(value: DerValue): string[] {
  const members = membersOf(value, 32, 'Extended key usage');
  if (members.length === 0) throw new PkiError('pki.bad-extension', 'Extended key usage without any purpose');
  return members.map((member) => {
    const dotted = readOid(member, 'The purpose');
    return purposeNames.get(dotted) ?? dotted;
  });
}
