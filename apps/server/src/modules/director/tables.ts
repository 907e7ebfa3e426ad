import type { ManifestMemory } from '@bulkhead/uptane';
import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { Installed } from './domain/installed.ts';
import type { Served, ServedKind } from './domain/served.ts';

/** Written as JSON text, read parsed. */
type JsonColumn<T> = ColumnType<T, string | undefined, string>;

export type OnlineRole = 'root' | 'targets' | 'snapshot' | 'timestamp';

export interface KeyTable {
  role: OnlineRole;
  generation: number;
  key_id: string;
  public_key: string;
  state: 'pending' | 'active' | 'retired';
  created_at: Date;
}

export interface RootTable {
  version: number;
  dialect: 'a' | 'b';
  document: Buffer;
  published_at: Date;
  published_by: string;
}

export interface DraftTable {
  dialect: 'a' | 'b';
  version: number;
  document: Buffer;
  created_at: Date;
  created_by: string;
}

export interface EcuKeyTable {
  ecu_id: string;
  vin: string;
  serial: string;
  hardware_id: string;
  is_primary: boolean;
  key_type: 'ed25519' | 'rsa' | 'ecdsa';
  key_value: string;
  registered_at: Date;
}

export interface DirectorVehicleTable {
  vin: string;
  primary_serial: string;
  dialect: Generated<'a' | 'b'>;
  registered_at: Date;
  reregister_until: Date | null;
  version: Generated<number>;
  content: Buffer | null;
  epoch: Generated<number>;
  signed_at: Date | null;
  kind: Generated<ServedKind>;
  served: JsonColumn<Served>;
  served_since: Date | null;
  named: Generated<string[]>;
  fault: string | null;
  fetched_at: Date | null;
  manifest_at: Date | null;
  manifest_refused_at: Date | null;
  memory: JsonColumn<ManifestMemory>;
  installed: JsonColumn<Readonly<Record<string, Installed>>>;
  missing: Generated<string[]>;
  statement: Buffer | null;
  silent_since: Date | null;
}

export interface ManifestTable {
  id: GeneratedAlways<string>;
  vin: string;
  received_at: Date;
  last_at: Date;
  count: Generated<number>;
  outcome: 'accepted' | 'refused';
  code: string | null;
  detail: string;
  dialect: 'a' | 'b';
  counter: ColumnType<string | null, number | null, number | null>;
  reports: JsonColumn<readonly ReportedEcu[]>;
  document: Buffer;
}

/** One ECU in a manifest, as people read it. */
export interface ReportedEcu {
  readonly serial: string;
  readonly state: string;
  readonly filename: string;
  readonly sha256: string | null;
  readonly attacks: string;
}

export interface InformationTable {
  sha256: Buffer;
  document: string;
  created_at: Date;
}

export interface NoteTable {
  vin: string;
  kind: 'system-info' | 'network' | 'configuration' | 'packages';
  document: string;
  received_at: Date;
}

declare module '../../platform/db/tables.ts' {
  interface Tables {
    director_key: KeyTable;
    director_root: RootTable;
    director_draft: DraftTable;
    director_ecu: EcuKeyTable;
    director_vehicle: DirectorVehicleTable;
    director_manifest: ManifestTable;
    director_information: InformationTable;
    director_note: NoteTable;
  }
}
