import { type Json, newId } from '@bulkhead/kernel';
import { sql } from 'kysely';
import type { Db } from '../db/database.ts';
import { announce } from './bus.ts';

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
  const publishAll = async (events: readonly OutboxEvent[], { wake = true }: PublishOptions = {}) => {
    for (let i = 0; i < events.length; i += rowsPerStatement) {
      const rows = events
        .slice(i, i + rowsPerStatement)
        .map(({ type, payload }) => ({ id: newId(), type, payload: JSON.stringify(payload) }));
      await db.insertInto('platform_outbox').values(rows).execute();
    }
    if (wake && events.length > 0) await announce(db, outboxTopic, null);
  };
  return Object.freeze({
    publish: (event: OutboxEvent, options?: PublishOptions) => publishAll([event], options),
    publishAll,
  });
}

export interface DeadEvent extends OutboxEvent {
  readonly id: string;
  readonly createdAt: Date;
  readonly deadAt: Date;
  readonly attempts: number;
  readonly lastError: string | null;
}

/** What an operator sees and may do with events that could not be handled. */
export const createOutboxViews = (db: Db) =>
  Object.freeze({
    /** Waiting and given-up events per type. */
    counts: async (): Promise<{ type: string; waiting: number; dead: number }[]> => {
      const rows = await db
        .selectFrom('platform_outbox')
        .groupBy('type')
        .orderBy('type')
        .select([
          'type',
          sql<string>`count(*) filter (where dead_at is null)`.as('waiting'),
          sql<string>`count(dead_at)`.as('dead'),
        ])
        .execute();
      return rows.map(({ type, waiting, dead }) => ({ type, waiting: Number(waiting), dead: Number(dead) }));
    },
    dead: async (limit = 100): Promise<DeadEvent[]> => {
      const rows = await db
        .selectFrom('platform_outbox')
        .selectAll()
        .where('dead_at', 'is not', null)
        .orderBy('dead_at', 'desc')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        id: row.id,
        type: row.type,
        payload: row.payload,
        createdAt: row.created_at,
        deadAt: row.dead_at ?? row.created_at,
        attempts: row.attempts,
        lastError: row.last_error,
      }));
    },
  });

/** Gives an event that was given up on another round of attempts. False if there is none with this id. */
export async function retryDeadEvent(db: Db, id: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('platform_outbox')
    .set({ dead_at: null, attempts: 0, next_attempt_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('dead_at', 'is not', null)
    .executeTakeFirst();
  if (numUpdatedRows > 0n) await announce(db, outboxTopic, null);
  return numUpdatedRows > 0n;
}

/** Drops an event that was given up on; the caller writes the audit entry. */
export async function discardDeadEvent(db: Db, id: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('platform_outbox')
    .where('id', '=', id)
    .where('dead_at', 'is not', null)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
