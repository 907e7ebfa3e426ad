import { Problem } from '@bulkhead/kernel';

export type PlatformCode =
  | 'platform.data-directory-held'
  | 'platform.data-directory-unwritable'
  | 'platform.database-unreachable'
  | 'platform.database-too-old'
  | 'platform.embedded-database-unavailable'
  | 'platform.embedded-database-failed'
  | 'platform.embedded-database-running'
  | 'platform.embedded-database-password-missing'
  | 'platform.migration-changed'
  | 'platform.migration-invalid'
  | 'platform.migration-failed'
  | 'platform.schema-newer';

/** A failure of the ground the server stands on; its message is one line that an operator can act on. */
export class PlatformError extends Problem<PlatformCode> {}
