import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { rowsOf } from './rows-store.ts';

export interface NewImport {
  readonly id: string;
  readonly kind: 'vehicles' | 'ecus' | 'software';
  readonly format: 'csv' | 'ndjson';
  readonly name: string;
  readonly created_at: Date;
  readonly created_by: string;
  readonly created_by_id: string;
  readonly created_by_kind: string;
}

/** How far reading has come, written in the transaction of the rows it counts. */
export interface Progress {
  readonly from: number;
  readonly consumed: number;
  readonly line: number;
  readonly rows: number;
  readonly refused: readonly NewImportError[];
  readonly header?: readonly string[];
}

export interface NewImportError {
  readonly row: number;
  readonly field: string | null;
  readonly message: string;
  readonly text: string;
}

/** Rows refused beyond this are counted but not kept: the file is wrong as a whole, and nobody reads on. */
const keptErrors = 100_000;
/** "inve" in ASCII: batches of imports go in one after the other, so that they need not fear each other's rows. */
const importLock = 0x696e7665;

export const createImportStore = (db: Db) => ({
  insert: (row: NewImport) => db.insertInto('inventory_import').values(row).execute(),

  /** Adds a piece where the upload stands; false when it stands elsewhere or is over. */
  append: async (id: string, offset: number, bytes: Buffer): Promise<boolean> => {
    const { numUpdatedRows } = await db
      .updateTable('inventory_import')
      .set({ received: offset + bytes.length })
      .where('id', '=', id)
      .where('received', '=', String(offset))
      .where('state', '=', 'uploading')
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return false;
    await db.insertInto('inventory_import_chunk').values({ import_id: id, start: offset, bytes }).execute();
    return true;
  },

  hold: (id: string) =>
    db.selectFrom('inventory_import').selectAll().where('id', '=', id).forUpdate().executeTakeFirst(),

  begin: (id: string, jobId: string | null) =>
    db.updateTable('inventory_import').set({ state: 'running', job_id: jobId }).where('id', '=', id).execute(),

  end: async (id: string, state: 'finished' | 'failed' | 'cancelled') => {
    await db.updateTable('inventory_import').set({ state }).where('id', '=', id).execute();
    await db.deleteFrom('inventory_import_chunk').where('import_id', '=', id).execute();
  },

  /** Waits for other imports; held until the transaction ends. */
  takeTurn: () => sql`select pg_advisory_xact_lock(${importLock})`.execute(db),

  /** False when another run of the same import has come further: then this one must not count the batch again. */
  advance: async (id: string, { from, consumed, line, rows, refused, header }: Progress): Promise<boolean> => {
    const { numUpdatedRows } = await db
      .updateTable('inventory_import')
      .set((eb) => ({
        consumed,
        line,
        rows: eb('rows', '+', String(rows)),
        accepted: eb('accepted', '+', String(rows - refused.length)),
        refused: eb('refused', '+', String(refused.length)),
        ...(header ? { header: [...header] } : {}),
      }))
      .where('id', '=', id)
      .where('consumed', '=', String(from))
      .where('state', '=', 'running')
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return false;
    await addErrors(db, id, refused);
    return true;
  },

  addErrors: (id: string, errors: readonly NewImportError[]) => addErrors(db, id, errors),
});

async function addErrors(db: Db, id: string, errors: readonly NewImportError[]): Promise<void> {
  if (errors.length === 0) return;
  const types = { row: 'bigint', field: 'text', message: 'text', text: 'text' } as const;
  await sql`insert into inventory_import_error (import_id, row, field, message, text)
    select ${id}::uuid, r.* from ${rowsOf(errors, types)}
    where (select refused from inventory_import where id = ${id}) <= ${keptErrors} on conflict do nothing`.execute(db);
}
