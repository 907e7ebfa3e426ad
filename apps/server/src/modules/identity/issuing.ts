import { hash } from 'node:crypto';
import {
  type AlternativeNames,
  describeKey,
  fingerprint,
  issueCertificate,
  type Name,
  nameText,
  randomSerial,
} from '@bulkhead/pki';
import type { Authorities } from './authorities.ts';
import { EnrolmentError } from './domain/error.ts';
import {
  type AuthorityName,
  extensionsOf,
  keyAlgorithmOf,
  type PkiAddresses,
  type Profile,
} from './domain/profiles.ts';
import { overdueAt, validityFrom } from './domain/validity.ts';
import type { NewCertificate } from './store.ts';

export interface LeafRequest {
  readonly profile: Profile;
  /** Only for profiles of any authority. */
  readonly authority?: AuthorityName;
  readonly subject: Name;
  readonly san?: AlternativeNames;
  readonly spki: Uint8Array;
  readonly validitySeconds?: number;
  readonly device?: { readonly ecuId: string; readonly vin: string; readonly serial: string };
  readonly replaces?: string | undefined;
  /** Given when it is known already, which saves looking again. */
  readonly keyAlgorithm?: string;
}

export const keyFingerprint = (spki: Uint8Array): string => hash('sha256', spki, 'hex');

export interface Issuing {
  /** Signs a certificate; it counts only once its row is committed. */
  issue(request: LeafRequest, now: Date): NewCertificate;
}

/** Signs leaf certificates by profile; nothing of a request but its key gets into one unseen. */
export function createIssuing(authorities: Authorities, addresses: PkiAddresses): Issuing {
  return Object.freeze({
    issue(request, now) {
      const { profile, device } = request;
      const authority =
        authorities[profile.authority === 'any' ? (request.authority ?? 'vehicles') : profile.authority];
      const validity = validityFrom(
        now,
        request.validitySeconds ?? profile.validitySeconds,
        authority.certificate.notAfter,
      );
      const serial = randomSerial();
      const der = issueCertificate({
        ...extensionsOf(profile, authority.name, addresses),
        subject: request.subject,
        spki: request.spki,
        serial,
        ...validity,
        issuer: authority.issuer,
        ...(request.san ? { san: request.san } : {}),
      });
      if (profile.maxBytes !== null && der.length > profile.maxBytes) {
        throw new EnrolmentError(
          'bad-request',
          `The certificate would have ${der.length} octets and ${profile.name} allows ${profile.maxBytes}: use a P-256 key or shorter addresses`,
        );
      }
      return {
        serial_number: serial,
        authority: authority.name,
        profile: profile.name,
        subject: nameText(request.subject),
        ecu_id: device?.ecuId ?? null,
        vin: device?.vin ?? null,
        ecu_serial: device?.serial ?? null,
        not_before: validity.notBefore,
        not_after: validity.notAfter,
        expiring_at: overdueAt(validity),
        issued_at: now,
        fingerprint: fingerprint(der),
        key_fingerprint: keyFingerprint(request.spki),
        key_algorithm: request.keyAlgorithm ?? keyAlgorithmOf(describeKey(request.spki)),
        der,
        replaces: request.replaces ?? null,
      };
    },
  } satisfies Issuing);
}
