import type { EventSeverity } from '@bulkhead/contract';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import './tables.ts';

/** One event in the form of its row. */
export interface EventRow {
  readonly id: string;
  readonly ecuId: string;
  readonly boot: number;
  readonly sequence: number;
  readonly vin: string;
  readonly reporter: string;
  readonly ecuSerial: string;
  readonly type: string;
  readonly severity: EventSeverity;
  readonly happenedAt: string;
  readonly receivedAt: Date;
  readonly data: string | null;
}

/**
 * Stores a batch in one statement, absorbs events that are there already, and adds only the new ones to the counts
 * per minute. The keys are sorted so that two batches that touch the same minute cannot wait for each other in a ring.
 */
export const createMonitoringStore = (db: Db) => ({
  insertEvents: async (rows: readonly EventRow[]): Promise<number> => {
    const column = <T>(pick: (row: EventRow) => T) => rows.map(pick);
    const { rows: counted } = await sql<{ inserted: string }>`
      with given as (
        select * from unnest(
          ${column((r) => r.id)}::uuid[], ${column((r) => r.ecuId)}::uuid[], ${column((r) => r.boot)}::bigint[], ${column((r) => r.sequence)}::bigint[],
          ${column((r) => r.vin)}::text[], ${column((r) => r.reporter)}::text[], ${column((r) => r.ecuSerial)}::text[], ${column((r) => r.type)}::text[],
          ${column((r) => r.severity)}::text[], ${column((r) => r.happenedAt)}::timestamptz[], ${column((r) => r.receivedAt)}::timestamptz[], ${column((r) => r.data)}::jsonb[]
        ) as e (id, ecu_id, boot, sequence, vin, reporter, ecu_serial, type, severity, happened_at, received_at, data)
      ), stored as (
        insert into monitoring_event (id, ecu_id, boot, sequence, vin, reporter, ecu_serial, type, severity, happened_at, received_at, data)
        select * from given order by ecu_id, boot, sequence
        on conflict (ecu_id, boot, sequence) do nothing
        returning received_at, severity, type
      ), counts as (
        select date_trunc('minute', received_at) as minute, severity, type, count(*) as events from stored group by 1, 2, 3 order by 1, 2, 3
      ), added as (
        insert into monitoring_minute (minute, severity, type, events) select * from counts
        on conflict (minute, severity, type) do update set events = monitoring_minute.events + excluded.events
      )
      select count(*) as inserted from stored`.execute(db);
    return Number(counted[0]?.inserted ?? 0);
  },
});
export type MonitoringStore = ReturnType<typeof createMonitoringStore>;
