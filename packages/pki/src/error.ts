import { Problem } from '@bulkhead/kernel';

/** Everything that can go wrong in this package; callers switch on it, so it only grows. */
export type PkiCode =
  | 'pki.malformed-der'
  | 'pki.too-large'
  | 'pki.bad-pem'
  | 'pki.bad-name'
  | 'pki.bad-time'
  | 'pki.bad-serial'
  | 'pki.bad-extension'
  | 'pki.bad-profile'
  | 'pki.bad-signature'
  | 'pki.weak-key'
  | 'pki.unsupported-algorithm'
  | 'pki.no-path'
  | 'pki.not-yet-valid'
  | 'pki.expired'
  | 'pki.not-a-ca'
  | 'pki.path-too-long'
  | 'pki.unknown-critical-extension'
  | 'pki.wrong-usage'
  | 'pki.name-not-permitted';

/** An expected failure of this package: the input was wrong, never the process. */
export class PkiError extends Problem<PkiCode> {}
