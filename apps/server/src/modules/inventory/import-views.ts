import { type Import, inventoryOperations, type ListQuery } from '@bulkhead/contract';
import type { Db } from '../../platform/db/database.ts';
import { defineList } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';

const imports = defineList(
  inventoryOperations.listImports.list,
  { name: 'i.name', kind: 'i.kind', state: 'i.state', createdAt: 'i.created_at' },
  'i.id',
);

/** A job that ended before or beside its handler (cancelled while queued, given up) ends the import in the eyes of the reader. */
const select = (db: Db) =>
  db
    .selectFrom('inventory_import as i')
    .leftJoin('platform_job as j', 'j.id', 'i.job_id')
    .selectAll('i')
    .select('j.state as job_state');
type ImportRow = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

const importOf = (row: ImportRow): Import => ({
  id: row.id,
  kind: row.kind,
  format: row.format,
  name: row.name,
  state:
    row.state === 'running' && (row.job_state === 'failed' || row.job_state === 'cancelled')
      ? row.job_state
      : row.state,
  received: Number(row.received),
  rows: Number(row.rows),
  accepted: Number(row.accepted),
  refused: Number(row.refused),
  jobId: row.job_id,
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by,
});

export const createImportViews = (db: Db) => ({
  list: async (query: ListQuery) => {
    const { rows, ...page } = await pageOf(select(db), imports, query);
    return { items: rows.map(importOf), ...page };
  },

  byId: async (id: string): Promise<Import | undefined> => {
    const row = await select(db).where('i.id', '=', id).executeTakeFirst();
    return row && importOf(row);
  },

  /** Uploads that nobody went on with, and imports whose job ended before it could end them; their bytes lie about. */
  abandoned: (openedBefore: Date) =>
    db
      .selectFrom('inventory_import as i')
      .leftJoin('platform_job as j', 'j.id', 'i.job_id')
      .select(['i.id', 'j.state as job_state'])
      .where((eb) =>
        eb.or([
          eb('i.state', '=', 'uploading').and('i.created_at', '<', openedBefore),
          eb('i.state', '=', 'running').and('j.state', 'in', ['failed', 'cancelled']),
        ]),
      )
      .orderBy('i.id')
      .limit(20)
      .forUpdate('i')
      .skipLocked()
      .execute(),

  countOpen: async (creatorId: string): Promise<number> => {
    const { n } = await db
      .selectFrom('inventory_import')
      .select(({ fn }) => fn.countAll<string>().as('n'))
      .where('state', '=', 'uploading')
      .where('created_by_id', '=', creatorId)
      .executeTakeFirstOrThrow();
    return Number(n);
  },

  row: (id: string) => select(db).where('i.id', '=', id).executeTakeFirst(),

  errors: async (id: string, after: number, limit: number) => {
    const found = await db
      .selectFrom('inventory_import_error')
      .select(['row', 'field', 'message', 'text'])
      .where('import_id', '=', id)
      .where('row', '>', String(after))
      .orderBy('row')
      .limit(limit + 1)
      .execute();
    const items = found
      .slice(0, limit)
      .map(({ row, field, message, text }) => ({ row: Number(row), column: field, message, text }));
    return { items, next: found.length > limit ? (items.at(-1)?.row ?? null) : null };
  },

  /** The uploaded bytes from an offset on, piece by piece. */
  bytes: async function* (id: string, from: number): AsyncGenerator<Buffer> {
    let at = from;
    for (;;) {
      const chunk = await db
        .selectFrom('inventory_import_chunk')
        .select(['start', 'bytes'])
        .where('import_id', '=', id)
        .where('start', '<=', String(at))
        .orderBy('start', 'desc')
        .limit(1)
        .executeTakeFirst();
      const rest = chunk?.bytes.subarray(at - Number(chunk.start));
      if (!rest || rest.length === 0) return;
      at += rest.length;
      yield rest;
    }
  },
});
