import type { Dossier, ReleaseDetail, ReleaseRule, releaseStates } from '@bulkhead/contract';
import type { ColumnType, Generated } from 'kysely';

/** Written as JSON text, read parsed. */
type JsonColumn<T> = ColumnType<T, string, string>;
/** int8 arrives as text, so that no digit is lost. */
type Int8 = ColumnType<string, number | string, number | string>;

export type ReleaseState = (typeof releaseStates)[number];

export interface ReleaseTable {
  id: string;
  name: string;
  description: string;
  state: ReleaseState;
  security: boolean;
  models: string[];
  rules: JsonColumn<ReleaseRule[]>;
  rxswins: string[];
  dossier: JsonColumn<Dossier>;
  hash: Buffer;
  created_at: Date;
  created_by: string;
  created_by_name: string;
  updated_at: Date;
  published_at: Generated<Date | null>;
  published_by: Generated<string | null>;
  published_by_name: Generated<string | null>;
  ended_at: Generated<Date | null>;
  ended_by: Generated<string | null>;
  ended_by_name: Generated<string | null>;
  ended_reason: Generated<string | null>;
}

export interface ReleaseItemTable {
  release_id: string;
  ordinal: number;
  role: string;
  software_id: string;
  software: string;
  version: string;
  from_software_id: string | null;
  sha256: Buffer;
  sha512: Buffer | null;
  length: Int8;
  file_name: string;
  hardware_ids: string[];
  release_counter: Int8;
}

export interface ReleaseFixTable {
  release_id: string;
  vulnerability: string;
}

export interface ReleaseAuthorTable {
  release_id: string;
  person_id: string;
  name: string;
  first_at: Date;
}

export interface AgreementTable {
  id: string;
  release_id: string;
  kind: 'sign-off' | 'approval';
  hash: Buffer;
  passed: boolean;
  comment: string;
  diffs: JsonColumn<ReleaseDetail['approvals'][number]['diffs']>;
  at: Date;
  by_id: string;
  by_name: string;
  voided_at: Generated<Date | null>;
  voided_because: Generated<string | null>;
}

declare module '../../platform/db/tables.ts' {
  interface Tables {
    updates_release: ReleaseTable;
    updates_release_item: ReleaseItemTable;
    updates_release_fix: ReleaseFixTable;
    updates_release_author: ReleaseAuthorTable;
    updates_agreement: AgreementTable;
  }
}
