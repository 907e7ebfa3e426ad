import { PkiError } from '../error.ts';
import { decodeOid } from './oid.ts';
import { tags } from './write.ts';

/** One value inside `source`: [start, body) is the header, [body, end) the content. Nothing is copied. */
export interface DerValue {
  readonly source: Uint8Array;
  readonly tag: number;
  readonly start: number;
  readonly body: number;
  readonly end: number;
}

/** A position between the members of a constructed value. */
export interface Cursor {
  readonly source: Uint8Array;
  at: number;
  readonly end: number;
}

export function malformed(what: string): PkiError {
  return new PkiError('pki.malformed-der', `${what}; the input must be DER (X.690 s10)`);
}

/**
 * Reads the header at `at`. Refuses everything BER allows and DER does not (X.690 s10.1): indefinite and
 * non-minimal lengths; and high tag numbers, which no structure read here uses.
 */
function valueAt(source: Uint8Array, at: number, limit: number): DerValue {
  if (at + 2 > limit) throw malformed('The input ends inside a header');
  const tag = source[at] as number;
  if ((tag & 0x1f) === 0x1f) throw malformed('High tag numbers do not occur here');
  const first = source[at + 1] as number;
  let body = at + 2;
  let length = first;
  if (first >= 0x80) {
    const octets = first & 0x7f;
    if (octets === 0) throw malformed('Indefinite length');
    if (octets > 4) throw malformed('Length of more than 4 octets');
    if (body + octets > limit) throw malformed('The input ends inside a length');
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + (source[body++] as number);
    if (length < 0x80 || length < 256 ** (octets - 1)) throw malformed('Length not in its shortest form');
  }
  if (length > limit - body) throw malformed('A value is longer than what holds it');
  return { source, tag, start: at, body, end: body + length };
}

/** The whole input as exactly one value: a size bound first, no octet behind it. */
export function readWhole(source: Uint8Array, tag: number, maxBytes: number, what: string): DerValue {
  if (source.length > maxBytes) {
    throw new PkiError('pki.too-large', `${what} has ${source.length} octets; at most ${maxBytes} are accepted`);
  }
  const value = valueAt(source, 0, source.length);
  if (value.end !== source.length) throw malformed(`${what} is followed by other octets`);
  if (value.tag !== tag) throw malformed(`${what} does not start with tag 0x${tag.toString(16)}`);
  return value;
}

export const inside = (value: DerValue): Cursor => ({ source: value.source, at: value.body, end: value.end });
export const atEnd = (cursor: Cursor): boolean => cursor.at >= cursor.end;
export const rawOf = (value: DerValue): Uint8Array => value.source.subarray(value.start, value.end);
export const bodyOf = (value: DerValue): Uint8Array => value.source.subarray(value.body, value.end);

/** The next member, whatever its tag. */
export function next(cursor: Cursor): DerValue {
  const value = valueAt(cursor.source, cursor.at, cursor.end);
  cursor.at = value.end;
  return value;
}

/** The next member, which must have this tag. */
export function expect(cursor: Cursor, tag: number, what: string): DerValue {
  const value = next(cursor);
  if (value.tag !== tag)
    throw malformed(`${what}: found tag 0x${value.tag.toString(16)}, expected 0x${tag.toString(16)}`);
  return value;
}

/** The next member if it has this tag; OPTIONAL and DEFAULT members. */
export function optional(cursor: Cursor, tag: number): DerValue | undefined {
  if (cursor.at >= cursor.end || cursor.source[cursor.at] !== tag) return undefined;
  return next(cursor);
}

export function finish(cursor: Cursor, what: string): void {
  if (cursor.at !== cursor.end) throw malformed(`${what} has members that do not belong there`);
}

/** The single value inside an EXPLICIT tag or an OCTET STRING that carries DER. */
export function only(value: DerValue, tag: number, what: string): DerValue {
  const cursor = inside(value);
  const member = expect(cursor, tag, what);
  finish(cursor, what);
  return member;
}

/** The members of a SEQUENCE OF or SET OF; `max` bounds them before anything is built from them. */
export function membersOf(value: DerValue, max: number, what: string): DerValue[] {
  const cursor = inside(value);
  const members: DerValue[] = [];
  while (!atEnd(cursor)) {
    if (members.length === max) throw new PkiError('pki.too-large', `${what} has more than ${max} members`);
    members.push(next(cursor));
  }
  return members;
}

export function readOid(value: DerValue, what: string): string {
  if (value.tag !== tags.oid) throw malformed(`${what} is not an object identifier`);
  return decodeOid(bodyOf(value));
}

/** The magnitude of a non-negative INTEGER without its sign octet. */
export function readUnsigned(value: DerValue, what: string): Uint8Array {
  const length = value.end - value.body;
  if (value.tag !== tags.integer || length === 0) throw malformed(`${what} is not an integer`);
  const first = value.source[value.body] as number;
  if (first & 0x80) throw malformed(`${what} is negative`);
  if (first !== 0 || length === 1) return bodyOf(value);
  if (!((value.source[value.body + 1] as number) & 0x80)) throw malformed(`${what} is not in its shortest form`);
  return value.source.subarray(value.body + 1, value.end);
}

export function readSmallInteger(value: DerValue, what: string): number {
  const magnitude = readUnsigned(value, what);
  if (magnitude.length > 4) throw malformed(`${what} is out of range`);
  return magnitude.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** BOOLEAN: DER knows only 0x00 and 0xFF (X.690 s11.1). */
export function readBoolean(value: DerValue, what: string): boolean {
  const byte = value.source[value.body];
  if (value.tag !== tags.boolean || value.end - value.body !== 1 || (byte !== 0 && byte !== 0xff)) {
    throw malformed(`${what} is not a boolean`);
  }
  return byte === 0xff;
}

/** A BIT STRING of whole octets, as keys and signatures are. */
export function readBitString(value: DerValue, what: string): Uint8Array {
  if (value.tag !== tags.bitString || value.end - value.body < 2 || value.source[value.body] !== 0) {
    throw malformed(`${what} is not a bit string of whole octets`);
  }
  return value.source.subarray(value.body + 1, value.end);
}

/** The numbers of the bits that are set in a named bit list (X.690 s11.2). */
export function readNamedBits(value: DerValue, what: string): number[] {
  const body = bodyOf(value);
  const unused = body[0] ?? 8;
  const last = body[body.length - 1] as number;
  if (value.tag !== tags.bitString || unused > 7 || body.length > 5 || (body.length === 1 && unused > 0)) {
    throw malformed(`${what} is not a bit list`);
  }
  if (body.length > 1 && (last & ((1 << unused) - 1) || !(last & (1 << unused))))
    throw malformed(`${what} has trailing zero bits`);
  const set: number[] = [];
  for (let bit = 0; bit < (body.length - 1) * 8; bit++) {
    if ((body[1 + (bit >> 3)] as number) & (0x80 >> (bit & 7))) set.push(bit);
  }
  return set;
}
