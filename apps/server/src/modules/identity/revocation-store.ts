import { type Insertable, type Selectable, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { CrlTable, RevocationTable } from './tables.ts';

export type CrlRow = Selectable<CrlTable>;
export type RevocationRow = Selectable<RevocationTable>;

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
      sql<
        Omit<RevocationRow, 'transaction'>
      >`select serial_number, authority, revoked_at, reason, not_after from identity_revocation
        where transaction >= ${watermark}::xid8`
        .execute(db)
        .then(({ rows }) => rows),
    revocationPage: (after: string, limit: number) =>
      db
        .selectFrom('identity_revocation')
        .select(['serial_number', 'authority', 'revoked_at', 'reason', 'not_after'])
        .where('serial_number', '>', after)
        .orderBy('serial_number')
        .limit(limit)
        .execute(),

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
