import { type Static, Type } from 'typebox';
import { Id, listOperation, Nullable, OneOf, operation, Time } from './operation.ts';

export const identityProblems = [
  'identity.already-revoked',
  'identity.bad-request',
  'identity.not-permitted',
  'identity.unknown-authority',
  'identity.unknown-profile',
  'identity.unknown-serial',
] as const;
export type IdentityCode = (typeof identityProblems)[number];

/** RFC 5280 s5.3.1 reasons that an operator may give. */
export const revocationReasons = [
  'unspecified',
  'keyCompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
] as const;
export const certificateStates = ['valid', 'expiring', 'expired', 'revoked'] as const;
const SerialNumber = Type.String({
  pattern: '^[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){0,19}$',
  description: 'Hexadecimal, as openssl prints it: capitals and colons are taken too',
});

/** The one form under which serial numbers are stored and compared. */
export const plainSerialNumber = (text: string) => text.replaceAll(':', '').toLowerCase();
const closed = { additionalProperties: false } as const;

export const Authority = Type.Object({
  id: Id,
  name: Type.String(),
  kind: OneOf(['root', 'issuing']),
  subject: Type.String(),
  issuer: Type.String(),
  serialNumber: Type.String(),
  algorithm: Type.String(),
  fingerprint: Type.String(),
  notBefore: Time,
  notAfter: Time,
  issued: Type.Integer(),
  revoked: Type.Integer(),
  crlNumber: Nullable(Type.Integer()),
  crlNextUpdate: Nullable(Time),
  crlUrl: Nullable(Type.String()),
  ocspUrl: Nullable(Type.String()),
  pem: Type.String(),
});
export type Authority = Static<typeof Authority>;

export const Profile = Type.Object({
  name: Type.String(),
  title: Type.String(),
  purpose: Type.String(),
  authority: Type.String(),
  validityDays: Type.Integer(),
  renewAfterFraction: Type.Number(),
  keyAlgorithms: Type.Array(Type.String()),
  extendedKeyUsage: Type.Array(Type.String()),
  maxBytes: Nullable(Type.Integer()),
  issued: Type.Integer(),
});
export type Profile = Static<typeof Profile>;

export const Certificate = Type.Object({
  serialNumber: Type.String(),
  subject: Type.String(),
  profile: Type.String(),
  authority: Type.String(),
  state: OneOf(certificateStates),
  vin: Nullable(Type.String()),
  ecuSerial: Nullable(Type.String()),
  notBefore: Time,
  notAfter: Time,
  issuedAt: Time,
  fingerprint: Type.String(),
  keyAlgorithm: Type.String(),
  revokedAt: Nullable(Time),
  revocationReason: Nullable(Type.String()),
  replaces: Nullable(Type.String()),
});
export type Certificate = Static<typeof Certificate>;

export const identityOperations = {
  listAuthorities: operation({
    method: 'GET',
    path: '/authorities',
    summary: 'Root and issuing certificate authorities',
    permission: 'identity.read',
    problems: [],
    ok: Type.Object({ items: Type.Array(Authority) }),
  }),
  listProfiles: operation({
    method: 'GET',
    path: '/profiles',
    summary: 'Certificate profiles',
    permission: 'identity.read',
    problems: [],
    ok: Type.Object({ items: Type.Array(Profile) }),
  }),
  listCertificates: listOperation({
    path: '/certificates',
    summary: 'Certificates',
    permission: 'identity.read',
    item: Certificate,
    defaultSort: '-issuedAt',
    fields: {
      serialNumber: { type: 'string', label: 'Serial number' },
      vin: { type: 'string', label: 'VIN' },
      ecuSerial: { type: 'string', label: 'ECU serial' },
      profile: { type: 'string', label: 'Profile' },
      state: { type: 'enum', label: 'State', values: certificateStates, sortable: false },
      notAfter: { type: 'time', label: 'Expires' },
      issuedAt: { type: 'time', label: 'Issued' },
      revokedAt: { type: 'time', label: 'Revoked' },
    },
  }),
  getCertificate: operation({
    method: 'GET',
    path: '/certificates/:serialNumber',
    summary: 'One certificate with its PEM',
    permission: 'identity.read',
    problems: ['identity.unknown-serial'],
    params: Type.Object({ serialNumber: SerialNumber }),
    ok: Type.Object({ ...Certificate.properties, pem: Type.String() }),
  }),
  revokeCertificate: operation({
    method: 'POST',
    path: '/certificates/:serialNumber/revocation',
    summary:
      'Revoke one certificate (for the current one of an ECU, also its earlier ones) and cut its live connection',
    permission: 'identity.revoke',
    problems: ['identity.unknown-serial', 'identity.already-revoked', 'identity.not-permitted'],
    params: Type.Object({ serialNumber: SerialNumber }),
    body: Type.Object(
      { reason: OneOf(revocationReasons), comment: Type.Optional(Type.String({ maxLength: 500 })) },
      closed,
    ),
    ok: Certificate,
  }),
  releaseCertificate: operation({
    method: 'POST',
    path: '/certificates/:serialNumber/release',
    summary: 'Let the ECU of a certificate revoked for compromise, cessation or withdrawal enrol once more',
    permission: 'identity.revoke',
    problems: ['identity.unknown-serial', 'identity.not-permitted'],
    params: Type.Object({ serialNumber: SerialNumber }),
    body: Type.Object({ comment: Type.Optional(Type.String({ maxLength: 500 })) }, closed),
    ok: Certificate,
  }),
  issueClaimCertificate: operation({
    method: 'POST',
    path: '/claim-certificates',
    summary: 'Issue a plant claim certificate for a PKCS#10 request; ECUs enrol with it',
    permission: 'identity.issue',
    problems: ['identity.bad-request'],
    body: Type.Object(
      {
        plant: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' }),
        request: Type.String({ maxLength: 24000, description: 'PKCS#10 in PEM' }),
        days: Type.Optional(Type.Integer({ minimum: 1, maximum: 365, default: 30 })),
      },
      closed,
    ),
    ok: Type.Object({ serialNumber: Type.String(), pem: Type.String(), chain: Type.String() }),
  }),
};
