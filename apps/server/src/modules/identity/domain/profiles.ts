import type { CertificateProfile, KeyDescription } from '@bulkhead/pki';
import { EnrolmentError } from './error.ts';

export const authorityNames = ['root', 'vehicles', 'plants', 'services'] as const;
export type AuthorityName = (typeof authorityNames)[number];
export type IssuingName = Exclude<AuthorityName, 'root'>;
export type ProfileName = 'ecu-operational' | 'plant-claim' | 'tls-server' | 'ocsp-signer';
export type KeyAlgorithm = 'P-256' | 'P-384';

/** What all certificates of one kind have in common, and what is asked of their keys. */
export interface Profile {
  readonly name: ProfileName;
  readonly title: string;
  readonly purpose: string;
  /** `any`: whichever authority the certificate speaks for. */
  readonly authority: AuthorityName | 'any';
  readonly validitySeconds: number;
  readonly keyAlgorithms: readonly KeyAlgorithm[];
  readonly extendedKeyUsage: readonly ('clientAuth' | 'serverAuth' | 'ocspSigning')[];
  /** Largest DER; charging (ISO 15118-2) allows 800 octets, so an ECU that is also a charger fits. */
  readonly maxBytes: number | null;
  /** How long after expiry the certificate may still ask for its successor: cars sleep for months. */
  readonly renewableAfterExpirySeconds: number;
}

export const day = 86_400;
/** Renewal opens here, and is overdue half of the rest later. */
export const renewAfterFraction = 2 / 3;
export const overdueFraction = 5 / 6;
/** Certificates start a little in the past, for clocks that are behind (CA/B BR s7.1.2.7 allows 48 hours). */
export const backdateSeconds = 300;

export const defaultProfiles: Readonly<Record<ProfileName, Profile>> = Object.freeze({
  'ecu-operational': {
    name: 'ecu-operational',
    title: 'ECU operational certificate',
    purpose: 'An ECU signs in to the front door and renews its identity',
    authority: 'vehicles',
    validitySeconds: 90 * day,
    keyAlgorithms: ['P-256', 'P-384'],
    extendedKeyUsage: ['clientAuth'],
    maxBytes: 800,
    renewableAfterExpirySeconds: 180 * day,
  },
  'plant-claim': {
    name: 'plant-claim',
    title: 'Plant claim certificate',
    purpose: 'A plant enrols the ECUs that it builds; nothing else',
    authority: 'plants',
    validitySeconds: 30 * day,
    keyAlgorithms: ['P-256', 'P-384'],
    extendedKeyUsage: ['clientAuth'],
    maxBytes: null,
    renewableAfterExpirySeconds: 0,
  },
  'tls-server': {
    name: 'tls-server',
    title: 'TLS server certificate',
    purpose: 'The platform proves itself to vehicles and browsers',
    authority: 'services',
    validitySeconds: 90 * day,
    keyAlgorithms: ['P-256'],
    extendedKeyUsage: ['serverAuth'],
    maxBytes: null,
    renewableAfterExpirySeconds: 0,
  },
  'ocsp-signer': {
    name: 'ocsp-signer',
    title: 'OCSP responder certificate',
    purpose: 'Answers for an authority whether a certificate is revoked (RFC 6960 s4.2.2.2)',
    authority: 'any',
    validitySeconds: 14 * day,
    keyAlgorithms: ['P-256'],
    extendedKeyUsage: ['ocspSigning'],
    maxBytes: null,
    renewableAfterExpirySeconds: 0,
  },
});

/** A word for a key, as the certificate list shows it. */
export const keyAlgorithmOf = (key: KeyDescription): string =>
  key.type === 'ec' ? key.curve : key.type === 'rsa' ? `RSA-${key.bits}` : 'Ed25519';

/** The algorithm, when the profile takes it. */
export function permittedKey(profile: Profile, key: KeyDescription): KeyAlgorithm {
  const algorithm = keyAlgorithmOf(key);
  const found = profile.keyAlgorithms.find((permitted) => permitted === algorithm);
  if (!found) {
    throw new EnrolmentError(
      'key-not-permitted',
      `${algorithm} keys are not accepted here; use ${profile.keyAlgorithms.join(' or ')}`,
    );
  }
  return found;
}

export interface PkiAddresses {
  crl(authority: AuthorityName): string;
  certificate(authority: AuthorityName): string;
  ocsp(authority: AuthorityName): string;
}

/** Where everything about an authority is served, below the base address written into certificates. */
export function pkiAddresses(base: string): PkiAddresses {
  const root = base.replace(/\/+$/, '');
  return Object.freeze({
    crl: (authority: AuthorityName) => `${root}/pki/crl/${authority}.crl`,
    certificate: (authority: AuthorityName) => `${root}/pki/ca/${authority}.crt`,
    ocsp: (authority: AuthorityName) => `${root}/pki/ocsp/${authority}`,
  });
}

/** The X.509 side of a profile. A responder's own certificate is not checked for revocation, so it lives for days only. */
export function extensionsOf(profile: Profile, authority: AuthorityName, addresses: PkiAddresses): CertificateProfile {
  const common = {
    basicConstraints: { ca: false },
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: profile.extendedKeyUsage,
  } as const;
  if (profile.name === 'ocsp-signer') return { ...common, ocspNoCheck: true };
  return {
    ...common,
    cdp: addresses.crl(authority),
    aia: { ocsp: addresses.ocsp(authority), caIssuers: addresses.certificate(authority) },
  };
}
