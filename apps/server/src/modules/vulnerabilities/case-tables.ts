import type { Outcome } from '@bulkhead/contract';
import type { ColumnType, Generated } from 'kysely';

export type CaseState = 'open' | 'waiting-for-supplier' | 'fix-available' | 'shipping' | 'paused' | 'closed';
export type ClosedBecause = 'fixed-in-field' | 'not-affected' | 'withdrawn' | 'gone';
export type Criticality = 'low' | 'medium' | 'high' | 'very-high';
export interface CaseTable {
  id: string;
  number: Generated<number>;
  vulnerability_id: string;
  ref: string;
  software_name: string;
  supplier: string;
  function: string;
  outcome: Outcome;
  criticality: Criticality;
  state: CaseState;
  closed_because: ClosedBecause | null;
  owner_id: string | null;
  owner_name: string | null;
  opened_at: Date;
  clock_from: Date;
  due_at: Date | null;
  paused_at: Date | null;
  paused_reason: string | null;
  paused_seconds: Generated<number>;
  fix_software_id: string | null;
  fix_version: string | null;
  campaign: string | null;
  campaign_id: ColumnType<string | null, string | null | undefined, string | null>;
  total: Generated<number>;
  fixed: Generated<number>;
  remaining: Generated<number>;
  unknown: Generated<number>;
  told: Generated<'nothing' | 'due-soon' | 'overdue'>;
  dirty: Generated<boolean>;
  looked_at: Date;
  closed_at: Date | null;
}
export interface CaseEntryTable {
  id: Generated<string>;
  case_id: string;
  at: Date;
  by_name: string;
  kind: string;
  text: string;
}
export interface SupplierRequestTable {
  id: string;
  case_id: string;
  supplier: string;
  contact: string | null;
  question: string;
  due_at: Date;
  sent_at: Date;
  reminded_at: Date | null;
  answered_at: Date | null;
  answer: string | null;
}
declare module '../../platform/db/tables.ts' {
  interface Tables {
    vulnerabilities_case: CaseTable;
    vulnerabilities_case_entry: CaseEntryTable;
    vulnerabilities_supplier_request: SupplierRequestTable;
    vulnerabilities_setting: { name: string; value: ColumnType<unknown, string, string> };
  }
}
