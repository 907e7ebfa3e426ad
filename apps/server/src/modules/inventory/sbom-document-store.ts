import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

/** Writes inventory_sbom_document: the bytes of each document once, however many software versions it was attached to. */
export const createSbomDocumentStore = (db: Db) => ({
  /**
   * Waits for whoever stores or drops the same documents, in one order. Without it, one upload could drop a document in
   * the moment in which another one takes it for stored.
   */
  hold: async (hashes: readonly Buffer[]) => {
    const locks = [...new Set(hashes.map((hash) => hash.readBigInt64BE(0).toString()))].sort();
    for (const lock of locks) await sql`select pg_advisory_xact_lock(${lock}::bigint)`.execute(db);
  },

  keep: (sha256: Buffer, document: Buffer) =>
    db
      .insertInto('inventory_sbom_document')
      .values({ sha256, document })
      .onConflict((conflict) => conflict.column('sha256').doNothing())
      .execute(),

  /** Drops those that no SBOM refers to any more. */
  dropUnused: (hashes: readonly Buffer[]) =>
    hashes.length === 0
      ? Promise.resolve()
      : sql`delete from inventory_sbom_document d where d.sha256 = any(${hashes}::bytea[])
          and not exists (select from inventory_sbom b where b.sha256 = d.sha256)`.execute(db),
});
