import { PkiError } from './error.ts';

/** PEM of one value (RFC 7468 s3: 64 characters a line). */
export function toPem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

const maxPemCharacters = 1024 * 1024;
const maxBlocks = 64;

/** Every block with this label, in order; text between blocks is ignored (RFC 7468 s2). */
export function fromPem(label: string, pem: string): Buffer[] {
  if (pem.length > maxPemCharacters)
    throw new PkiError('pki.too-large', `PEM text of more than ${maxPemCharacters} characters`);
  const begin = `-----BEGIN ${label}-----`;
  const end = `-----END ${label}-----`;
  const found: Buffer[] = [];
  for (let at = pem.indexOf(begin); at >= 0; at = pem.indexOf(begin, at)) {
    const stop = pem.indexOf(end, at);
    if (stop < 0) throw new PkiError('pki.bad-pem', `A ${label} block has no end line`);
    const body = pem.slice(at + begin.length, stop).replace(/[ \t\r\n]+/g, '');
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body) || body.length % 4 !== 0) {
      throw new PkiError('pki.bad-pem', `A ${label} block does not hold base64`);
    }
    if (found.length === maxBlocks) throw new PkiError('pki.too-large', `More than ${maxBlocks} PEM blocks`);
    found.push(Buffer.from(body, 'base64'));
    at = stop + end.length;
  }
  if (found.length === 0) throw new PkiError('pki.bad-pem', `No ${label} block in this text`);
  return found;
}
