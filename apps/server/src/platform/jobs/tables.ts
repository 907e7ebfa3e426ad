import type { Json } from '@bulkhead/kernel';
import type { ColumnType, Generated } from 'kysely';
import type { Actor } from '../audit/audit.ts';

export type JobState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

/** Written as JSON text, read parsed. */
type JsonColumn<T> = ColumnType<T, string, string>;

export interface JobTable {
  id: string;
  kind: string;
  title: string;
  state: Generated<JobState>;
  done: Generated<string>;
  total: Generated<string | null>;
  input: JsonColumn<Json>;
  checkpoint: ColumnType<Json | null, never, string>;
  result: ColumnType<Record<string, unknown> | null, never, string | null>;
  error: Generated<string | null>;
  run_token: Generated<string | null>;
  runs: Generated<number>;
  cancel_requested: Generated<boolean>;
  created_by_kind: Actor['kind'];
  created_by_id: string;
  created_by_name: string;
  created_at: Date;
  started_at: Generated<Date | null>;
  updated_at: Date;
  finished_at: Generated<Date | null>;
}

declare module '../db/tables.ts' {
  interface Tables {
    platform_job: JobTable;
  }
}
