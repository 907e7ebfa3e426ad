import { sql } from 'kysely';
import type { Db } from '../db/database.ts';
import type { OutboxEvent } from './outbox.ts';

export interface DeadEvent extends OutboxEvent {
  readonly id: string;
  readonly createdAt: Date;
  readonly deadAt: Date;
  readonly attempts: number;
  readonly lastError: string | null;
}

/** What an operator sees of events that wait or could not be handled. */
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
