import { PkiError } from '../error.ts';

/** Tags of X.690 s8 as they appear on the wire (class and constructed bit included). */
export const tags = Object.freeze({
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
});

/** Octets that the length field takes for `length` content octets (X.690 s10.1: shortest form). */
export function lengthOfLength(length: number): number {
  if (length < 0x80) return 1;
  if (length < 0x100) return 2;
  if (length < 0x10000) return 3;
  return length < 0x1000000 ? 4 : 5;
}

/** Writes tag and length at `at` and returns the offset of the content. */
export function putHeader(out: Uint8Array, at: number, tag: number, length: number): number {
  out[at++] = tag;
  if (length < 0x80) {
    out[at++] = length;
    return at;
  }
  const octets = lengthOfLength(length) - 1;
  out[at++] = 0x80 | octets;
  for (let shift = (octets - 1) * 8; shift >= 0; shift -= 8) out[at++] = length >>> shift;
  return at;
}

/** One value from its parts. The slab allocation of Buffer makes this cheaper than a shared growing buffer for small values. */
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = Buffer.allocUnsafe(1 + lengthOfLength(length) + length);
  let at = putHeader(out, 0, tag, length);
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => tlv(tags.sequence, ...parts);
export const octetString = (bytes: Uint8Array): Buffer => tlv(tags.octetString, bytes);
export const nullValue: Uint8Array = Buffer.from([tags.null, 0]);
export const trueValue: Uint8Array = Buffer.from([tags.boolean, 1, 0xff]);

/** SET OF with its members in ascending order of their encodings (X.690 s11.6). */
export function setOf(members: readonly Uint8Array[]): Buffer {
  return tlv(tags.set, ...[...members].sort((a, b) => Buffer.compare(a, b)));
}

/** `[n]` around complete values (EXPLICIT) or around the content of a constructed type (IMPLICIT). */
export const context = (n: number, ...parts: readonly Uint8Array[]): Buffer => tlv(0xa0 | n, ...parts);

/** `[n] IMPLICIT` of a primitive type. */
export const contextPrimitive = (n: number, content: Uint8Array): Buffer => tlv(0x80 | n, content);

const noUnusedBits = Buffer.from([0]);
export const bitString = (bytes: Uint8Array): Buffer => tlv(tags.bitString, noUnusedBits, bytes);

/** A named bit list: bit 0 is the highest bit of the first octet, trailing zero bits are cut (X.690 s11.2.2). */
export function namedBits(bits: readonly number[]): Buffer {
  const highest = Math.max(-1, ...bits);
  const out = Buffer.alloc(1 + Math.ceil((highest + 1) / 8));
  for (const bit of bits) out[1 + (bit >> 3)] = (out[1 + (bit >> 3)] as number) | (0x80 >> (bit & 7));
  if (highest >= 0) out[0] = 7 - (highest & 7);
  return tlv(tags.bitString, out);
}

const zero = Buffer.from([0]);

/** INTEGER from an unsigned big-endian magnitude of any length; leading zero octets are dropped or added as DER demands. */
export function unsignedInteger(magnitude: Uint8Array): Buffer {
  let from = 0;
  while (from < magnitude.length - 1 && magnitude[from] === 0) from++;
  const significant = magnitude.subarray(from);
  if (significant.length === 0) return tlv(tags.integer, zero);
  return (significant[0] as number) & 0x80 ? tlv(tags.integer, zero, significant) : tlv(tags.integer, significant);
}

/** INTEGER from a non-negative number or bigint. */
export function integer(value: number | bigint): Buffer {
  if (value < 0) throw new PkiError('pki.bad-profile', 'Only non-negative integers are written here');
  const hex = value.toString(16);
  return unsignedInteger(Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex'));
}

export const enumerated = (value: number): Buffer => tlv(tags.enumerated, Buffer.from([value]));
export const utf8String = (text: string): Buffer => tlv(tags.utf8String, Buffer.from(text, 'utf8'));
export const ia5Bytes = (text: string): Buffer => {
  if (!/^[\x20-\x7e]*$/.test(text))
    throw new PkiError('pki.bad-name', `Only ASCII is allowed here: ${JSON.stringify(text)}`);
  return Buffer.from(text, 'latin1');
};
export const printableString = (text: string): Buffer => {
  if (!/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text)) {
    throw new PkiError(
      'pki.bad-name',
      `Not a PrintableString: ${JSON.stringify(text)}; use letters, digits and ' ( ) + , - . / : = ?`,
    );
  }
  return tlv(tags.printableString, Buffer.from(text, 'latin1'));
};
