import type { Insertable } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { EncryptedTable } from './tables.ts';
import './tables.ts';

export const createEncryptedStore = (db: Db) => ({
  /** False when another replica was faster: its copy stays. */
  insert: async (row: Insertable<EncryptedTable>): Promise<boolean> => {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('images_encrypted')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows === 1n;
  },
  delete: (sha256: Buffer) => db.deleteFrom('images_encrypted').where('sha256', '=', sha256).execute(),
});
