import type { IdentityDeps } from './deps.ts';
import type { Requester } from './domain/enrolment.ts';
import { EnrolmentError } from './domain/error.ts';
import type { Profile } from './domain/profiles.ts';
import { createLru } from './lru.ts';
import type { Peer, PeerState } from './peers.ts';

export interface Caller {
  readonly peer: Peer | undefined;
  /** Whether any certificate came, known or not. */
  readonly presented: boolean;
  readonly renewing: boolean;
}

function peerOf({ peer, presented }: Caller): Peer {
  if (peer) return peer;
  throw presented
    ? new EnrolmentError('certificate-unknown', 'The client certificate was not issued to a client by this platform')
    : new EnrolmentError('certificate-required', 'Present a plant claim certificate, or the certificate to be renewed');
}

/** Who asks for a certificate, when the certificate presented lets it ask at all (RFC 7030 s3.3.2). */
export function requesterOf(caller: Caller, state: (peer: Peer) => PeerState, profile: Profile, now: Date): Requester {
  const peer = peerOf(caller);
  const { renewing } = caller;
  const standing = state(peer);
  if (standing === 'revoked') {
    throw new EnrolmentError(
      'certificate-revoked',
      'The client certificate is revoked: have the ECU enrolled anew by a plant or workshop',
    );
  }
  const graceEnds = peer.notAfter.getTime() + profile.renewableAfterExpirySeconds * 1000;
  const mayBeLate = peer.kind === 'ecu' && renewing && now.getTime() <= graceEnds;
  if (standing === 'not-yet-valid' || (standing === 'expired' && !mayBeLate)) {
    throw new EnrolmentError(
      'certificate-expired',
      `The client certificate is valid from ${peer.notBefore.toISOString()} to ${peer.notAfter.toISOString()} only`,
    );
  }
  if (peer.kind === 'ecu') {
    return { kind: 'ecu', ecuId: peer.ecuId, certificateSerial: peer.serialNumber, expired: standing === 'expired' };
  }
  // RFC 7030 s4.2.2: re-enrolling is for the holder of the certificate that is renewed.
  if (renewing) {
    throw new EnrolmentError(
      'wrong-purpose',
      'A claim certificate enrols by simpleenroll; renew with the certificate of the ECU',
    );
  }
  return { kind: 'claim', plant: peer.plant, certificateSerial: peer.serialNumber };
}

const auditedPerMinute = 60;

/** Audits refusals of somebody we know, a bounded number a minute and client; strangers and floods are only counted. */
export function createRefusalAudit(deps: Pick<IdentityDeps, 'audit' | 'clock' | 'db' | 'log' | 'metrics'>) {
  const recent = createLru<{ readonly minute: number; readonly count: number }>(10_000);
  const mayWrite = (serialNumber: string): boolean => {
    const minute = Math.floor(deps.clock.now().getTime() / 60_000);
    const last = recent.get(serialNumber);
    const count = last?.minute === minute ? last.count + 1 : 1;
    recent.set(serialNumber, { minute, count });
    return count <= auditedPerMinute;
  };
  return async (error: EnrolmentError, peer: Peer, renewing: boolean): Promise<void> => {
    if (!mayWrite(peer.serialNumber)) return deps.metrics.count('est_refusals_not_audited_total');
    const name = peer.kind === 'claim' ? `plant ${peer.plant}` : peer.ecuId;
    const operation = renewing ? 'simplereenroll' : 'simpleenroll';
    const entry = {
      action: 'identity.refuse-enrolment',
      subject: peer.serialNumber,
      by: { kind: peer.kind === 'claim' ? 'system' : 'vehicle', id: peer.serialNumber, name },
      at: deps.clock.now(),
      details: { reason: error.code, detail: error.message, operation, ...error.fields },
    } as const;
    try {
      await deps.audit(deps.db).appendAll([entry]);
    } catch (cause) {
      deps.log.error({ err: cause }, 'could not audit a refused enrolment');
    }
  };
}
