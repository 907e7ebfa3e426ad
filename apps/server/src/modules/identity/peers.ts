import { attributeOf, type Certificate, fingerprint, parseCertificate, verifyChain } from '@bulkhead/pki';
import type { Authorities } from './authorities.ts';
import type { RevokedSet } from './domain/revoked-set.ts';
import { readDeviceNames } from './domain/subject.ts';
import { createLru } from './lru.ts';

interface PeerBase {
  readonly serialNumber: string;
  readonly fingerprint: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}
/** A client certificate that one of our authorities signed for a client. */
export type Peer =
  | (PeerBase & {
      readonly kind: 'ecu';
      readonly ecuId: string;
      readonly vin: string;
      readonly serial: string;
      readonly san: readonly string[];
    })
  | (PeerBase & { readonly kind: 'claim'; readonly plant: string });

export type PeerState = 'valid' | 'expired' | 'not-yet-valid' | 'revoked';

export interface Device {
  readonly ecuId: string;
  readonly vin: string;
  readonly serial: string;
  readonly certificateSerial: string;
}
export type Verdict =
  | { readonly ok: true; readonly device: Device }
  | {
      readonly ok: false;
      readonly reason: 'revoked' | 'unknown' | 'expired' | 'not-permitted';
      readonly detail: string;
    };

export interface Peers {
  /** Whose certificate it is; `undefined` when no authority of ours signed it for a client. */
  read(der: Uint8Array): Peer | undefined;
  state(peer: Peer, now: Date): PeerState;
  /** The answer for a front door: who the device is, or why it may not come in. In memory only. */
  authenticate(der: Uint8Array, now: Date): Verdict;
}

const cacheSize = 50_000;

function recognise(certificate: Certificate, { vehicles, plants }: Authorities): Peer | undefined {
  // At its last second, so that age is judged apart: an expired certificate may still renew.
  const at = certificate.notAfter;
  const issuedBy = ({ certificate: ca }: { certificate: Certificate }) => {
    if (Buffer.compare(ca.subjectDer, certificate.issuerDer) !== 0) return false;
    verifyChain(certificate, [], [ca], at, { eku: 'clientAuth' });
    return true;
  };
  const { serial: serialNumber, notBefore, notAfter } = certificate;
  const base = { serialNumber, notBefore, notAfter, fingerprint: certificate.fingerprint };
  if (issuedBy(vehicles)) {
    const { ecuId, vin, serial } = readDeviceNames(certificate);
    return ecuId === undefined
      ? undefined
      : Object.freeze({ ...base, kind: 'ecu', ecuId, vin, serial, san: certificate.san.uri });
  }
  if (!issuedBy(plants)) return undefined;
  return Object.freeze({ ...base, kind: 'claim', plant: attributeOf(certificate.subject, 'CN') ?? '' });
}

/**
 * Knows clients by their certificates. The TLS layer proved that the peer holds the key; who signed, what for and whether it
 * still holds is decided here, because TLS would also let in what another of our authorities signed.
 */
export function createPeers(authorities: Authorities, revoked: Pick<RevokedSet, 'has'>): Peers {
  const known = createLru<Peer>(cacheSize);
  const read = (der: Uint8Array): Peer | undefined => {
    const key = fingerprint(der);
    const cached = known.get(key);
    if (cached) return cached;
    try {
      const peer = recognise(parseCertificate(der), authorities);
      if (peer) known.set(key, peer);
      return peer;
    } catch {
      return undefined; // malformed, or signed by nobody we know: the same to the caller
    }
  };
  const state = (peer: Peer, now: Date): PeerState => {
    if (revoked.has(peer.serialNumber)) return 'revoked';
    if (now > peer.notAfter) return 'expired';
    return now < peer.notBefore ? 'not-yet-valid' : 'valid';
  };
  const authenticate = (der: Uint8Array, now: Date): Verdict => {
    const peer = read(der);
    if (!peer) return refuse('unknown', 'The certificate was not issued to a client by this platform');
    if (peer.kind !== 'ecu')
      return refuse('not-permitted', 'A plant claim certificate enrols ECUs and opens no connection');
    const standing = state(peer, now);
    if (standing === 'revoked') return refuse('revoked', `The certificate ${peer.serialNumber} is revoked`);
    if (standing !== 'valid')
      return refuse(
        'expired',
        `The certificate is valid from ${peer.notBefore.toISOString()} to ${peer.notAfter.toISOString()}`,
      );
    const { ecuId, vin, serial, serialNumber } = peer;
    return { ok: true, device: { ecuId, vin, serial, certificateSerial: serialNumber } };
  };
  return Object.freeze({ read, state, authenticate });
}

const refuse = (reason: Exclude<Verdict, { ok: true }>['reason'], detail: string): Verdict => ({
  ok: false,
  reason,
  detail,
});
