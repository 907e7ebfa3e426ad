import type { Extra } from '../json/fields.ts';
import type { JsonObject } from '../json/read-json.ts';

/** The four roles that every repository has (Uptane 5.1). */
export type TopRole = 'root' | 'targets' | 'snapshot' | 'timestamp';

export const topRoles: readonly TopRole[] = ['root', 'targets', 'snapshot', 'timestamp'];

export function isTopRole(role: string): role is TopRole {
  return (topRoles as readonly string[]).includes(role);
}

export type DialectName = 'a' | 'b';

export interface Signature {
  readonly keyId: string;
  /** How it was made, where the dialect says so (A); the key decides in B. */
  readonly method: string | undefined;
  readonly bytes: Uint8Array;
  readonly extra: Extra;
}

/** What every payload carries (Uptane 5.2.1). */
export interface Common {
  /** 1 to 2^31 - 1. */
  readonly version: number;
  /** `YYYY-MM-DDTHH:MM:SSZ`, UTC. */
  readonly expires: string;
  readonly extra: Extra;
}

/**
 * A document as received. What is verified is `message`, the canonical form of the payload *as it came*; the model in
 * `signed` is never written out for that purpose.
 */
export interface SignedFile<T> {
  readonly dialect: DialectName;
  readonly signed: T;
  readonly signatures: readonly Signature[];
  readonly message: Uint8Array;
  /** The parsed document with everything unknown in it: signatures are added to this one. */
  readonly received: JsonObject;
  readonly bytes: Uint8Array;
}
