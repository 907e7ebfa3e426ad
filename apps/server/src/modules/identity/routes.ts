import {
  type Authority as AuthorityView,
  type IdentityCode,
  type identityOperations,
  type Profile as ProfileView,
  plainSerialNumber,
} from '@bulkhead/contract';
import { toPem } from '@bulkhead/pki';
import type { Actor } from '../../platform/audit/audit.ts';
import type { Handlers, ProblemTable, RequestContext } from '../../platform/http/handlers.ts';
import type { Identity } from './create-identity.ts';
import { IdentityError } from './domain/error.ts';
import {
  type AuthorityName,
  authorityNames,
  type PkiAddresses,
  type Profile,
  renewAfterFraction,
} from './domain/profiles.ts';
import { certificateOf } from './views.ts';

export const identityProblemTable: ProblemTable<IdentityCode> = {
  'identity.already-revoked': [409, 'Certificate already revoked'],
  'identity.bad-request': [400, 'Certificate request refused'],
  'identity.not-permitted': [403, 'Not permitted by the certificate profile'],
  'identity.unknown-authority': [404, 'Unknown authority'],
  'identity.unknown-profile': [404, 'Unknown profile'],
  'identity.unknown-serial': [404, 'Unknown certificate serial number'],
};

const day = 86_400;

/** Only a signed-in caller reaches a handler that changes something. */
const actorOf = ({ actor }: RequestContext): Actor => ({
  kind: actor.kind === 'token' ? 'token' : 'operator',
  id: actor.id,
  name: actor.name,
});

async function authorityViews(identity: Identity): Promise<AuthorityView[]> {
  const totals = await identity.views.totals();
  const rows = await identity.authorityRows();
  return rows.map((row) => {
    const own = totals.filter((total) => total.authority === row.name);
    const name = row.name as AuthorityName;
    const crl = authorityNames.includes(name) ? identity.crl(name) : undefined;
    const addresses: PkiAddresses = identity.addresses;
    return {
      id: row.id,
      name: row.name,
      kind: row.kind,
      subject: row.subject,
      issuer: row.issuer,
      serialNumber: row.serial_number,
      algorithm: row.algorithm,
      fingerprint: row.fingerprint,
      notBefore: row.not_before.toISOString(),
      notAfter: row.not_after.toISOString(),
      // The root has signed the issuing CAs.
      issued: row.kind === 'root' ? rows.length - 1 : own.reduce((sum, total) => sum + total.issued, 0),
      revoked: own.reduce((sum, total) => sum + total.revoked, 0),
      crlNumber: crl ? Number(crl.number) : null,
      crlNextUpdate: crl?.nextUpdate.toISOString() ?? null,
      crlUrl: addresses.crl(name),
      ocspUrl: row.kind === 'root' ? null : addresses.ocsp(name),
      pem: toPem('CERTIFICATE', row.der),
    };
  });
}

const profileView = (profile: Profile, issued: number): ProfileView => ({
  name: profile.name,
  title: profile.title,
  purpose: profile.purpose,
  authority: profile.authority,
  validityDays: Math.max(1, Math.round(profile.validitySeconds / day)),
  renewAfterFraction,
  keyAlgorithms: [...profile.keyAlgorithms],
  extendedKeyUsage: [...profile.extendedKeyUsage],
  maxBytes: profile.maxBytes,
  issued,
});

export const identityRoutes = (identity: Identity): Handlers<typeof identityOperations> => ({
  listAuthorities: async () => ({ items: await authorityViews(identity) }),
  listProfiles: async () => {
    const totals = await identity.views.totals();
    const issuedBy = (name: string) => totals.filter((t) => t.profile === name).reduce((sum, t) => sum + t.issued, 0);
    return { items: Object.values(identity.profiles).map((profile) => profileView(profile, issuedBy(profile.name))) };
  },
  listCertificates: ({ query }) => identity.views.certificates(query, identity.now()),
  getCertificate: async ({ params }) => {
    const row = await identity.views.certificate(plainSerialNumber(params.serialNumber));
    if (!row)
      throw new IdentityError(
        'identity.unknown-serial',
        `No certificate here has the serial number ${plainSerialNumber(params.serialNumber)}`,
      );
    return { ...certificateOf(row, identity.now()), pem: toPem('CERTIFICATE', row.der) };
  },
  revokeCertificate: async ({ params, body }, context) => {
    const request = { reason: body.reason, comment: body.comment, by: actorOf(context) };
    return certificateOf(await identity.revoke(plainSerialNumber(params.serialNumber), request), identity.now());
  },
  releaseCertificate: async ({ params, body }, context) => {
    const request = { comment: body.comment, by: actorOf(context) };
    return certificateOf(await identity.release(plainSerialNumber(params.serialNumber), request), identity.now());
  },
  issueClaimCertificate: ({ body }, context) =>
    identity.issueClaim({ plant: body.plant, request: body.request, days: body.days, by: actorOf(context) }),
});
