import { type ImageUpload, imageOperations, type ListQuery } from '@bulkhead/contract';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { defineList } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';
import './tables.ts';

const uploads = defineList(
  imageOperations.listImageUploads.list,
  { fileName: 'u.file_name', role: 'u.role', createdAt: 'u.created_at' },
  'u.id',
);

const selectUploads = (db: Db) => db.selectFrom('images_upload as u').selectAll('u');
type UploadRow = Awaited<ReturnType<ReturnType<typeof selectUploads>['executeTakeFirstOrThrow']>>;

const uploadOf = (row: UploadRow): ImageUpload => ({
  id: row.id,
  fileName: row.file_name,
  role: row.role,
  sha256: row.sha256.toString('hex'),
  length: Number(row.length),
  received: Number(row.received),
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by_name,
});

/** Read models of uploads that are not complete. */
export const createUploadViews = (db: Db) => ({
  list: async (query: ListQuery) => {
    const { rows, ...page } = await pageOf(selectUploads(db), uploads, query);
    return { items: rows.map(uploadOf), ...page };
  },
  byId: async (id: string): Promise<ImageUpload | undefined> => {
    const row = await selectUploads(db).where('u.id', '=', id).executeTakeFirst();
    return row && uploadOf(row);
  },
  row: (id: string) => db.selectFrom('images_upload').selectAll().where('id', '=', id).executeTakeFirst(),
  countOpen: async (creator: string): Promise<number> => {
    const { n } = await db
      .selectFrom('images_upload')
      .select(({ fn }) => fn.countAll<string>().as('n'))
      .where('created_by', '=', creator)
      .executeTakeFirstOrThrow();
    return Number(n);
  },
  /** Bytes that are announced and have not come. */
  outstanding: async (): Promise<number> => {
    const { n } = await db
      .selectFrom('images_upload')
      .select(sql<string>`coalesce(sum(length - received), 0)`.as('n'))
      .executeTakeFirstOrThrow();
    return Number(n);
  },
  abandoned: (before: Date) =>
    db.selectFrom('images_upload').select(['id', 'file_name']).where('touched_at', '<', before).limit(100).execute(),
  ids: async (): Promise<Set<string>> => {
    const rows = await db.selectFrom('images_upload').select('id').execute();
    return new Set(rows.map(({ id }) => id));
  },
});
