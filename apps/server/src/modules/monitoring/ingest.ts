import { decodeSecurityEvents, type SecurityEvent } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import type { Db } from '../../platform/db/database.ts';
import { createMonitoringStore, type EventRow } from './store.ts';

interface From {
  readonly ecuId: string;
  readonly vin: string;
  readonly serial: string;
}
interface ReceivedEvents {
  readonly device: From;
  readonly message: readonly SecurityEvent[];
  readonly receivedAt: Date;
}

/** `store` is called once per batch, in the transaction that acknowledges it. */
export interface EventSink {
  parse(payload: Buffer): SecurityEvent[];
  store(tx: Db, batch: readonly ReceivedEvents[]): Promise<void>;
}

const toJson = (data: Record<string, unknown> | undefined) => (data === undefined ? null : JSON.stringify(data));

function rowsOf({ device, message, receivedAt }: ReceivedEvents): EventRow[] {
  return message.map((event) => ({
    id: newId(receivedAt.getTime()),
    ecuId: device.ecuId,
    boot: event.boot,
    sequence: event.seq,
    vin: device.vin,
    reporter: device.serial,
    ecuSerial: event.ecuSerial ?? device.serial,
    type: event.type,
    severity: event.severity,
    happenedAt: event.at,
    receivedAt,
    data: toJson(event.data),
  }));
}

/**
 * Where the front door puts the messages of the `events` channel. The vehicle comes from the certificate, never from
 * the message, so a device cannot speak for another vehicle; `announce` tells open consoles in the same transaction.
 */
export function createEventSink(announce: (tx: Db) => Promise<void>): EventSink {
  return Object.freeze({
    parse: (payload: Buffer): SecurityEvent[] => decodeSecurityEvents(payload),
    store: async (tx: Db, batch: readonly ReceivedEvents[]): Promise<void> => {
      const inserted = await createMonitoringStore(tx).insertEvents(batch.flatMap(rowsOf));
      if (inserted > 0) await announce(tx);
    },
  });
}
