import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { canonicalJson, type Json } from '@bulkhead/kernel';

export type JwsAlgorithm = 'EdDSA' | 'ES256';

/** The protected header of a detached JWS, as far as it is looked at. */
export interface DetachedJws {
  readonly algorithm: JwsAlgorithm;
  readonly keyId: string;
  readonly protectedHeader: string;
  readonly signature: Buffer;
}

const maxLength = 8_192;
const base64url = /^[A-Za-z0-9_-]+$/;

/** Strict base64url (RFC 7515 s2): no padding, no other alphabet, and one spelling only. */
function decode(text: string): Buffer | undefined {
  if (!base64url.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

/**
 * Reads a compact JWS whose payload travels apart (RFC 7515 appendix F). Nothing for whatever is not exactly that: an algorithm other
 * than EdDSA (RFC 8037) and ES256 (RFC 7518 s3.4), `none` above all; any `crit` (RFC 7515 s4.1.11: what is not understood must be refused),
 * which takes `b64` (RFC 7797) with it. Keys that a header brings along (`jwk`, `jku`, `x5c`, `x5u`) are never looked at.
 */
export function readDetachedJws(text: string): DetachedJws | undefined {
  if (text.length > maxLength) return undefined;
  const [protectedHeader = '', payload, signature = '', ...more] = text.split('.');
  if (payload !== '' || more.length > 0) return undefined;
  const [headerBytes, signatureBytes] = [decode(protectedHeader), decode(signature)];
  if (!headerBytes || !signatureBytes) return undefined;
  const header = parseHeader(headerBytes);
  if (!header || header.has('crit') || header.has('b64')) return undefined;
  const [algorithm, keyId] = [header.get('alg'), header.get('kid')];
  if (algorithm !== 'EdDSA' && algorithm !== 'ES256') return undefined;
  if (typeof keyId !== 'string' || keyId === '' || keyId.length > 200) return undefined;
  return { algorithm, keyId, protectedHeader, signature: signatureBytes };
}

function parseHeader(bytes: Buffer): Map<string, unknown> | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const json: unknown = JSON.parse(text);
    return json !== null && typeof json === 'object' && !Array.isArray(json)
      ? new Map(Object.entries(json))
      : undefined;
  } catch {
    return undefined;
  }
}

/** RFC 7515 s5.1: the ASCII of the protected header, a dot, and the payload in base64url. */
const signingInput = (protectedHeader: string, payload: Uint8Array): Buffer =>
  Buffer.from(
    `${protectedHeader}.${Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('base64url')}`,
  );

/** Whether the very bytes were signed with this key, by the algorithm that belongs to the key. */
export function verifyDetached(jws: DetachedJws, payload: Uint8Array, key: KeyObject): boolean {
  if (algorithmOf(key) !== jws.algorithm) return false;
  const input = signingInput(jws.protectedHeader, payload);
  if (jws.algorithm === 'EdDSA') return verify(null, input, key, jws.signature);
  // RFC 7518 s3.4: R and S, 32 bytes each, never DER
  return jws.signature.length === 64 && verify('sha256', input, { key, dsaEncoding: 'ieee-p1363' }, jws.signature);
}

/** A detached JWS over the bytes; the key id is the thumbprint of the key. */
export function signDetached(payload: Uint8Array, privateKey: KeyObject): string {
  const header = canonicalJson({ alg: 'EdDSA', kid: thumbprint(createPublicKey(privateKey)) });
  const protectedHeader = Buffer.from(header).toString('base64url');
  return `${protectedHeader}..${sign(null, signingInput(protectedHeader, payload), privateKey).toString('base64url')}`;
}

/** The algorithm for a public key; nothing for keys that are not taken. */
export function algorithmOf(key: KeyObject): JwsAlgorithm | undefined {
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA';
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? 'ES256' : undefined;
}

/** RFC 7638: SHA-256 over the required members of the JWK in lexical order. */
export function thumbprint(key: KeyObject): string {
  const { crv, kty, x, y } = key.export({ format: 'jwk' });
  const members = { crv, kty, x, ...(y === undefined ? {} : { y }) } as Record<string, Json | undefined>;
  return createHash('sha256').update(canonicalJson(members)).digest('base64url');
}
