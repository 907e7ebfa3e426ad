import type { DialectName } from '@bulkhead/uptane';
import { type Insertable, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { repositoryLock } from './metadata-store.ts';
import type { DraftTable, OnlineKeyTable } from './tables.ts';
import './tables.ts';

/** Drafts and online keys: what a ceremony works on. */
export const createDraftStore = (db: Db) => ({
  putDraft: (row: Insertable<DraftTable>) => {
    const { created_at: _at, created_by: _by, created_by_name: _name, ...changed } = row;
    return db
      .insertInto('images_draft')
      .values(row)
      .onConflict((conflict) => conflict.columns(['dialect', 'role']).doUpdateSet(changed))
      .execute();
  },

  dropDraft: async (dialect: DialectName, role: string): Promise<boolean> => {
    const { numDeletedRows } = await db
      .deleteFrom('images_draft')
      .where('dialect', '=', dialect)
      .where('role', '=', role)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  },

  /** Of two replicas that make a key one waits. */
  takeKeys: () => sql`select pg_advisory_xact_lock(${repositoryLock}, 3)`.execute(db),

  insertKey: (row: Insertable<OnlineKeyTable>) => db.insertInto('images_online_key').values(row).execute(),
});
