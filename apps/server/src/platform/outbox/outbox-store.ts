import { type Insertable, type Selectable, sql } from 'kysely';
import type { Db } from '../db/database.ts';
import type { OutboxTable } from './tables.ts';

export type OutboxRow = Pick<Selectable<OutboxTable>, 'id' | 'type' | 'payload' | 'attempts' | 'created_at'>;

/** What one failed attempt leaves behind. */
export interface FailedAttempt {
  readonly attempts: number;
  readonly error: string;
  /** Milliseconds until the next attempt. */
  readonly delay: number;
  readonly dead: boolean;
}

/** The only SQL that writes platform_outbox. */
export const createOutboxStore = (db: Db) =>
  Object.freeze({
    insert: (rows: readonly Insertable<OutboxTable>[]) => db.insertInto('platform_outbox').values(rows).execute(),
    delete: (id: string) => db.deleteFrom('platform_outbox').where('id', '=', id).execute(),
    /** Due events of these types that no other replica holds, locked until the transaction ends. */
    takeDue: (types: readonly string[], limit: number): Promise<OutboxRow[]> =>
      db
        .selectFrom('platform_outbox')
        .select(['id', 'type', 'payload', 'attempts', 'created_at'])
        .where('dead_at', 'is', null)
        .where('next_attempt_at', '<=', sql<Date>`now()`)
        .where(sql<boolean>`type = any(${[...types]}::text[])`)
        .orderBy('next_attempt_at')
        .orderBy('id')
        .limit(limit)
        .forUpdate()
        .skipLocked()
        .execute(),
    recordFailure: (id: string, { attempts, error, delay, dead }: FailedAttempt) =>
      db
        .updateTable('platform_outbox')
        .set({
          attempts,
          last_error: error,
          next_attempt_at: sql<Date>`now() + ${delay} * interval '1 millisecond'`,
          dead_at: dead ? sql<Date>`now()` : null,
        })
        .where('id', '=', id)
        .execute(),
    /** Runs one piece of work of the transaction; when it fails, its statements alone are undone. */
    attempt: async (work: () => Promise<void>, onFailure: (error: unknown) => Promise<void>): Promise<void> => {
      await sql`savepoint event`.execute(db);
      try {
        await work();
      } catch (error) {
        await sql`rollback to savepoint event`.execute(db);
        await onFailure(error);
      }
      await sql`release savepoint event`.execute(db);
    },
    ...givenUp(db),
  });

const givenUp = (db: Db) => ({
  /** False if no event that was given up on has this id. */
  revive: async (id: string): Promise<boolean> => {
    const { numUpdatedRows } = await db
      .updateTable('platform_outbox')
      .set({ dead_at: null, attempts: 0, next_attempt_at: sql<Date>`now()` })
      .where('id', '=', id)
      .where('dead_at', 'is not', null)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  },
  discard: async (id: string): Promise<boolean> => {
    const { numDeletedRows } = await db
      .deleteFrom('platform_outbox')
      .where('id', '=', id)
      .where('dead_at', 'is not', null)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  },
});
