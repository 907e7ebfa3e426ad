import type { Dossier, ReleaseRule } from '@bulkhead/contract';
import { type Insertable, type Selectable, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { AgreementTable, ReleaseItemTable, ReleaseState, ReleaseTable } from './tables.ts';
import './tables.ts';

export type ReleaseRow = Selectable<ReleaseTable>;
export type ItemRow = Required<Insertable<ReleaseItemTable>>;

export interface Change {
  readonly name: string;
  readonly description: string;
  readonly security: boolean;
  readonly models: string[];
  readonly rules: readonly ReleaseRule[];
  readonly rxswins: string[];
  readonly dossier: Dossier;
  readonly hash: Buffer;
  readonly state: ReleaseState;
  readonly updated_at: Date;
}

/** Writes updates_release and what hangs on it. */
export const createReleaseStore = (db: Db) => ({
  insert: (row: Change & { id: string; created_at: Date; created_by: string; created_by_name: string }) =>
    db
      .insertInto('updates_release')
      .values({ ...row, rules: JSON.stringify(row.rules), dossier: JSON.stringify(row.dossier) })
      .execute(),

  /** The row, held until the transaction ends. */
  hold: (id: string) =>
    db.selectFrom('updates_release').selectAll().where('id', '=', id).forUpdate().executeTakeFirst(),

  change: (id: string, row: Change) =>
    db
      .updateTable('updates_release')
      .set({ ...row, rules: JSON.stringify(row.rules), dossier: JSON.stringify(row.dossier) })
      .where('id', '=', id)
      .execute(),

  setState: (id: string, state: ReleaseState, updatedAt: Date) =>
    db.updateTable('updates_release').set({ state, updated_at: updatedAt }).where('id', '=', id).execute(),

  publish: (id: string, by: { id: string; name: string }, at: Date) =>
    db
      .updateTable('updates_release')
      .set({ state: 'published', updated_at: at, published_at: at, published_by: by.id, published_by_name: by.name })
      .where('id', '=', id)
      .execute(),

  end: (id: string, state: 'deprecated' | 'withdrawn', reason: string, by: { id: string; name: string }, at: Date) =>
    db
      .updateTable('updates_release')
      .set({ state, updated_at: at, ended_at: at, ended_by: by.id, ended_by_name: by.name, ended_reason: reason })
      .where('id', '=', id)
      .execute(),

  replaceContents: async (id: string, items: readonly ItemRow[], fixes: readonly string[]) => {
    await db.deleteFrom('updates_release_item').where('release_id', '=', id).execute();
    if (items.length > 0) await db.insertInto('updates_release_item').values(items).execute();
    await db.deleteFrom('updates_release_fix').where('release_id', '=', id).execute();
    await sql`insert into updates_release_fix (release_id, vulnerability)
      select ${id}::uuid, f from unnest(${fixes}::text[]) f on conflict do nothing`.execute(db);
  },

  addAuthor: (id: string, by: { id: string; name: string }, at: Date) =>
    db
      .insertInto('updates_release_author')
      .values({ release_id: id, person_id: by.id, name: by.name, first_at: at })
      .onConflict((conflict) => conflict.doNothing())
      .execute(),

  agree: (row: Omit<Insertable<AgreementTable>, 'diffs'> & { diffs: unknown }) =>
    db
      .insertInto('updates_agreement')
      .values({ ...row, diffs: JSON.stringify(row.diffs) })
      .execute(),

  /** Answers how many were good until now. */
  voidAgreements: async (id: string, because: string, at: Date, kind?: 'sign-off' | 'approval') => {
    let query = db
      .updateTable('updates_agreement')
      .set({ voided_at: at, voided_because: because })
      .where('release_id', '=', id)
      .where('voided_at', 'is', null);
    if (kind) query = query.where('kind', '=', kind);
    return Number((await query.executeTakeFirst()).numUpdatedRows);
  },
});
export type ReleaseStore = ReturnType<typeof createReleaseStore>;
