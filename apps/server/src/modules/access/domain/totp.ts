import { createHmac, timingSafeEqual } from 'node:crypto';

const stepSeconds = 30;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648 s6 without padding, the form authenticator apps take. */
export function base32(bytes: Uint8Array): string {
  let bits = 0;
  let value = 0;
  let text = '';
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet.charAt((value >>> bits) & 31);
    }
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? text + alphabet.charAt((value << (5 - bits)) & 31) : text;
}

/** One-time code of a time step (RFC 6238 s4, RFC 4226 s5.3: HMAC-SHA-1, six digits). */
export function totpCode(secret: Uint8Array, step: number): string {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(message).digest();
  const offset = (mac.at(-1) as number) & 0xf;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/**
 * The step a code belongs to, one step of clock drift either way (RFC 6238 s5.2), or undefined.
 * Steps up to `lastStep` were used before and are not accepted again: a code is good once.
 */
export function matchTotp(secret: Uint8Array, code: string, now: Date, lastStep: number): number | undefined {
  const current = Math.floor(now.getTime() / 1000 / stepSeconds);
  let found: number | undefined;
  for (const step of [current - 1, current, current + 1]) {
    const same = code.length === 6 && timingSafeEqual(Buffer.from(totpCode(secret, step)), Buffer.from(code));
    if (same && step > lastStep) found = step;
  }
  return found;
}

/** The address an authenticator app reads from the QR code. */
export function totpUri(secret: Uint8Array, email: string): string {
  return `otpauth://totp/Bulkhead:${encodeURIComponent(email)}?secret=${base32(secret)}&issuer=Bulkhead&algorithm=SHA1&digits=6&period=${stepSeconds}`;
}
