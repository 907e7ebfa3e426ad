import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { Bytes } from '../../platform/files/bytes.ts';
import { damaged } from '../../platform/files/error.ts';
import './tables.ts';

/** Each piece of an upload but the last has this size. */
export const uploadPieceBytes = 1024 * 1024;

/** Files that people send, kept until a job has read them: it may run on another replica than the one that took them. */
export const createUploadStore = (db: Db) => ({
  create: (row: { id: string; source_id: string; name: string; created_at: Date; created_by: string }) =>
    db.insertInto('vulnerabilities_upload').values(row).execute(),

  append: (id: string, start: number, bytes: Buffer) =>
    db.insertInto('vulnerabilities_upload_chunk').values({ upload_id: id, start, bytes }).execute(),

  complete: (id: string, size: number) =>
    db.updateTable('vulnerabilities_upload').set({ complete: true, size }).where('id', '=', id).execute(),

  delete: (id: string) => db.deleteFrom('vulnerabilities_upload').where('id', '=', id).execute(),

  waiting: async (sourceId: string): Promise<number> => {
    const { n } = await db
      .selectFrom('vulnerabilities_upload')
      .select(({ fn }) => fn.countAll<string>().as('n'))
      .where('source_id', '=', sourceId)
      .executeTakeFirstOrThrow();
    return Number(n);
  },

  next: (sourceId: string) =>
    db
      .selectFrom('vulnerabilities_upload')
      .selectAll()
      .where('source_id', '=', sourceId)
      .where('complete', '=', true)
      .orderBy('created_at')
      .orderBy('id')
      .limit(1)
      .executeTakeFirst(),

  /** Sending broke off, or the replica that took them died. */
  dropAbandoned: (before: Date) =>
    db.deleteFrom('vulnerabilities_upload').where('complete', '=', false).where('created_at', '<', before).execute(),
});

const cut = () => damaged('The upload was cut off: send it again');

/** The bytes of an upload as a file. Only what is asked for leaves the database. */
export function uploadedBytes(db: Db, id: string, size: number): Bytes {
  const read = async (at: number, length: number) => {
    const end = at + length;
    const { rows } = await sql<{ bytes: Buffer }>`
      select substring(bytes from greatest(1, ${at} - start + 1)::int
        for (least(${end}, start + octet_length(bytes)) - greatest(${at}, start))::int) as bytes
      from vulnerabilities_upload_chunk
      where upload_id = ${id} and start < ${end} and start > ${at - uploadPieceBytes} order by start`.execute(db);
    const bytes = rows.length === 1 && rows[0] ? rows[0].bytes : Buffer.concat(rows.map((row) => row.bytes));
    if (bytes.length !== length) throw cut();
    return bytes;
  };
  return Object.freeze({
    size,
    read,
    chunks: async function* (from = 0, to = size) {
      for (let at = from; at < to; ) {
        const next = Math.min(to, at - (at % uploadPieceBytes) + uploadPieceBytes);
        yield await read(at, next - at);
        at = next;
      }
    },
  });
}
