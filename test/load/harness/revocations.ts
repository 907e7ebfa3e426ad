import type { Platform } from './platform.ts';

/**
 * Writes revoked certificates straight into the tables, as a fleet leaves them after years. The octets of a certificate
 * are not looked at again after its issue, so they are few here.
 */
export async function insertRevoked({ sql }: Platform, count: number): Promise<void> {
  const serial = "encode(sha256(('bench' || n)::bytea), 'hex')";
  await sql.query(
    `insert into identity_certificate (serial_number, authority, profile, subject, not_before, not_after, expiring_at,
       issued_at, fingerprint, key_fingerprint, key_algorithm, der, revoked_at, revocation_reason)
     select '5a' || left(${serial}, 30), 'vehicles', 'ecu-operational', 'CN=bench', now() - interval '30 days',
       now() + interval '300 days', now() + interval '200 days', now() - interval '30 days', ${serial}, ${serial},
       'EC P-256', '\\x00', now() - interval '1 day', 'cessationOfOperation'
     from generate_series(1, $1::int) as n`,
    [count],
  );
  await sql.query(
    `insert into identity_revocation (serial_number, authority, revoked_at, reason, not_after)
     select serial_number, authority, revoked_at, revocation_reason, not_after
     from identity_certificate where subject = 'CN=bench' and revoked_at is not null`,
  );
  await sql.query('analyze identity_certificate, identity_revocation');
}
