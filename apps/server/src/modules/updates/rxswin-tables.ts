import type { ColumnType, Generated } from 'kysely';

type Int8 = ColumnType<string, number | string, number | string>;
type Stamp = Generated<Date | null>;
/** matches, behind, drifted, unknown. */
type Found = ColumnType<string[], number[] | undefined, number[]>;

export interface RxswinTable {
  id: string;
  rxswin: string;
  model: string;
  version: number;
  state: 'draft' | 'released' | 'superseded';
  system: string;
  regulation: string;
  note: string;
  hash: Buffer;
  created_at: Date;
  released_at: Stamp;
  released_by: Generated<string | null>;
  released_by_name: Generated<string | null>;
  superseded_at: Stamp;
  check_due_at: Stamp;
  check_cursor: Generated<string | null>;
  check_number: Generated<number>;
  check_found: Found;
  checked_at: Stamp;
  found: ColumnType<string[] | null, undefined, number[]>;
}

export interface RxswinEntryTable {
  rxswin_id: string;
  ordinal: number;
  role: string;
  software_id: string;
  software: string;
  version: string;
  sha256: Buffer | null;
}

export interface RxswinAuthorTable {
  rxswin_id: string;
  person_id: string;
  name: string;
  first_at: Date;
}

export interface RxswinPassageTable {
  campaign_id: string;
  after_id: string;
  after_hash: Buffer;
  before_id: string | null;
  before_hash: Buffer | null;
  started_at: Date;
  finished_at: Date | null;
  vehicles: Int8;
  succeeded: Int8;
}

export interface RxswinDriftTable {
  id: string;
  rxswin_id: string;
  vin: string;
  check_number: number;
  role: string;
  software: string;
  expected: string;
  reported: string;
  since: Date;
}

declare module '../../platform/db/tables.ts' {
  interface Tables {
    updates_rxswin: RxswinTable;
    updates_rxswin_entry: RxswinEntryTable;
    updates_rxswin_author: RxswinAuthorTable;
    updates_rxswin_passage: RxswinPassageTable;
    updates_rxswin_drift: RxswinDriftTable;
  }
}
