import { type Json, newId } from '@bulkhead/kernel';
import type { Db } from '../db/database.ts';
import { announce } from './bus.ts';
import { createOutboxStore } from './outbox-store.ts';

export interface OutboxEvent {
  /** `module.past-participle`: `identity.revoked`. */
  readonly type: string;
  readonly payload: Json;
}

export interface Outbox {
  publish(event: OutboxEvent, options?: PublishOptions): Promise<void>;
  publishAll(events: readonly OutboxEvent[], options?: PublishOptions): Promise<void>;
}

export interface PublishOptions {
  /**
   * `false` leaves the relay to find the event by itself within half a second. For paths with thousands of commits a
   * second: a NOTIFY makes their commits wait for one another.
   */
  wake?: boolean;
}

export const outboxTopic = 'platform.outbox';
const rowsPerStatement = 5_000;

/** Writes domain events on the handle of the caller's transaction; the relay hands them to the handlers once committed. */
export function createOutbox(db: Db): Outbox {
  const store = createOutboxStore(db);
  const publishAll = async (events: readonly OutboxEvent[], { wake = true }: PublishOptions = {}) => {
    for (let i = 0; i < events.length; i += rowsPerStatement) {
      const rows = events
        .slice(i, i + rowsPerStatement)
        .map(({ type, payload }) => ({ id: newId(), type, payload: JSON.stringify(payload) }));
      await store.insert(rows);
    }
    if (wake && events.length > 0) await announce(db, outboxTopic, null);
  };
  return Object.freeze({
    publish: (event: OutboxEvent, options?: PublishOptions) => publishAll([event], options),
    publishAll,
  });
}

/** Gives an event that was given up on another round of attempts. False if there is none with this id. */
export async function retryDeadEvent(db: Db, id: string): Promise<boolean> {
  const revived = await createOutboxStore(db).revive(id);
  if (revived) await announce(db, outboxTopic, null);
  return revived;
}

/** Drops an event that was given up on; the caller writes the audit entry. */
export function discardDeadEvent(db: Db, id: string): Promise<boolean> {
  return createOutboxStore(db).discard(id);
}
