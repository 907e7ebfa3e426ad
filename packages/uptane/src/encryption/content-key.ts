import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { UptaneError } from '../error.ts';

/** How an image is encrypted for an ECU, by the kind of the ECU's key; the word in the Director's metadata. */
export type EncryptionMethod = 'x25519-hkdf-sha256-aes-256-gcm-64k' | 'p256-hkdf-sha256-aes-256-gcm-64k';

/** What a wrapped key is bound to: it opens for this ECU and this image only. */
export interface KeyContext {
  readonly serial: string;
  /** Name of the plain image. */
  readonly filename: string;
}

interface Curve {
  readonly method: EncryptionMethod;
  readonly pointBytes: number;
  newKey(): KeyObject;
  fromPoint(point: Uint8Array): KeyObject;
}

const curves: readonly Curve[] = [
  {
    method: 'x25519-hkdf-sha256-aes-256-gcm-64k',
    pointBytes: 32,
    newKey: () => generateKeyPairSync('x25519').privateKey,
    fromPoint: (point) => publicJwk({ kty: 'OKP', crv: 'X25519', x: base64url(point) }),
  },
  {
    method: 'p256-hkdf-sha256-aes-256-gcm-64k',
    pointBytes: 64,
    newKey: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    fromPoint: (point) =>
      publicJwk({ kty: 'EC', crv: 'P-256', x: base64url(point.subarray(0, 32)), y: base64url(point.subarray(32)) }),
  },
];

const keyBytes = 32;
const tagBytes = 16;

/** The method that fits an ECU's key. @throws UptaneError `uptane.bad-key` */
export function encryptionMethodOf(key: KeyObject): EncryptionMethod {
  return curveOf(key).method;
}

/**
 * Wraps the content key of an image for one ECU (Uptane 5.2.3.1.1, 5.4.3.4): a fresh key agrees with the ECU's, and what comes out
 * of HKDF (RFC 5869) seals the content key. The Director lists the text beside the ECU.
 * @param recipient the ECU's public encryption key, X25519 or P-256
 * @throws UptaneError `uptane.bad-key`
 */
export function wrapContentKey(contentKey: Uint8Array, recipient: KeyObject, context: KeyContext): string {
  if (contentKey.length !== keyBytes)
    throw new UptaneError('uptane.bad-key', 'content key', `must have ${keyBytes} bytes`);
  const curve = curveOf(recipient);
  const ephemeral = curve.newKey();
  const point = pointOf(ephemeral);
  const key = sealingKey(ephemeral, recipient, {
    point,
    recipient: pointOf(recipient),
    method: curve.method,
    ...context,
  });
  const cipher = createCipheriv('aes-256-gcm', key, Buffer.alloc(12)); // the key is used once, so one nonce will do
  const sealed = [cipher.update(contentKey), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat([point, ...sealed]).toString('base64url');
}

/**
 * Opens a wrapped content key with the ECU's private key.
 * @throws UptaneError `uptane.cannot-decrypt` when it was wrapped for another ECU or image, or changed
 */
export function unwrapContentKey(wrapped: string, privateKey: KeyObject, context: KeyContext): Uint8Array {
  const curve = curveOf(privateKey);
  const bytes = Buffer.from(wrapped, 'base64url');
  try {
    if (bytes.length !== curve.pointBytes + keyBytes + tagBytes)
      throw new RangeError('another length than a wrapped key has');
    const point = bytes.subarray(0, curve.pointBytes);
    const names = { point, recipient: pointOf(privateKey), method: curve.method, ...context };
    const key = sealingKey(privateKey, curve.fromPoint(point), names);
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.alloc(12), { authTagLength: tagBytes });
    decipher.setAuthTag(bytes.subarray(-tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(curve.pointBytes, -tagBytes)), decipher.final()]);
  } catch (cause) {
    throw new UptaneError(
      'uptane.cannot-decrypt',
      context.filename,
      `the key was not wrapped for ECU ${context.serial} and this image`,
      cause,
    );
  }
}

interface Names extends KeyContext {
  readonly point: Uint8Array;
  readonly recipient: Uint8Array;
  readonly method: EncryptionMethod;
}

function sealingKey(
  privateKey: KeyObject,
  publicKey: KeyObject,
  { point, recipient, method, serial, filename }: Names,
): Uint8Array {
  const shared = diffieHellman({ privateKey, publicKey });
  const salt = Buffer.concat([point, recipient]);
  const info = JSON.stringify(['bulkhead image key', method, serial, filename]);
  return new Uint8Array(hkdfSync('sha256', shared, salt, info, keyBytes));
}

function curveOf(key: KeyObject): Curve {
  const isP256 = key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  const curve = key.asymmetricKeyType === 'x25519' ? curves[0] : isP256 ? curves[1] : undefined;
  if (!curve) throw new UptaneError('uptane.bad-key', 'encryption key', 'must be an X25519 or P-256 key');
  return curve;
}

function pointOf(key: KeyObject): Uint8Array {
  const { x = '', y = '' } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  return Buffer.concat([Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
}

function publicJwk(key: { kty: string; crv: string; x: string; y?: string }): KeyObject {
  return createPublicKey({ key, format: 'jwk' });
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
