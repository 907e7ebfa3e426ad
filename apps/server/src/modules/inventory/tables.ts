import type { Architecture } from '@bulkhead/contract';
import type { ColumnType, Generated, GeneratedAlways } from 'kysely';

/** int8 arrives as text, so that no digit is lost. */
type Int8 = ColumnType<string, number | string | undefined, number | string>;

export interface ModelTable {
  id: string;
  code: string;
  name: string;
  brand: string;
  year: number;
  architecture: ColumnType<Architecture, string, string>;
  role_count: number;
  vehicle_count: Generated<number>;
  created_at: Date;
  updated_at: Date;
}

export interface RoleTable {
  model_id: string;
  role: string;
  name: string;
  function: string;
  patchable: boolean;
  gateway: boolean;
  network: string;
  open_bus: boolean | null;
  interfaces: string[];
  software: string[];
  asil: string | null;
}

export interface VehicleTable {
  id: string;
  vin: string;
  model_id: string;
  model_code: string;
  region: string;
  plant: string | null;
  ecu_count: Generated<number>;
  built_at: Date | null;
  created_at: Date;
  /** The place of the vehicle in the bitmaps of inventory_vehicle_block. */
  ordinal: GeneratedAlways<number>;
}

export interface VehicleStatusTable {
  vehicle_id: string;
  state: Generated<'registered' | 'online' | 'offline' | 'retired'>;
  software_state: Generated<'current' | 'outdated' | 'unknown'>;
  enrolled_count: Generated<number>;
  connected_count: Generated<number>;
  first_seen_at: Date | null;
  last_seen_at: Date | null;
}

export interface EcuTable {
  id: string;
  vehicle_id: string;
  vin: string;
  serial: string;
  model_id: string;
  role: string;
  function: string;
  patchable: boolean;
  gateway: boolean;
  network: string;
  part_number: string;
  supplier: string;
  hardware_version: string | null;
  created_at: Date;
}

export interface EcuStatusTable {
  ecu_id: string;
  vehicle_id: string;
  connected: Generated<boolean>;
  connected_at: Date | null;
  last_seen_at: Date | null;
  certificate_not_before: Date | null;
  certificate_not_after: Date | null;
  revoked_at: Date | null;
}

export interface SoftwareTable {
  id: string;
  name: string;
  version: string;
  supplier: string;
  function: string;
  part_number: string | null;
  sha256: Buffer | null;
  created_at: Date;
  installations: Int8;
  vehicles: Int8;
}

export interface InstallationTable {
  ecu_id: string;
  name: string;
  slot: Generated<string>;
  vehicle_id: string;
  planned_id: string | null;
  planned_version: string | null;
  planned_sha256: Buffer | null;
  reported_id: string | null;
  reported_version: string | null;
  reported_sha256: Buffer | null;
  reported_at: Date | null;
  current_id: GeneratedAlways<string | null>;
  state: GeneratedAlways<'current' | 'outdated' | 'unknown'>;
}

export type HistoryKind = 'planned' | 'reported' | 'moved' | 'retired' | 'ecu-added' | 'ecu-replaced';

export interface HistoryTable {
  id: GeneratedAlways<string>;
  vehicle_id: string;
  at: Date;
  ecu_serial: string | null;
  kind: HistoryKind;
  text: string;
}

export interface SbomTable {
  id: string;
  software_id: string;
  software: string;
  format: 'cyclonedx' | 'spdx';
  spec_version: string;
  component_count: number;
  unidentified: number;
  warnings: string[];
  sha256: Buffer;
  size: number;
  /** Of documents stored before there was inventory_sbom_document. */
  document: Generated<Buffer | null>;
  subject: ColumnType<unknown, string | null, string | null>;
  uploaded_at: Date;
  uploaded_by: string;
  state: 'accepted' | 'rejected';
  state_reason: string | null;
  decided_by: Generated<string | null>;
  decided_at: Generated<Date | null>;
  supplier: string;
  quality_score: number | null;
  quality: ColumnType<unknown, string, string>;
  statement_count: number;
}

export interface SbomDocumentTable {
  sha256: Buffer;
  document: Buffer;
}

export interface SbomStatementTable {
  id: GeneratedAlways<string>;
  sbom_id: string;
  vulnerability: string;
  status: string | null;
  justification: string | null;
  detail: string | null;
  responses: string[];
  ordinals: number[];
  elsewhere: string[];
  at: Date | null;
}

export interface SbomGateTable {
  supplier: string;
  minimum_score: number;
  required_rules: string[];
  updated_at: Date;
  updated_by: string;
}

export interface AliasTable {
  id: string;
  name_key: string;
  prefix: boolean;
  purl: string | null;
  cpe_vendor: string | null;
  cpe_product: string | null;
  state: 'proposed' | 'confirmed' | 'rejected';
  source: 'same-name' | 'recipe' | 'person';
  because: string;
  created_at: Date;
  decided_at: Date | null;
  decided_by: string | null;
}

export interface LicenceTable {
  licence: string;
  kind: string;
  components: number;
  software: number;
}

export interface ComponentTable {
  id: string;
  key: Buffer;
  name: string;
  version: string | null;
  purl: string | null;
  cpe: string | null;
  type: string;
  supplier: string | null;
  licences: string[];
  source: string | null;
  cpes: string[] | null;
  name_key: GeneratedAlways<string>;
  identified: GeneratedAlways<boolean>;
}

export interface SbomComponentTable {
  sbom_id: string;
  ordinal: number;
  component_id: string;
  ref: string;
  scope: string | null;
  hashes: ColumnType<unknown, string | null, string | null>;
  licences: string[] | null;
}

export interface SbomDependencyTable {
  sbom_id: string;
  from_ordinal: number;
  to_ordinal: number;
  kind: string;
}

export interface ImportTable {
  id: string;
  kind: 'vehicles' | 'ecus' | 'software';
  format: 'csv' | 'ndjson';
  name: string;
  state: Generated<'uploading' | 'running' | 'finished' | 'failed' | 'cancelled'>;
  received: Int8;
  consumed: Int8;
  line: Int8;
  header: string[] | null;
  rows: Int8;
  accepted: Int8;
  refused: Int8;
  job_id: string | null;
  created_at: Date;
  created_by: string;
  created_by_id: string;
  created_by_kind: string;
}

export interface ImportChunkTable {
  import_id: string;
  start: Int8;
  bytes: Buffer;
}

export interface ImportErrorTable {
  import_id: string;
  row: Int8;
  field: string | null;
  message: string;
  text: string;
}

export type AnomalyKind = 'unknown-ecu' | 'foreign-ecu' | 'hash-mismatch' | 'not-a-gateway';

export interface AnomalyTable {
  id: string;
  vehicle_id: string;
  kind: AnomalyKind;
  reporter: string;
  subject: string;
  count: Int8;
  first_at: Date;
  last_at: Date;
}

export interface FigureTable {
  name: string;
  value: ColumnType<unknown, string, string>;
  counted_at: Date;
}

export type BlockKind =
  | 'current'
  | 'reported'
  | 'unreported'
  | 'unregistered'
  | 'all'
  | 'live'
  | 'model'
  | 'region'
  | 'plant';

/** Written by triggers only; `vehicles` is a bit(2048) and arrives as text of 0 and 1. */
export interface VehicleBlockTable {
  kind: GeneratedAlways<BlockKind>;
  key: GeneratedAlways<string>;
  block: GeneratedAlways<number>;
  vehicles: GeneratedAlways<string>;
}

/** Written by triggers only. */
export interface SoftwareRoleTable {
  software_id: GeneratedAlways<string>;
  model_id: GeneratedAlways<string>;
  role: GeneratedAlways<string>;
  installations: GeneratedAlways<string>;
}

declare module '../../platform/db/tables.ts' {
  interface Tables {
    inventory_model: ModelTable;
    inventory_role: RoleTable;
    inventory_vehicle: VehicleTable;
    inventory_vehicle_status: VehicleStatusTable;
    inventory_ecu: EcuTable;
    inventory_ecu_status: EcuStatusTable;
    inventory_software: SoftwareTable;
    inventory_installation: InstallationTable;
    inventory_vehicle_block: VehicleBlockTable;
    inventory_software_role: SoftwareRoleTable;
    inventory_history: HistoryTable;
    inventory_sbom: SbomTable;
    inventory_component: ComponentTable;
    inventory_sbom_component: SbomComponentTable;
    inventory_sbom_dependency: SbomDependencyTable;
    inventory_sbom_document: SbomDocumentTable;
    inventory_sbom_statement: SbomStatementTable;
    inventory_sbom_gate: SbomGateTable;
    inventory_alias: AliasTable;
    inventory_licence: LicenceTable;
    inventory_import: ImportTable;
    inventory_import_chunk: ImportChunkTable;
    inventory_import_error: ImportErrorTable;
    inventory_anomaly: AnomalyTable;
    inventory_figure: FigureTable;
  }
}
