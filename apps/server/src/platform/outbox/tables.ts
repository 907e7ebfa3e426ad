import type { Json } from '@bulkhead/kernel';
import type { ColumnType, Generated } from 'kysely';

export interface OutboxTable {
  id: string;
  type: string;
  payload: ColumnType<Json, string, never>;
  created_at: Generated<Date>;
  attempts: Generated<number>;
  next_attempt_at: Generated<Date>;
  last_error: Generated<string | null>;
  dead_at: Generated<Date | null>;
}

declare module '../db/tables.ts' {
  interface Tables {
    platform_outbox: OutboxTable;
  }
}
