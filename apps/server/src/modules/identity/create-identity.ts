import type { Server } from 'node:https';
import { parseCertificationRequest } from '@bulkhead/pki';
import type { Db } from '../../platform/db/database.ts';
import { type Authorities, openAuthorities } from './authorities.ts';
import { createBackground } from './background.ts';
import { type ClaimOrder, createClaims, type IssuedClaim } from './claim-certificates.ts';
import { type Crl, openCrls } from './crls.ts';
import type { IdentityDeps } from './deps.ts';
import { EnrolmentError } from './domain/error.ts';
import {
  type AuthorityName,
  defaultProfiles,
  type PkiAddresses,
  type Profile,
  type ProfileName,
  pkiAddresses,
} from './domain/profiles.ts';
import { createEnrolment } from './enrolment.ts';
import { requesterOf } from './est-caller.ts';
import { createEst, type Est } from './est-routes.ts';
import { createIssuing, type Issuing } from './issuing.ts';
import { openOcsp } from './ocsp.ts';
import { createPeers, type Verdict } from './peers.ts';
import { createPkiListener, type PkiListener } from './pki-routes.ts';
import { openRevocations } from './revocations.ts';
import { createRevoking, type RevokeRequest } from './revoking.ts';
import { ensureServiceCertificate, namesFit, tlsMaterialOf, tlsServerOrder } from './service-certificates.ts';
import { type AuthorityRow, type CertificateRow, createIdentityStore } from './store.ts';
import { createEstListener, createVehicleHttps, type Listener, type TlsMaterial } from './vehicle-routes.ts';
import { createIdentityViews, type IdentitySummary, type IdentityViews } from './views.ts';

export interface Identity {
  /** SHA-256 of the root certificate, which an operator compares by eye. */
  readonly rootFingerprint: string;
  readonly rootPem: string;
  readonly addresses: PkiAddresses;
  readonly profiles: Readonly<Record<ProfileName, Profile>>;
  readonly views: IdentityViews;
  now(): Date;
  authorityRows(): Promise<AuthorityRow[]>;
  crl(authority: AuthorityName): Crl;
  summary(): Promise<IdentitySummary>;
  revoke(serialNumber: string, request: RevokeRequest): Promise<CertificateRow>;
  release(serialNumber: string, request: Pick<RevokeRequest, 'by' | 'comment'>): Promise<CertificateRow>;
  /** For the inventory's own transaction when ECUs or vehicles retire. */
  revokeEcus(tx: Db, ecuIds: readonly string[], request: RevokeRequest): Promise<readonly string[]>;
  issueClaim(order: ClaimOrder): Promise<IssuedClaim>;
  /**
   * Enrols an ECU whose key somebody else made, as `simpleenroll` does, for the holder of a plant claim certificate.
   * @param peer DER of the TLS client's certificate; @param request PKCS#10
   * @throws EnrolmentError a `Problem` whose code says why
   */
  enrolWithClaim(peer: Uint8Array | undefined, request: Uint8Array): Promise<Uint8Array>;
  /** Issuing CA of vehicles and the root, DER. */
  readonly vehicleChain: readonly Uint8Array[];
  /** Who a TLS client is, by the DER of its certificate; in memory, for every handshake. */
  authenticate(peer: { readonly raw: Uint8Array }): Verdict;
  /** Called when certificates are newly known to be revoked, after `authenticate` refuses them. */
  onRevoked(listener: (serialNumbers: readonly string[]) => void): () => void;
  /** Key and certificate of the platform's TLS servers, and the CAs of clients. */
  secureContext(): TlsMaterial;
  onSecureContext(listener: (material: TlsMaterial) => void): () => void;
  readonly est: Est;
  readonly estListener: Listener;
  readonly pkiListener: PkiListener;
  /** The vehicle HTTPS server, not yet listening; it takes renewed certificates by itself. */
  createVehicleServer(listeners?: readonly Listener[]): Server;
  /** Reads revocations and publishes CRLs that are due; for tests and before an orderly stop. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const renewalCheckMs = 60 * 60_000;

/** The server certificate and its renewal. */
async function openServerCertificate(deps: IdentityDeps, authorities: Authorities, issuing: Issuing) {
  const listeners = new Set<(material: TlsMaterial) => void>();
  const order = tlsServerOrder(defaultProfiles['tls-server'], deps.hostnames);
  const ensure = () =>
    ensureServiceCertificate(deps, issuing, { ...order, fits: (der) => namesFit(der, order.san, authorities) });
  let held = await ensure();
  let material = tlsMaterialOf(held, authorities);
  const background = createBackground({
    work: async () => {
      const next = await ensure();
      if (next.der.equals(held.der)) return;
      held = next;
      material = tlsMaterialOf(next, authorities);
      for (const listener of listeners) listener(material);
    },
    waitMs: () => 1_000,
    everyMs: renewalCheckMs,
    onError: (error) => deps.log.warn({ err: error }, 'could not renew the server certificate'),
  });
  return {
    material: () => material,
    onChange: (listener: (material: TlsMaterial) => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    flush: background.flush,
    close: background.close,
  };
}

/** Opens the module: authorities, revocations, CRLs, OCSP and server certificate are ready when it resolves. */
export async function createIdentity(deps: IdentityDeps): Promise<Identity> {
  const addresses = pkiAddresses(deps.pkiUrl);
  const profiles = defaultProfiles;
  const authorities = await openAuthorities(deps, addresses);
  const issuing = createIssuing(authorities, addresses);
  const revocations = await openRevocations(deps);
  const crls = await openCrls(deps, { authorities, revocations, addresses });
  const ocsp = await openOcsp(deps, { authorities, issuing, revocations, profile: profiles['ocsp-signer'] });
  const server = await openServerCertificate(deps, authorities, issuing);
  const peers = createPeers(authorities, revocations.set);
  const profile = profiles['ecu-operational'];
  const enrolment = createEnrolment(deps, issuing, profile);
  const est = createEst(deps, { authorities, peers, enrolment, profile });
  const estListener = createEstListener(est);
  const pkiListener = createPkiListener({ authorities, crls, ocsp });
  const views = createIdentityViews(deps.db);

  return Object.freeze({
    rootFingerprint: authorities.root.certificate.fingerprint,
    rootPem: authorities.root.pem,
    addresses,
    profiles,
    views,
    now: () => deps.clock.now(),
    authorityRows: () => createIdentityStore(deps.db).authorities(),
    crl: crls.current,
    summary: () => views.summary(deps.clock.now()),
    ...createRevoking(deps, revocations),
    issueClaim: createClaims(deps, issuing, { authorities, profile: profiles['plant-claim'] }),
    enrolWithClaim: (peer, request) => {
      const known = peer && peers.read(peer);
      const caller = { peer: known, presented: peer !== undefined, renewing: false };
      const now = deps.clock.now();
      const requester = requesterOf(caller, (one) => peers.state(one, now), profile, now);
      if (requester.kind !== 'claim')
        throw new EnrolmentError('wrong-purpose', 'Only a plant claim certificate provisions devices');
      return enrolment.enrol({ request: parseCertificationRequest(request), requester });
    },
    vehicleChain: [authorities.vehicles.der, authorities.root.der],
    authenticate: ({ raw }) => peers.authenticate(raw, deps.clock.now()),
    onRevoked: revocations.onRevoked,
    secureContext: server.material,
    onSecureContext: server.onChange,
    est,
    estListener,
    pkiListener,
    createVehicleServer: (listeners = []) => {
      const https = createVehicleHttps(server.material(), [estListener, pkiListener, ...listeners]);
      const stop = server.onChange((material) => https.setSecureContext(material));
      https.once('close', stop);
      return https;
    },
    flush: async () => {
      await crls.flush();
    },
    close: async () => {
      await enrolment.idle();
      await Promise.all([server.close(), ocsp.close(), crls.close()]);
      await revocations.close();
    },
  } satisfies Identity);
}
