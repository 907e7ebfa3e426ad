import { type Insertable, type Selectable, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { AuthorityTable, CertificateTable } from './tables.ts';

export type AuthorityRow = Selectable<AuthorityTable>;
export type CertificateRow = Selectable<CertificateTable>;
export type NewCertificate = Omit<CertificateRow, 'replaced_by' | 'revoked_at' | 'revocation_reason' | 'released_at'>;

export interface Replacement {
  readonly serialNumber: string;
  readonly by: string;
}
export interface Totals {
  readonly profile: string;
  readonly authority: string;
  readonly issued?: number;
  readonly revoked?: number;
}

/** "iden" in ASCII: start-up work that only one replica may do at a time. */
const bootstrapLock = 0x6964656e;
const totalSlots = 16;

const columnOf = <K extends keyof NewCertificate>(rows: readonly NewCertificate[], key: K): NewCertificate[K][] =>
  rows.map((row) => row[key]);

/** One array per column: the statement is the same for 1 and for 500 rows, and stays far below the parameter limit. */
function insertCertificatesIn(db: Db, rows: readonly NewCertificate[]) {
  const column = <K extends keyof NewCertificate>(key: K) => columnOf(rows, key);
  return sql<{ serial_number: string }>`
    insert into identity_certificate (serial_number, authority, profile, subject, ecu_id, vin, ecu_serial, not_before, not_after,
      expiring_at, issued_at, fingerprint, key_fingerprint, key_algorithm, der, replaces)
    select * from unnest(${column('serial_number')}::text[], ${column('authority')}::text[], ${column('profile')}::text[],
      ${column('subject')}::text[], ${column('ecu_id')}::uuid[], ${column('vin')}::text[], ${column('ecu_serial')}::text[],
      ${column('not_before')}::timestamptz[], ${column('not_after')}::timestamptz[], ${column('expiring_at')}::timestamptz[],
      ${column('issued_at')}::timestamptz[], ${column('fingerprint')}::text[], ${column('key_fingerprint')}::text[],
      ${column('key_algorithm')}::text[], ${column('der')}::bytea[], ${column('replaces')}::text[])
    on conflict (ecu_id) where ecu_id is not null and replaced_by is null and revoked_at is null do nothing
    returning serial_number`.execute(db);
}

/** The only SQL that writes identity_*. */
export const createIdentityStore = (db: Db) =>
  Object.freeze({
    /** Held until the transaction ends. */
    lockBootstrap: () => sql`select pg_advisory_xact_lock(${bootstrapLock}::bigint)`.execute(db),
    authorities: () => db.selectFrom('identity_authority').selectAll().orderBy('created_at').orderBy('id').execute(),
    insertAuthority: (row: Insertable<AuthorityTable>) => db.insertInto('identity_authority').values(row).execute(),

    certificate: (serialNumber: string) =>
      db.selectFrom('identity_certificate').selectAll().where('serial_number', '=', serialNumber).executeTakeFirst(),
    lockCertificate: (serialNumber: string) =>
      db
        .selectFrom('identity_certificate')
        .selectAll()
        .where('serial_number', '=', serialNumber)
        .forUpdate()
        .executeTakeFirst(),
    /** The unrevoked certificate with the latest end for a key of the platform itself. */
    certificateOfKey: (keyFingerprint: string, profile: string) =>
      db
        .selectFrom('identity_certificate')
        .selectAll()
        .where('key_fingerprint', '=', keyFingerprint)
        .where('profile', '=', profile)
        .where('revoked_at', 'is', null)
        .orderBy('not_after', 'desc')
        .executeTakeFirst(),
    markReleased: (serialNumber: string, at: Date) =>
      db
        .updateTable('identity_certificate')
        .set({ released_at: at })
        .where('serial_number', '=', serialNumber)
        .returningAll()
        .executeTakeFirstOrThrow(),
    certificatesOfEcus: (ecuIds: readonly string[]) =>
      sql<CertificateRow>`select * from identity_certificate where ecu_id = any(${ecuIds}::uuid[]) and revoked_at is null
        order by serial_number for update`
        .execute(db)
        .then(({ rows }) => rows),
    authoritiesOf: (serialNumbers: readonly string[]) =>
      sql<{ serial_number: string; authority: string }>`select serial_number, authority from identity_certificate
        where serial_number = any(${serialNumbers}::text[])`
        .execute(db)
        .then(({ rows }) => rows),

    /** Returns the serial numbers that were still current; one that was revoked or replaced meanwhile is left out. */
    markReplaced: (replacements: readonly Replacement[]) =>
      sql<{ serial_number: string }>`
        update identity_certificate c set replaced_by = r.by
        from unnest(${replacements.map((r) => r.serialNumber)}::text[], ${replacements.map((r) => r.by)}::text[]) as r(serial, by)
        where c.serial_number = r.serial and c.replaced_by is null and c.revoked_at is null returning c.serial_number`
        .execute(db)
        .then(({ rows }) => rows.map((row) => row.serial_number)),
    /** Returns the serial numbers that went in; an ECU that got a current certificate meanwhile is left out. */
    insertCertificates: (rows: readonly NewCertificate[]) =>
      insertCertificatesIn(db, rows).then((result) => result.rows.map((row) => row.serial_number)),
    markRevoked: (serialNumbers: readonly string[], at: Date, reason: string) =>
      sql`with revoked as (
          update identity_certificate set revoked_at = ${at}, revocation_reason = ${reason}
          where serial_number = any(${serialNumbers}::text[]) and revoked_at is null
          returning serial_number, authority, not_after)
        insert into identity_revocation (serial_number, authority, revoked_at, reason, not_after)
        select serial_number, authority, ${at}, ${reason}, not_after from revoked`.execute(db),
    addTotals: (totals: readonly Totals[], slot: number) =>
      sql`insert into identity_total as t (profile, authority, slot, issued, revoked)
        select p, a, ${slot % totalSlots}::smallint, i, r from unnest(${totals.map((t) => t.profile)}::text[],
          ${totals.map((t) => t.authority)}::text[], ${totals.map((t) => t.issued ?? 0)}::bigint[],
          ${totals.map((t) => t.revoked ?? 0)}::bigint[]) as v(p, a, i, r) order by p, a
        on conflict (profile, authority, slot) do update set issued = t.issued + excluded.issued, revoked = t.revoked + excluded.revoked`.execute(
        db,
      ),
  });
export type IdentityStore = ReturnType<typeof createIdentityStore>;
