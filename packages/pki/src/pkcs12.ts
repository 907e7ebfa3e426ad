import { createCipheriv, createHash, createHmac, type KeyObject, pbkdf2Sync } from 'node:crypto';
import { oid, oids } from './der/oid.ts';
import { context, integer, nullValue, octetString, sequence, setOf } from './der/write.ts';
import { PkiError } from './error.ts';
import { fingerprint } from './keys.ts';

export interface Pkcs12Content {
  readonly key: KeyObject;
  /** The certificate of the key first, then the authorities above it; DER. */
  readonly certificates: readonly Uint8Array[];
  /** Often empty: some clients know no other, and the connection protects what is inside. */
  readonly password: string;
  /** Draws random octets. */
  readonly random: (octets: number) => Uint8Array;
}

const iterations = 2_048;
const mostCertificates = 10;

/**
 * A key with its certificates as PKCS#12 (RFC 7292): the key under PBES2 with AES-256 and PBKDF2-HMAC-SHA256, the whole
 * under an HMAC-SHA256, which is what OpenSSL 1.1 and later read and write.
 * @throws PkiError `pki.bad-profile` without certificates or with a password that is not ASCII
 */
export function createPkcs12({ key, certificates, password, random }: Pkcs12Content): Buffer {
  if (certificates.length === 0 || certificates.length > mostCertificates)
    throw new PkiError('pki.bad-profile', `A PKCS#12 file holds 1 to ${mostCertificates} certificates`);
  if (!/^[ -~]*$/.test(password)) throw new PkiError('pki.bad-profile', 'The password must be printable ASCII');
  const id = Buffer.from(fingerprint(certificates[0] as Uint8Array), 'hex').subarray(0, 20);
  // RFC 7292 appendix: which certificate belongs to the key
  const keyId = setOf([sequence(oid(oids.localKeyId), setOf([octetString(id)]))]);
  const keyBag = sequence(oid(oids.shroudedKeyBag), context(0, shrouded(key, password, random)), keyId);
  const certBags = certificates.map((der, i) =>
    sequence(
      oid(oids.certBag),
      context(0, sequence(oid(oids.x509Certificate), context(0, octetString(der)))),
      ...(i === 0 ? [keyId] : []),
    ),
  );
  // Certificates are public and stay in clear: two AuthenticatedSafe entries, as OpenSSL writes them
  const safe = sequence(dataInfo(sequence(...certBags)), dataInfo(sequence(keyBag)));
  return sequence(integer(3), dataInfo(safe), macData(safe, password, random));
}

const dataInfo = (content: Uint8Array) => sequence(oid(oids.data), context(0, octetString(content)));

/** EncryptedPrivateKeyInfo (RFC 5958 s3) under PBES2 (RFC 8018 s6.2). */
function shrouded(key: KeyObject, password: string, random: Pkcs12Content['random']): Buffer {
  const [salt, iv] = [random(16), random(16)];
  const derived = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', derived, iv);
  const content = Buffer.concat([cipher.update(key.export({ format: 'der', type: 'pkcs8' })), cipher.final()]);
  const kdf = sequence(
    oid(oids.pbkdf2),
    sequence(octetString(salt), integer(iterations), sequence(oid(oids.hmacSha256), nullValue)),
  );
  const algorithm = sequence(oid(oids.pbes2), sequence(kdf, sequence(oid(oids.aes256Cbc), octetString(iv))));
  return sequence(algorithm, octetString(content));
}

function macData(safe: Uint8Array, password: string, random: Pkcs12Content['random']): Buffer {
  const salt = random(16);
  const mac = createHmac('sha256', macKey(password, salt)).update(safe).digest();
  const digestInfo = sequence(sequence(oid(oids.sha256), nullValue), octetString(mac));
  return sequence(digestInfo, octetString(salt), integer(iterations));
}

const [block, digest] = [64, 32];

/** RFC 7292 appendix B.2 with SHA-256 and purpose 3 (MAC); one block of output is enough. */
function macKey(password: string, salt: Uint8Array): Buffer {
  // B.1: BMPString with its two zero octets at the end, also where it is empty
  const text = Buffer.from(`${password}\0`, 'utf16le').swap16();
  const repeated = (bytes: Uint8Array) =>
    Buffer.alloc(block * Math.ceil(bytes.length / block), Buffer.from(bytes) as Buffer);
  let state = Buffer.concat([Buffer.alloc(block, 3), repeated(salt), repeated(text)]);
  for (let i = 0; i < iterations; i++) state = createHash('sha256').update(state).digest();
  return state.subarray(0, digest);
}
