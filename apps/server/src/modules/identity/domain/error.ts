import type { IdentityCode } from '@bulkhead/contract';
import { Problem } from '@bulkhead/kernel';

/** A request of an operator that cannot be met. */
export class IdentityError extends Problem<IdentityCode> {}

/** What keeps the module from starting; one line for the operator of the platform. */
export type IdentityStartCode = 'identity.key-missing' | 'identity.key-mismatch';
export class IdentityStartError extends Problem<IdentityStartCode> {}

/** Why an enrolment is refused; counted by reason, audited, and told to the client in words. */
export const enrolmentRefusals = [
  'bad-body',
  'bad-request',
  'busy',
  'certificate-expired',
  'certificate-required',
  'certificate-revoked',
  'certificate-unknown',
  'ecu-unknown',
  'identity-revoked',
  'key-compromised',
  'key-not-permitted',
  'too-large',
  'too-often',
  'unsupported-media-type',
  'valid-identity-exists',
  'wrong-purpose',
  'wrong-subject',
] as const;
export type EnrolmentRefusal = (typeof enrolmentRefusals)[number];
export class EnrolmentError extends Problem<EnrolmentRefusal> {}
