import type { DecisionStatus, FindingState, Outcome } from '@bulkhead/contract';
import type { ColumnType, Generated } from 'kysely';
import type { StoredProof, StoredScore } from './domain/stored.ts';

type Jsonb<T> = ColumnType<T, string, string>;
type Int8 = ColumnType<string, number, number>;
type Severity = 'unknown' | StoredScore['severity'];

export interface SourceTable {
  id: string;
  name: string;
  kind: 'advisories' | 'kev' | 'epss' | 'vex';
  origin: 'url' | 'directory' | 'upload' | 'own';
  location: string | null;
  every_minutes: number | null;
  stale_after_hours: Generated<number>;
  enabled: Generated<boolean>;
  progress: ColumnType<Record<string, unknown>, string | undefined, string>;
  record_count: Generated<number>;
  problem_count: Generated<number>;
  last_attempt_at: Date | null;
  last_success_at: Date | null;
  last_change_at: Date | null;
  last_error: string | null;
  job_id: string | null;
  created_at: Date;
  quiet_after_days: Generated<number | null>;
  remove_missing: Generated<boolean>;
  next_at: Generated<Date | null>;
  failures: Generated<number>;
  removing: Generated<boolean>;
  told: Generated<'stale' | 'failing' | 'quiet' | null>;
}
export interface SourceFileTable {
  id: string;
  source_id: string;
  folder: string;
  name: string;
  size: Int8;
  stamp: ColumnType<string, string, string>;
  hash: Buffer | null;
  records: Generated<number>;
  problems: Generated<number>;
  generation: Generated<number>;
  read_at: Date | null;
}
export interface SourceProblemTable {
  id: string;
  source_id: string;
  file_id: string;
  record: string;
  code: string;
  reason: string;
  excerpt: string;
  generation: number;
  first_at: Date;
  last_at: Date;
  count: Generated<number>;
}
export interface UploadTable {
  id: string;
  source_id: string;
  name: string;
  size: ColumnType<string, number | undefined, number>;
  complete: Generated<boolean>;
  created_at: Date;
  created_by: string;
}
export interface VulnerabilityTable {
  id: string;
  ref: string;
  title: Generated<string>;
  summary: Generated<string>;
  severity: Generated<Severity>;
  cvss: number | null;
  scores: ColumnType<StoredScore[], string | undefined, string>;
  exploitation: Generated<'none' | 'poc' | 'active'>;
  exploitation_source: string | null;
  automatable: boolean | null;
  epss: number | null;
  epss_percentile: number | null;
  epss_on: ColumnType<Date | null, string | null, string | null>;
  kev_added: ColumnType<Date | null, string | null, string | null>;
  kev_due: ColumnType<Date | null, string | null, string | null>;
  kev_ransomware: Generated<boolean>;
  published_at: Date | null;
  modified_at: Date | null;
  withdrawn_at: Date | null;
  outcome: Outcome | null;
  rank: Generated<number>;
  finding_count: Generated<number>;
  open_count: Generated<number>;
  vehicle_count: ColumnType<string, number | undefined, number>;
  created_at: Date;
}
export interface RecordTable {
  id: string;
  source_id: string;
  ref: string;
  format: 'cve5' | 'osv' | 'csaf' | 'own';
  hash: Buffer;
  head: string;
  affected: string;
  withdrawn_at: Date | null;
  modified_at: Date | null;
  received_at: Date;
}
export interface ComponentTable {
  id: string;
  name: string;
  version: string | null;
  purl: string | null;
  cpe: string | null;
  supplier: string | null;
  aliases: Jsonb<readonly Record<string, string>[]>;
  identified: boolean;
  context: ColumnType<Record<string, unknown> | null, string | null, string | null>;
  functions: Generated<string[]>;
  software_count: Generated<number>;
  vehicle_count: Int8;
  created_at: Date;
}
export interface SoftwareTable {
  id: string;
  name: string;
  version: string;
  supplier: string;
  function: string;
  sbom_id: string | null;
  created_at: Date;
}
export interface UseTable {
  software_id: string;
  component_id: string;
  hashes: ColumnType<unknown, string | null, string | null>;
}
export interface PlaceTable {
  software_id: string;
  model: string;
  role: string;
  name: string;
  function: string;
  context: Jsonb<Record<string, unknown>>;
}
export interface FindingTable {
  id: string;
  vulnerability_id: string;
  component_id: string;
  verdict: 'affected' | 'unsure' | 'not-affected';
  strength: 'purl' | 'distro' | 'cpe' | 'alias' | 'name';
  proofs: Jsonb<StoredProof[]>;
  fixed_in: string[];
  outcome: Outcome;
  rank: number;
  reason: string;
  state: Generated<FindingState>;
  ref: string;
  component_name: string;
  cvss: number | null;
  epss: number | null;
  software_count: Generated<number>;
  vehicle_count: ColumnType<string, number | undefined, number>;
  first_seen_at: Date;
  updated_at: Date;
}
export interface DecisionTable {
  id: string;
  vulnerability_id: string;
  ref: string;
  status: DecisionStatus;
  justification: string | null;
  detail: string;
  evidence: string[];
  scope: 'everywhere' | 'component' | 'model' | 'ecu' | 'software';
  component_ids: string[] | null;
  software_id: string | null;
  software_name: string | null;
  software_since: Date | null;
  role: string | null;
  model: string | null;
  hashes: Jsonb<Record<string, unknown[]>>;
  expires_at: Date | null;
  state: Generated<'active' | 'expired' | 'void' | 'withdrawn' | 'superseded'>;
  origin: 'operator' | 'vex' | 'build-system' | 'compiled-files';
  author: string;
  statement_id: string | null;
  created_at: Date;
  created_by: string;
  ended_at: Date | null;
  ended_because: string | null;
}
export interface CompiledFilesTable {
  software_id: string;
  sha256: Buffer;
  file_count: number;
  content: Buffer;
  uploaded_at: Date;
  uploaded_by: string;
}
export interface CodePresenceTable {
  software_id: string;
  vulnerability_id: string;
  component_id: string;
  absent: boolean;
  note: string;
}
export interface AuthorTable {
  id: string;
  name: string;
  key_id: string;
  public_key: string;
  supplier: string | null;
  auto_apply: boolean;
  created_at: Date;
  created_by: string;
}
export interface DocumentTable {
  id: string;
  sha256: Buffer;
  author_key: string;
  author: string;
  ref: string;
  format: 'openvex' | 'csaf' | 'cyclonedx' | 'sbom';
  signature: 'valid' | 'invalid' | 'unknown-key' | 'none';
  statement_count: number;
  received_at: Date;
  received_by: string;
}
export type StatementState = 'proposed' | 'applied' | 'conflicting' | 'unresolved' | 'rejected' | 'superseded';
export interface StatementTable {
  id: string;
  document_id: string;
  author_key: string;
  author: string;
  ref: string;
  aliases: string[];
  status: DecisionStatus;
  justification: string | null;
  mapped_justification: string | null;
  detail: string;
  product: string;
  product_key: string;
  received: Jsonb<unknown>;
  stated_at: Date;
  received_at: Date;
  state: StatementState;
  note: string;
  vulnerability_id: string | null;
  component_ids: Generated<string[]>;
  software_ids: string[] | null;
  sure: Generated<boolean>;
  decision_id: string | null;
  decided_by: string | null;
  decided_because: string | null;
}
export interface QueueTable {
  id: Generated<string>;
  kind: string;
  subject: string;
  enqueued_at: Generated<Date>;
}
export interface PortfolioTable {
  model: string;
  role: string;
  name: string;
  function: string;
  outcome: Outcome;
  findings: number;
  unsure: number;
}
declare module '../../platform/db/tables.ts' {
  interface Tables {
    vulnerabilities_source: SourceTable;
    vulnerabilities_source_file: SourceFileTable;
    vulnerabilities_source_record: { source_id: string; ref: string; file_id: string; generation: number };
    vulnerabilities_source_problem: SourceProblemTable;
    vulnerabilities_upload: UploadTable;
    vulnerabilities_upload_chunk: { upload_id: string; start: Int8; bytes: Buffer };
    vulnerabilities_own_number: { year: number; last: number };
    vulnerabilities_epss: { ref: string; score: number; percentile: number; day: ColumnType<string, string, string> };
    vulnerabilities_vulnerability: VulnerabilityTable;
    vulnerabilities_record: RecordTable;
    vulnerabilities_subject: { record_id: string; vulnerability_id: string };
    vulnerabilities_record_key: { key: string; record_id: string };
    vulnerabilities_component: ComponentTable;
    vulnerabilities_component_key: { key: string; component_id: string };
    vulnerabilities_software: SoftwareTable;
    vulnerabilities_use: UseTable;
    vulnerabilities_place: PlaceTable;
    vulnerabilities_finding: FindingTable;
    vulnerabilities_decision: DecisionTable;
    vulnerabilities_compiled_files: CompiledFilesTable;
    vulnerabilities_code_presence: CodePresenceTable;
    vulnerabilities_author: AuthorTable;
    vulnerabilities_document: DocumentTable;
    vulnerabilities_statement: StatementTable;
    vulnerabilities_statement_key: { key: string; statement_id: string };
    vulnerabilities_queue: QueueTable;
    vulnerabilities_portfolio: PortfolioTable;
    vulnerabilities_figure: { name: string; value: Jsonb<unknown>; counted_at: Date };
  }
}
