import { type Insertable, type Selectable, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { CrlTable } from './tables.ts';

export type CrlRow = Selectable<CrlTable>;

/** Times as seconds: a million of them as Date would take longer to parse than to read. */
export interface RevocationLine {
  readonly serial_number: string;
  readonly authority: string;
  readonly reason: string;
  readonly revoked_at: number;
  readonly not_after: number;
}

const line = sql`serial_number, authority, reason,
  extract(epoch from revoked_at)::float8 as revoked_at, extract(epoch from not_after)::float8 as not_after`;

/** "crls" in ASCII: the first half of the lock under which an authority's next CRL is made. */
const crlLock = 0x63726c73;

/** Reads revocations for replicas and CRLs, and writes identity_crl. */
export const createRevocationStore = (db: Db) =>
  Object.freeze({
    /** What a replica must not miss: every transaction below the watermark had ended when it was taken. */
    revocationWatermark: () =>
      sql<{ xmin: string }>`select pg_snapshot_xmin(pg_current_snapshot())::text as xmin`
        .execute(db)
        .then(({ rows }) => rows[0]?.xmin ?? '0'),
    revocationsSince: (watermark: string) =>
      sql<RevocationLine>`select ${line} from identity_revocation where transaction >= ${watermark}::xid8`
        .execute(db)
        .then(({ rows }) => rows),
    /** All revocations in pages of one plain scan; needs a transaction, which the cursor lives in. */
    allRevocations: async function* (pageSize: number): AsyncGenerator<readonly RevocationLine[]> {
      await sql`declare identity_all_revocations no scroll cursor for select ${line} from identity_revocation`.execute(
        db,
      );
      for (;;) {
        const { rows } =
          await sql<RevocationLine>`fetch ${sql.raw(String(Math.trunc(pageSize)))} from identity_all_revocations`.execute(
            db,
          );
        if (rows.length === 0) return;
        yield rows;
      }
    },

    /** Held until the transaction ends: one replica at a time makes the authority's next CRL. */
    lockCrl: (authority: string) =>
      sql`select pg_advisory_xact_lock(${crlLock}::int, hashtext(${authority}))`.execute(db),
    latestCrl: (authority: string) =>
      db
        .selectFrom('identity_crl')
        .selectAll()
        .where('authority', '=', authority)
        .orderBy('number', 'desc')
        .limit(1)
        .executeTakeFirst(),
    insertCrl: (row: Insertable<CrlTable>) => db.insertInto('identity_crl').values(row).execute(),
    dropCrlsBefore: (authority: string, number: string) =>
      db.deleteFrom('identity_crl').where('authority', '=', authority).where('number', '<', number).execute(),
  });
