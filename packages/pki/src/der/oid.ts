import { PkiError } from '../error.ts';
import { tags, tlv } from './write.ts';

/** Encodes a dotted OBJECT IDENTIFIER (X.690 s8.19). */
export function encodeOid(dotted: string): Buffer {
  if (!/^[012](\.(0|[1-9]\d{0,14})){1,30}$/.test(dotted)) {
    throw new PkiError(
      'pki.bad-profile',
      `Not an object identifier: ${dotted.slice(0, 80)}; write it dotted, such as 2.5.29.17`,
    );
  }
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  if (first < 2 && second > 39)
    throw new PkiError('pki.bad-profile', `No object identifier starts with ${first}.${second}`);
  const bytes: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const septets = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      septets.unshift((left % 128) | 0x80);
    bytes.push(...septets);
  }
  return tlv(tags.oid, Buffer.from(bytes));
}

/** Decodes the content octets of an OBJECT IDENTIFIER; arcs beyond 2^53 and padded arcs are refused. */
export function decodeOid(content: Uint8Array): string {
  if (content.length === 0 || content.length > 64)
    throw new PkiError('pki.malformed-der', 'Object identifier of a wrong length');
  const arcs: number[] = [];
  let arc = 0;
  let open = false;
  for (const byte of content) {
    if (!open && byte === 0x80) throw new PkiError('pki.malformed-der', 'Object identifier with a padded arc');
    arc = arc * 128 + (byte & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER)
      throw new PkiError('pki.malformed-der', 'Object identifier with an arc beyond 2^53');
    open = byte >= 0x80;
    if (open) continue;
    arcs.push(arc);
    arc = 0;
  }
  if (open) throw new PkiError('pki.malformed-der', 'Object identifier ends inside an arc');
  const head = arcs[0] as number;
  const first = Math.min(2, Math.floor(head / 40));
  return [first, head - first * 40, ...arcs.slice(1)].join('.');
}

/** Dotted identifiers by the names the standards give them. */
export const oids = Object.freeze({
  // RFC 5280 s4.2 and appendix A
  commonName: '2.5.4.3',
  serialNumber: '2.5.4.5',
  country: '2.5.4.6',
  locality: '2.5.4.7',
  state: '2.5.4.8',
  organization: '2.5.4.10',
  organizationalUnit: '2.5.4.11',
  domainComponent: '0.9.2342.19200300.100.1.25',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  crlNumber: '2.5.29.20',
  crlReason: '2.5.29.21',
  issuingDistributionPoint: '2.5.29.28',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  adOcsp: '1.3.6.1.5.5.7.48.1',
  adCaIssuers: '1.3.6.1.5.5.7.48.2',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
  // RFC 6960 s4
  ocspBasic: '1.3.6.1.5.5.7.48.1.1',
  ocspNonce: '1.3.6.1.5.5.7.48.1.2',
  ocspNoCheck: '1.3.6.1.5.5.7.48.1.5',
  // Keys and signatures: RFC 5480, RFC 5758, RFC 8017, RFC 8410
  ecPublicKey: '1.2.840.10045.2.1',
  p256: '1.2.840.10045.3.1.7',
  p384: '1.3.132.0.34',
  ecdsaSha256: '1.2.840.10045.4.3.2',
  ecdsaSha384: '1.2.840.10045.4.3.3',
  ecdsaSha512: '1.2.840.10045.4.3.4',
  rsaEncryption: '1.2.840.113549.1.1.1',
  rsaSha256: '1.2.840.113549.1.1.11',
  rsaSha384: '1.2.840.113549.1.1.12',
  rsaSha512: '1.2.840.113549.1.1.13',
  ed25519: '1.3.101.112',
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  // RFC 2985 s5.4, RFC 5652
  challengePassword: '1.2.840.113549.1.9.7',
  extensionRequest: '1.2.840.113549.1.9.14',
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  // PKCS#12 (RFC 7292 s4.2) and PBES2 (RFC 8018 appendix C)
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certBag: '1.2.840.113549.1.12.10.1.3',
  x509Certificate: '1.2.840.113549.1.9.22.1',
  localKeyId: '1.2.840.113549.1.9.21',
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
  hmacSha256: '1.2.840.113549.2.9',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
});

const encoded = new Map<string, Uint8Array>(Object.values(oids).map((dotted) => [dotted, encodeOid(dotted)]));

/** The encoding of an identifier, kept for the well-known ones. */
export const oid = (dotted: string): Uint8Array => encoded.get(dotted) ?? encodeOid(dotted);
