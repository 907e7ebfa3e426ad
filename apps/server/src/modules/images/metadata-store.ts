import type { DialectName } from '@bulkhead/uptane';
import { type Insertable, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { CurrentTable, FileTable, RepositoryTable, TargetTable } from './tables.ts';
import './tables.ts';

/** "repo" in ASCII: drafts and publications of one wire form happen one after the other, on whatever replica. */
export const repositoryLock = 0x7265706f;

export const createMetadataStore = (db: Db) => ({
  /** Waits for whoever else changes this wire form; held until the transaction ends. */
  take: (dialect: DialectName) =>
    sql`select pg_advisory_xact_lock(${repositoryLock}, ${dialect === 'a' ? 1 : 2})`.execute(db),

  insertFile: (row: Insertable<FileTable>) =>
    db
      .insertInto('images_file')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .execute(),

  /** A snapshot or timestamp that no client can ask for any more; the two newest stay, for downloads under way. */
  dropOldFiles: (dialect: DialectName, role: 'snapshot' | 'timestamp', before: number) =>
    db
      .deleteFrom('images_file')
      .where('dialect', '=', dialect)
      .where('role', '=', role)
      .where('version', '<', before)
      .execute(),

  putCurrent: (row: Insertable<CurrentTable>) =>
    db
      .insertInto('images_current')
      .values(row)
      .onConflict((conflict) =>
        conflict
          .columns(['dialect', 'role'])
          .doUpdateSet({ version: row.version, expires: row.expires, images: row.images }),
      )
      .execute(),

  putRepository: (row: Insertable<RepositoryTable>) => {
    const { dialect: _dialect, ...changed } = row;
    return db
      .insertInto('images_repository')
      .values(row)
      .onConflict((conflict) => conflict.column('dialect').doUpdateSet({ ...changed, fault: null, fault_at: null }))
      .execute();
  },

  markFault: (dialect: DialectName, fault: string, at: Date) =>
    db
      .updateTable('images_repository')
      .set({ fault, fault_at: at })
      .where('dialect', '=', dialect)
      .where((eb) => eb.or([eb('fault', 'is', null), eb('fault', '!=', fault)]))
      .execute(),

  /** Nothing of this role is listed until `list` says so. */
  unlist: (dialect: DialectName, role: string) =>
    db
      .updateTable('images_target')
      .set({ listed: false })
      .where('dialect', '=', dialect)
      .where('role', '=', role)
      .where('listed', '=', true)
      .execute(),

  list: async (rows: readonly Insertable<TargetTable>[]): Promise<void> => {
    const perStatement = 500;
    for (let i = 0; i < rows.length; i += perStatement)
      await db
        .insertInto('images_target')
        .values(rows.slice(i, i + perStatement))
        .onConflict((conflict) =>
          conflict.columns(['dialect', 'file_name', 'sha256']).doUpdateSet((eb) => ({
            listed: true,
            role: eb.ref('excluded.role'),
            sha512: eb.ref('excluded.sha512'),
            hardware_ids: eb.ref('excluded.hardware_ids'),
            release_counter: eb.ref('excluded.release_counter'),
          })),
        )
        .execute();
  },
});
