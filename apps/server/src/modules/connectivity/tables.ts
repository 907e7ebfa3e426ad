import type { DownlinkChannel, UplinkChannel } from '@bulkhead/contract';
import type { ColumnType } from 'kysely';
import type { RefusalKind } from './domain/reasons.ts';

type Big = ColumnType<string, number, number>;

interface DeviceColumns {
  ecu_id: string;
  vin: string;
  serial: string;
  certificate: string;
}
export interface SessionTable extends DeviceColumns {
  client_id: string;
  session_id: string;
  connection_id: string;
  replica: string | null;
  expiry_seconds: number;
  expires_at: Date | null;
  will_channel: UplinkChannel | null;
  will_payload: Buffer | null;
  will_qos: 0 | 1 | 2 | null;
  will_delay: Big | null;
}
export interface SubscriptionTable {
  client_id: string;
  filter: string;
  qos: 0 | 1 | 2;
  identifier: ColumnType<string | null, number | null, number | null>;
}
export interface DownlinkTable {
  id: string;
  client_id: string;
  channel: DownlinkChannel;
  payload: Buffer;
  qos: 0 | 1;
  created_at: Date;
  expires_at: Date | null;
  packet_id: number | null;
}
export interface WillTable extends DeviceColumns {
  id: string;
  client_id: string;
  channel: UplinkChannel;
  payload: Buffer;
  qos: 0 | 1 | 2;
  due_at: Date;
}
export interface ConnectionTable extends DeviceColumns {
  client_id: string;
  connection_id: string;
  replica: string;
  address: string;
  protocol: '3.1.1' | '5';
  tls: string;
  keep_alive: number;
  connected_at: Date;
  last_seen_at: Date;
  disconnected_at: Date | null;
  reason: string | null;
  messages_in: Big;
  messages_out: Big;
}
export interface RefusalTable {
  id: string;
  minute: Date;
  replica: string;
  kind: RefusalKind;
  party: string;
  ecu_id: string | null;
  vin: string | null;
  serial: string | null;
  address: string;
  detail: string;
  count: Big;
  first_at: Date;
  last_at: Date;
}
export interface TrafficTable {
  minute: Date;
  replica: string;
  messages_in: Big;
  messages_out: Big;
  refused: Big;
}

declare module '../../platform/db/tables.ts' {
  interface Tables {
    connectivity_replica: { replica: string; seen_at: Date };
    connectivity_session: SessionTable;
    connectivity_subscription: SubscriptionTable;
    connectivity_qos2: { session_id: string; packet_id: number; at: ColumnType<Date, Date | undefined, never> };
    connectivity_downlink: DownlinkTable;
    connectivity_will: WillTable;
    connectivity_connection: ConnectionTable;
    connectivity_refusal: RefusalTable;
    connectivity_traffic: TrafficTable;
  }
}
