import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { DraftTable, KeyTable, OnlineRole, RootTable } from './tables.ts';

/** "dirr" in ASCII: roots and keys change under it, one change at a time. */
const rootLock = 0x64697272;

/** Writes director_key, director_root, director_draft. */
export const createRootStore = (db: Db) => ({
  lock: () => sql`select pg_advisory_xact_lock(${rootLock})`.execute(db),

  insertKeys: (rows: readonly KeyTable[]) =>
    db
      .insertInto('director_key')
      .values([...rows])
      .execute(),

  /** The keys of a generation become those of their role; the ones before are retired. */
  activate: async (role: OnlineRole, generation: number | undefined) => {
    await db
      .updateTable('director_key')
      .set({ state: 'retired' })
      .where('role', '=', role)
      .where('state', '=', 'active')
      .execute();
    if (generation === undefined) return;
    await db
      .updateTable('director_key')
      .set({ state: 'active' })
      .where('role', '=', role)
      .where('generation', '=', generation)
      .execute();
  },

  dropPending: () => db.updateTable('director_key').set({ state: 'retired' }).where('state', '=', 'pending').execute(),

  insertRoots: (rows: readonly RootTable[]) =>
    db
      .insertInto('director_root')
      .values([...rows])
      .execute(),

  putDraft: (row: DraftTable) =>
    db
      .insertInto('director_draft')
      .values(row)
      .onConflict((oc) => oc.column('dialect').doUpdateSet({ document: row.document }))
      .execute(),

  dropDrafts: () => db.deleteFrom('director_draft').execute(),
});
