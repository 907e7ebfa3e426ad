import type { DeviceSubject } from '@bulkhead/contract';
import { EnrolmentError } from './error.ts';
import type { DeviceNames } from './subject.ts';

/** What the inventory says about the ECU that a request names. */
export interface EnrolmentEcu extends DeviceSubject {
  readonly ecuId: string;
  /** Set by the inventory when a workshop replacement was authorised: the old identity then gives way. */
  readonly replacement?: boolean;
}

/** The current certificate of an ECU: neither replaced nor revoked. */
export interface CurrentCertificate {
  readonly serialNumber: string;
  readonly notAfter: Date;
  readonly keyFingerprint: string;
}

/** The newest certificate of an ECU when that one was revoked: what the ECU stands on until it has another. */
export interface RevokedIdentity {
  readonly serialNumber: string;
  readonly reason: string;
  /** An operator lets the ECU enrol again. */
  readonly released: boolean;
}

/**
 * Reasons that take the identity away from the ECU, not just one certificate. After them a claim certificate is not
 * enough: it may be in the same hands as the stolen key, and would undo the revocation at once.
 */
const endingReasons: ReadonlySet<string> = new Set(['keyCompromise', 'cessationOfOperation', 'privilegeWithdrawn']);
export const endsIdentity = (reason: string): boolean => endingReasons.has(reason);

/** Who asks: a plant with its claim certificate, or the ECU with a certificate it already has. */
export type Requester =
  | { readonly kind: 'claim'; readonly plant: string; readonly certificateSerial: string }
  | { readonly kind: 'ecu'; readonly ecuId: string; readonly certificateSerial: string; readonly expired: boolean };

export interface EnrolmentFacts {
  readonly names: DeviceNames;
  readonly keyFingerprint: string;
  readonly requester: Requester;
  readonly ecu: EnrolmentEcu | undefined;
  readonly current: CurrentCertificate | undefined;
  /** Set only when there is no current certificate. */
  readonly revoked?: RevokedIdentity | undefined;
  /** The key of the request is that of a certificate revoked because the key was known to others. */
  readonly keyCompromised?: boolean | undefined;
}

export type EnrolmentDecision =
  /** The same key asked before and the answer was lost on the way: it gets the same certificate again. */
  | { readonly kind: 'repeat'; readonly serialNumber: string }
  | {
      readonly kind: 'issue';
      readonly ecu: EnrolmentEcu;
      readonly replaces: string | undefined;
      /** The replaced certificate is revoked as superseded, not left to run out. */
      readonly revokeReplaced: boolean;
    };

function issue(ecu: EnrolmentEcu, current: CurrentCertificate | undefined, revokeReplaced: boolean): EnrolmentDecision {
  return { kind: 'issue', ecu, replaces: current?.serialNumber, revokeReplaced };
}

function decideClaim({ current, revoked }: EnrolmentFacts, ecu: EnrolmentEcu, now: Date): EnrolmentDecision {
  if (revoked && endsIdentity(revoked.reason) && !revoked.released && !ecu.replacement) {
    throw new EnrolmentError(
      'identity-revoked',
      `The identity of this ECU was revoked (${revoked.reason}, certificate ${revoked.serialNumber}): an operator must release that certificate before the ECU can enrol again`,
      { fields: { vin: ecu.vin, ecuSerial: ecu.serial } },
    );
  }
  if (!current || current.notAfter <= now) return issue(ecu, current, false);
  if (ecu.replacement) return issue(ecu, current, true);
  // Whoever holds a claim certificate must not be able to take over the identity of an ECU that is already out there.
  throw new EnrolmentError(
    'valid-identity-exists',
    'This ECU already holds a valid certificate: renew with that one, or have it revoked or its replacement authorised first',
    { fields: { vin: ecu.vin, ecuSerial: ecu.serial } },
  );
}

/**
 * Decides one enrolment. The order matters: what the inventory does not know is refused before anything is said about
 * existing certificates.
 */
export function decideEnrolment(facts: EnrolmentFacts, now: Date): EnrolmentDecision {
  const { names, requester, ecu, current } = facts;
  if (!ecu) {
    throw new EnrolmentError(
      'ecu-unknown',
      'The inventory has no such ECU in this vehicle, or it is retired: import it first, and check VIN and serial number',
      { fields: { vin: names.vin, ecuSerial: names.serial } },
    );
  }
  if (names.ecuId !== undefined && names.ecuId !== ecu.ecuId) {
    throw new EnrolmentError('wrong-subject', 'The urn:uuid in the request is not the id of this ECU: leave it out');
  }
  if (requester.kind === 'ecu' && requester.ecuId !== ecu.ecuId) {
    throw new EnrolmentError('wrong-subject', 'A certificate renews only the identity that it names itself');
  }
  if (facts.keyCompromised) {
    throw new EnrolmentError(
      'key-compromised',
      'The key of the request belongs to a certificate that was revoked because others know the key: make a new key',
    );
  }
  if (
    current &&
    current.notAfter > now &&
    current.keyFingerprint === facts.keyFingerprint &&
    isOwnRepeat(requester, current)
  ) {
    return { kind: 'repeat', serialNumber: current.serialNumber };
  }
  if (requester.kind === 'claim') return decideClaim(facts, ecu, now);
  // An earlier certificate that nobody revoked must not bring back what was taken away.
  if (facts.revoked) {
    throw new EnrolmentError(
      'identity-revoked',
      `The identity of this ECU was revoked (${facts.revoked.reason}, certificate ${facts.revoked.serialNumber}): have it enrolled anew by a plant or workshop`,
    );
  }
  if (requester.expired && current?.serialNumber !== requester.certificateSerial) {
    throw new EnrolmentError(
      'certificate-expired',
      'The certificate has expired and was replaced by a later one: use that one',
    );
  }
  return issue(ecu, current, false);
}

/** Renewing with the key of the presented current certificate is a wish for a new one; anything else with that key is a repeat. */
function isOwnRepeat(requester: Requester, current: CurrentCertificate): boolean {
  return requester.certificateSerial !== current.serialNumber;
}
