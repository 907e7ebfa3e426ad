import type { EventSeverity } from '@bulkhead/contract';
import type { ColumnType } from 'kysely';

export interface EventTable {
  id: string;
  ecu_id: string;
  boot: ColumnType<string, number, never>;
  sequence: ColumnType<string, number, never>;
  vin: string;
  reporter: string;
  ecu_serial: string;
  type: string;
  severity: EventSeverity;
  happened_at: Date;
  received_at: Date;
  data: ColumnType<Record<string, unknown> | null, string | null, never>;
}
export interface MinuteTable {
  minute: Date;
  severity: EventSeverity;
  type: string;
  events: ColumnType<string, number, number>;
}
declare module '../../platform/db/tables.ts' {
  interface Tables {
    monitoring_event: EventTable;
    monitoring_minute: MinuteTable;
  }
}
