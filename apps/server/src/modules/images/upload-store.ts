import { type Insertable, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { ImageTable, UploadTable } from './tables.ts';
import './tables.ts';

/** "imag" in ASCII: held while a blob gains or loses its last row, so that none is swept while it is taken in. */
const blobLock = 0x696d6167;

export const createUploadStore = (db: Db) => ({
  insert: (row: Insertable<UploadTable>) => db.insertInto('images_upload').values(row).execute(),

  hold: (id: string) => db.selectFrom('images_upload').selectAll().where('id', '=', id).forUpdate().executeTakeFirst(),

  advance: (id: string, received: number, at: Date) =>
    db.updateTable('images_upload').set({ received, touched_at: at }).where('id', '=', id).execute(),

  delete: (id: string) => db.deleteFrom('images_upload').where('id', '=', id).execute(),

  takeBlobs: () => sql`select pg_advisory_xact_lock(${blobLock})`.execute(db),

  insertImage: (row: Insertable<ImageTable>) => db.insertInto('images_image').values(row).execute(),

  holdImage: (id: string) =>
    db.selectFrom('images_image').selectAll().where('id', '=', id).forUpdate().executeTakeFirst(),

  deleteImage: (id: string) => db.deleteFrom('images_image').where('id', '=', id).execute(),
});
