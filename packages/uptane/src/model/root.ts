import type { Extra } from '../json/fields.ts';
import type { PublicKey } from '../keys/public-key.ts';
import type { Common, TopRole } from './signed.ts';

/** Which keys speak for a role, and how many of them must (Uptane 5.2.2). */
export interface RoleKeys {
  readonly keyIds: readonly string[];
  readonly threshold: number;
  readonly extra: Extra;
}

export type KeyRing = ReadonlyMap<string, PublicKey>;

export interface Root extends Common {
  readonly type: 'root';
  readonly keys: KeyRing;
  readonly roles: ReadonlyMap<TopRole, RoleKeys>;
  /** Roles of others; kept. */
  readonly otherRoles: Extra;
  /** Whether file names carry versions (dialect B). */
  readonly consistentSnapshot: boolean | undefined;
}
