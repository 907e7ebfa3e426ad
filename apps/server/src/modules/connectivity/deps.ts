import type { UplinkChannel } from '@bulkhead/contract';
import type { Clock, Json } from '@bulkhead/kernel';
import type { Db } from '../../platform/db/database.ts';

/** The ECU that a certificate speaks for. */
export interface Device {
  readonly ecuId: string;
  readonly vin: string;
  readonly serial: string;
  readonly certificateSerial: string;
}

export interface Peer {
  readonly fingerprint256: string;
  readonly serialNumber: string;
  readonly raw: Buffer;
}

export type Verdict =
  | { readonly ok: true; readonly device: Device }
  | {
      readonly ok: false;
      readonly reason: 'revoked' | 'unknown' | 'expired' | 'not-permitted';
      readonly detail: string;
    };

export interface TlsMaterial {
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
  readonly ca: string | Buffer | readonly (string | Buffer)[];
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

/** One message as a sink stores it. */
export interface Received<Message = unknown> {
  readonly device: Device;
  readonly message: Message;
  readonly receivedAt: Date;
  readonly qos: 0 | 1 | 2;
}

/** Where the messages of a channel go. `parse` throws a Problem to refuse; `store` absorbs duplicates by message identity. */
export interface Sink<Message = unknown> {
  parse(payload: Buffer, device: Device): Message;
  store(tx: Db, batch: readonly Received<Message>[]): Promise<unknown>;
}
export type Sinks = Readonly<Record<UplinkChannel, Sink>>;

type Write = (fields: object, message: string) => void;
export interface Log {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}

export interface Metrics {
  count(name: string, labels?: Readonly<Record<string, string>>, by?: number): void;
  gauge(name: string, value: number, labels?: Readonly<Record<string, string>>): void;
  observe(name: string, value: number, labels?: Readonly<Record<string, string>>): void;
}

/** Who did it; the kinds are those of the audit log. */
export interface Actor {
  readonly kind: 'operator' | 'token' | 'vehicle' | 'job' | 'system';
  readonly id: string;
  readonly name: string;
}
export interface AuditRecord {
  readonly action: string;
  readonly subject: string;
  readonly by: Actor;
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
  readonly at: Date;
}
/** The audit log on the handle of a transaction. */
export type AuditOn = (tx: Db) => { appendAll(records: readonly AuditRecord[]): Promise<unknown> };

/** Messages between replicas: published with the transaction, heard by every replica. */
export interface Bus {
  publish(tx: Db, topic: string, payload: Json): Promise<unknown>;
  subscribe(topic: string, handler: (payload: Json) => void): () => void;
}

export interface Presence {
  readonly ecuId: string;
  readonly connected: boolean;
  readonly at: Date;
}

export interface ConnectivityDeps {
  readonly authenticate: (peer: Peer) => Verdict | Promise<Verdict>;
  readonly secureContext: () => TlsMaterial;
  readonly sinks: Sinks;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly audit: AuditOn;
  readonly bus: Bus;
  /** Calls back with the serial numbers of certificates that `authenticate` refuses from now on; returns how to stop. */
  readonly onRevoked: (listener: (serialNumbers: readonly string[]) => void) => () => void;
  /** Whether the inventory has this ECU, so that commands are not queued for a typing error. */
  readonly knowsEcu: (vin: string, serial: string) => Promise<boolean>;
  /** Told, in the transaction that records it, which ECUs came and went. */
  readonly presence: (tx: Db, changes: readonly Presence[]) => Promise<unknown>;
  /** Names this process among the replicas; the same again after a restart. */
  readonly replica: string;
}
