import type { DirectorCustom } from '@bulkhead/contract';

/**
 * `none`: nothing. `install`, `ask`, `wait`: as the assignment says. `installed`: nothing new, but the targets name what
 * is installed, because clients ignore empty targets after others.
 */
export type ServedKind = 'none' | 'install' | 'ask' | 'wait' | 'installed';

export interface ServedTarget {
  readonly filename: string;
  readonly length: number;
  readonly sha256: string;
  readonly sha512?: string | undefined;
  readonly releaseCounter?: number | undefined;
  readonly ecus: readonly { readonly serial: string; readonly hardwareId: string }[];
}

/** What is signed for a vehicle, besides version and expiry. Kept, so that any replica signs the same bytes again. */
export interface Served {
  readonly kind: ServedKind;
  readonly correlationId?: string | undefined;
  readonly campaign?: string | undefined;
  readonly release?: string | undefined;
  readonly custom?: DirectorCustom | undefined;
  readonly targets: readonly ServedTarget[];
}
