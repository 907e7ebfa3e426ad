import { randomFillSync } from 'node:crypto';
import { type DerValue, readUnsigned } from './der/read.ts';
import { unsignedInteger } from './der/write.ts';
import { PkiError } from './error.ts';

const pool = Buffer.alloc(16 * 256);
let used = pool.length;

/**
 * A serial number of 16 octets with 126 random bits, as lower-case hex (RFC 5280 s4.1.2.2: positive, at most 20 octets).
 * The two top bits are fixed to 01, so that every serial is positive and has the same length.
 */
export function randomSerial(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const octets = pool.subarray(used, used + 16);
  octets[0] = ((octets[0] as number) & 0x3f) | 0x40;
  used += 16;
  return octets.toString('hex');
}

/** INTEGER from the hex form used throughout: even length, no leading zero octet, 1 to 20 octets as encoded. */
export function encodeSerial(serial: string): Buffer {
  if (!/^(?!00)([0-9a-f]{2}){1,20}$/.test(serial) || (serial.length === 40 && serial >= '80')) {
    throw new PkiError(
      'pki.bad-serial',
      'A serial number is lower-case hex of 1 to 20 octets, positive, without leading zero octets',
    );
  }
  return unsignedInteger(Buffer.from(serial, 'hex'));
}

/** The hex form of a CertificateSerialNumber; zero, negative and longer than 20 octets are refused (RFC 5280 s4.1.2.2). */
export function readSerial(value: DerValue): string {
  const magnitude = readUnsigned(value, 'The serial number');
  if (value.end - value.body > 20) throw new PkiError('pki.bad-serial', 'A serial number has at most 20 octets');
  if (magnitude.length === 1 && magnitude[0] === 0) throw new PkiError('pki.bad-serial', 'Zero is no serial number');
  return hexOf(magnitude);
}

export const hexOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
