import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { CertificateRow } from './store.ts';

type NewestCertificate = Pick<
  CertificateRow,
  'ecu_id' | 'serial_number' | 'not_after' | 'key_fingerprint' | 'revoked_at' | 'revocation_reason' | 'released_at'
>;

/** What an enrolment is judged by. */
export const createStandingStore = (db: Db) =>
  Object.freeze({
    /** What each ECU stands on: its current certificate or, when it has none, the one that was revoked last. */
    newestCertificates: (ecuIds: readonly string[]) =>
      sql<NewestCertificate>`
        select distinct on (ecu_id) ecu_id, serial_number, not_after, key_fingerprint, revoked_at, revocation_reason, released_at
        from identity_certificate where ecu_id = any(${ecuIds}::uuid[]) and replaced_by is null
        order by ecu_id, revoked_at desc nulls first, issued_at desc`
        .execute(db)
        .then(({ rows }) => rows),
    /** Those of the keys that belong to a certificate revoked for keyCompromise. */
    compromisedKeys: (keyFingerprints: readonly string[]) =>
      sql<{ key_fingerprint: string }>`
        select distinct key_fingerprint from identity_certificate
        where key_fingerprint = any(${keyFingerprints}::text[]) and revocation_reason = 'keyCompromise'`
        .execute(db)
        .then(({ rows }): ReadonlySet<string> => new Set(rows.map((row) => row.key_fingerprint))),
  });
