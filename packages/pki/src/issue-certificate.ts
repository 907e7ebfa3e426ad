import type { KeyObject } from 'node:crypto';
import { oids } from './der/oid.ts';
import { time } from './der/time.ts';
import { context, integer, sequence } from './der/write.ts';
import { PkiError } from './error.ts';
import {
  type AuthorityInformation,
  authorityInfoExtension,
  authorityKeyIdExtension,
  type BasicConstraints,
  basicConstraintsExtension,
  crlDistributionPointExtension,
  extendedKeyUsageExtension,
  extension,
  type KeyUsage,
  keyUsageExtension,
  ocspNoCheckExtension,
  type Purpose,
  subjectKeyIdExtension,
} from './extension.ts';
import { type AlternativeNames, encodeAlternativeNames } from './general-name.ts';
import { describeKey, spkiOf, subjectKeyId } from './keys.ts';
import { encodeName, type Name } from './name.ts';
import { encodeSerial } from './serial.ts';
import { type Signer, signatureAlgorithm, signed, signerOf } from './signature.ts';

/** Who signs: the name as encoded in its own certificate, its key, and its subject key identifier. */
export interface Issuer {
  readonly name: Uint8Array;
  readonly key: KeyObject | Signer;
  readonly ski: Uint8Array;
}

/** What all certificates of one kind have in common. */
export interface CertificateProfile {
  readonly basicConstraints: BasicConstraints;
  readonly keyUsage: readonly KeyUsage[];
  readonly extendedKeyUsage?: readonly Purpose[];
  /** URL of the CRL. */
  readonly cdp?: string;
  readonly aia?: AuthorityInformation;
  readonly ocspNoCheck?: boolean;
  /** Extensions beyond those written here, such as name constraints; `value` is the DER inside extnValue. */
  readonly extensions?: readonly { readonly oid: string; readonly critical: boolean; readonly value: Uint8Array }[];
}

const written = new Set<string>([
  oids.basicConstraints,
  oids.keyUsage,
  oids.extendedKeyUsage,
  oids.crlDistributionPoints,
  oids.authorityInfoAccess,
  oids.ocspNoCheck,
  oids.subjectKeyIdentifier,
  oids.authorityKeyIdentifier,
  oids.subjectAltName,
]);

export interface CertificateRequest extends CertificateProfile {
  readonly subject: Name;
  readonly spki: Uint8Array;
  /** Lower-case hex; see `randomSerial`. */
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly san?: AlternativeNames;
  readonly issuer: Issuer;
}

/** The issuer that a root is to itself: the same name and key on both sides. */
export function selfIssuer(subject: Name, key: KeyObject | Signer): Issuer {
  const spki = 'sign' in key ? key.spki : spkiOf(key);
  return Object.freeze({ name: encodeName(subject), key, ski: subjectKeyId(spki) });
}

function constantExtensions(profile: CertificateProfile): Buffer {
  const { basicConstraints, keyUsage, extendedKeyUsage, cdp, aia, ocspNoCheck, extensions = [] } = profile;
  // RFC 5280 s4.2.1.3 and s4.2.1.9: a key that signs certificates belongs to a CA and the other way round.
  if (basicConstraints.ca !== keyUsage.includes('keyCertSign')) {
    throw new PkiError('pki.bad-profile', 'A CA has the key usage keyCertSign, and only a CA has it');
  }
  const ids = extensions.map((e) => e.oid);
  if (new Set(ids).size < ids.length || ids.some((id) => written.has(id))) {
    throw new PkiError(
      'pki.bad-profile',
      'Each extension occurs once, and those with a field of their own are set there',
    );
  }
  const access = aia && authorityInfoExtension(aia);
  return Buffer.concat([
    basicConstraintsExtension(basicConstraints),
    keyUsageExtension(keyUsage),
    ...(extendedKeyUsage ? [extendedKeyUsageExtension(extendedKeyUsage)] : []),
    ...(cdp ? [crlDistributionPointExtension(cdp)] : []),
    ...(access ? [access] : []),
    ...(ocspNoCheck ? [ocspNoCheckExtension()] : []),
    ...extensions.map((e) => extension(e.oid, e.critical, e.value)),
  ]);
}

function extensionsOf(request: CertificateRequest): Buffer {
  const names = request.san && encodeAlternativeNames(request.san);
  const anonymous = request.subject.length === 0;
  if (anonymous && (!names || request.basicConstraints.ca)) {
    throw new PkiError(
      'pki.bad-profile',
      'A certificate without subject needs an alternative name, and a CA a subject (RFC 5280 s4.1.2.6)',
    );
  }
  return sequence(
    constantExtensions(request),
    subjectKeyIdExtension(subjectKeyId(request.spki)),
    authorityKeyIdExtension(request.issuer.ski),
    ...(names ? [extension(oids.subjectAltName, anonymous, names)] : []),
  );
}

const version3 = context(0, integer(2));

/**
 * Issues an X.509 v3 certificate (RFC 5280 s4.1) as DER. The profile decides; nothing is taken from a request unseen.
 * The key must be one that `describeKey` recognises.
 */
export function issueCertificate(request: CertificateRequest): Buffer {
  const { issuer, notBefore, notAfter } = request;
  if (!(notBefore.getTime() <= notAfter.getTime()))
    throw new PkiError('pki.bad-time', 'The validity ends before it starts');
  describeKey(request.spki);
  const signer = signerOf(issuer.key);
  const tbs = sequence(
    version3,
    encodeSerial(request.serial),
    signatureAlgorithm(signer.signature),
    issuer.name,
    sequence(time(notBefore), time(notAfter)),
    encodeName(request.subject),
    request.spki,
    context(3, extensionsOf(request)),
  );
  return signed(tbs, signer);
}
