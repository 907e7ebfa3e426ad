import type { Json } from '@bulkhead/kernel';
import type { Extra } from '../json/fields.ts';
import type { KeyRing, RoleKeys } from './root.ts';
import type { Common } from './signed.ts';

export type HashName = 'sha256' | 'sha512';
/** Lower-case hex by hash function; at least one (requirement S5). */
export type Hashes = ReadonlyMap<HashName, string>;

/** What the Director says about an encrypted image (Uptane 5.2.3.1.1). */
export interface EncryptedImage {
  readonly filename: string;
  readonly length: number;
  readonly hashes: Hashes;
  readonly method: string;
  /** The content key, wrapped for this one ECU. */
  readonly wrappedKey: string;
  readonly extra: Extra;
}

/** One ECU that an image of the Director is meant for. */
export interface EcuAssignment {
  readonly hardwareId: string;
  readonly encrypted: EncryptedImage | undefined;
  readonly extra: Extra;
}

export interface TargetCustom {
  /** Image repository: the hardware this image runs on. */
  readonly hardwareIds: readonly string[] | undefined;
  /** Director: the ECUs by serial. */
  readonly ecus: ReadonlyMap<string, EcuAssignment> | undefined;
  readonly releaseCounter: number | undefined;
  readonly uri: string | undefined;
  readonly targetFormat: string | undefined;
  /** Must be equal in both repositories (Uptane 5.2.3.1.1, the demarcated part of the custom metadata). */
  readonly shallMatch: Json | undefined;
  readonly extra: Extra;
}

export interface Target {
  readonly length: number;
  readonly hashes: Hashes;
  readonly custom: TargetCustom | undefined;
  readonly extra: Extra;
}

/** One delegatee: a name with its keys. */
export interface DelegatedRole extends RoleKeys {
  readonly name: string;
}

export interface Delegation {
  /** More than one: multi-role delegation (TAP 3), `agreement` of them must say the same. */
  readonly roles: readonly [DelegatedRole, ...DelegatedRole[]];
  readonly agreement: number;
  /** TAP 3 names the delegation too, when it has several roles. */
  readonly name: string | undefined;
  readonly paths: readonly string[];
  /** Absent: any hardware. */
  readonly hardwareIds: readonly string[] | undefined;
  readonly terminating: boolean;
  readonly extra: Extra;
}

export interface Delegations {
  readonly keys: KeyRing;
  /** In order of priority. */
  readonly list: readonly Delegation[];
  readonly extra: Extra;
}

export interface TargetsCustom {
  readonly vehicleId: string | undefined;
  readonly correlationId: string | undefined;
  readonly extra: Extra;
}

export interface Targets extends Common {
  readonly type: 'targets';
  readonly targets: ReadonlyMap<string, Target>;
  readonly delegations: Delegations | undefined;
  readonly custom: TargetsCustom | undefined;
}
