import { type Certificate, certificateStates, identityOperations, type ListQuery } from '@bulkhead/contract';
import { type Expression, type SqlBool, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { defineList, type FilterTest } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';

type State = (typeof certificateStates)[number];

interface StateRow {
  readonly revoked_at: Date | null;
  readonly replaced_by: string | null;
  readonly expiring_at: Date;
  readonly not_after: Date;
}

/** Expiring = its renewal is overdue. One that was replaced already alarms nobody. */
export function certificateState(row: StateRow, now: Date): State {
  if (row.revoked_at) return 'revoked';
  if (row.not_after <= now) return 'expired';
  return row.expiring_at <= now && row.replaced_by === null ? 'expiring' : 'valid';
}

function conditionOf(state: State, now: Date): Expression<SqlBool> {
  switch (state) {
    case 'revoked':
      return sql<SqlBool>`(c.revoked_at is not null)`;
    case 'expired':
      return sql<SqlBool>`(c.revoked_at is null and c.not_after <= ${now})`;
    case 'expiring':
      return sql<SqlBool>`(c.revoked_at is null and c.replaced_by is null and c.expiring_at <= ${now} and c.not_after > ${now})`;
    case 'valid':
      return sql<SqlBool>`(c.revoked_at is null and c.not_after > ${now} and (c.expiring_at > ${now} or c.replaced_by is not null))`;
  }
}

/** `:` on a state means that its word contains the text, as for every other enumeration. */
function stateTest({ operator, values }: FilterTest, now: Date): Expression<SqlBool> {
  const text = values[0]?.toLowerCase() ?? '';
  const wanted = certificateStates.filter((state) =>
    operator === ':' ? state.includes(text) : values.includes(state) !== (operator === '!='),
  );
  if (wanted.length === 0) return sql<SqlBool>`false`;
  return sql<SqlBool>`(${sql.join(
    wanted.map((state) => conditionOf(state, now)),
    sql` or `,
  )})`;
}

const listAt = (now: Date) =>
  defineList(
    identityOperations.listCertificates.list,
    {
      serialNumber: 'c.serial_number',
      vin: { column: 'c.vin', nullable: true },
      ecuSerial: { column: 'c.ecu_serial', nullable: true },
      profile: 'c.profile',
      state: { test: (test) => stateTest(test, now) },
      notAfter: 'c.not_after',
      issuedAt: 'c.issued_at',
      revokedAt: { column: 'c.revoked_at', nullable: true },
    },
    'c.serial_number',
    'text',
  );

const columns = [
  'c.serial_number',
  'c.subject',
  'c.profile',
  'c.authority',
  'c.vin',
  'c.ecu_serial',
  'c.not_before',
  'c.not_after',
  'c.expiring_at',
  'c.issued_at',
  'c.fingerprint',
  'c.key_algorithm',
  'c.revoked_at',
  'c.revocation_reason',
  'c.replaces',
  'c.replaced_by',
] as const;

interface CertificateView extends StateRow {
  readonly serial_number: string;
  readonly subject: string;
  readonly profile: string;
  readonly authority: string;
  readonly vin: string | null;
  readonly ecu_serial: string | null;
  readonly not_before: Date;
  readonly issued_at: Date;
  readonly fingerprint: string;
  readonly key_algorithm: string;
  readonly revocation_reason: string | null;
  readonly replaces: string | null;
}

export const certificateOf = (row: CertificateView, now: Date): Certificate => ({
  serialNumber: row.serial_number,
  subject: row.subject,
  profile: row.profile,
  authority: row.authority,
  state: certificateState(row, now),
  vin: row.vin,
  ecuSerial: row.ecu_serial,
  notBefore: row.not_before.toISOString(),
  notAfter: row.not_after.toISOString(),
  issuedAt: row.issued_at.toISOString(),
  fingerprint: row.fingerprint,
  keyAlgorithm: row.key_algorithm,
  revokedAt: row.revoked_at?.toISOString() ?? null,
  revocationReason: row.revocation_reason,
  replaces: row.replaces,
});

export interface IdentitySummary {
  readonly enrolledEcus: number;
  readonly expiring: number;
  readonly expired: number;
  readonly revoked: number;
  readonly authorities: number;
}

export const createIdentityViews = (db: Db) =>
  Object.freeze({
    certificates: async (query: ListQuery, now: Date) => {
      const { rows, ...page } = await pageOf(
        db.selectFrom('identity_certificate as c').select(columns),
        listAt(now),
        query,
      );
      return { items: rows.map((row) => certificateOf(row, now)), ...page };
    },
    certificate: (serialNumber: string) =>
      db
        .selectFrom('identity_certificate as c')
        .select([...columns, 'c.der'])
        .where('c.serial_number', '=', serialNumber)
        .executeTakeFirst(),
    totals: async () => {
      const rows = await db
        .selectFrom('identity_total')
        .groupBy(['profile', 'authority'])
        .select([
          'profile',
          'authority',
          sql<string>`sum(issued)`.as('issued'),
          sql<string>`sum(revoked)`.as('revoked'),
        ])
        .execute();
      return rows.map((row) => ({ ...row, issued: Number(row.issued), revoked: Number(row.revoked) }));
    },
    /** Counts for the overview; each is answered by a partial index alone. */
    summary: async (now: Date): Promise<IdentitySummary> => {
      const { rows } = await sql<Record<'running' | 'expired' | 'expiring' | 'revoked' | 'authorities', string>>`select
        (select count(*) from identity_certificate where ecu_id is not null and replaced_by is null and revoked_at is null and not_after > ${now}) as running,
        (select count(*) from identity_certificate where ecu_id is not null and replaced_by is null and revoked_at is null and not_after <= ${now}) as expired,
        (select count(*) from identity_certificate where replaced_by is null and revoked_at is null and expiring_at <= ${now} and not_after > ${now}) as expiring,
        (select coalesce(sum(revoked), 0) from identity_total) as revoked,
        (select count(*) from identity_authority) as authorities`.execute(db);
      const [row] = rows;
      const number = (text: string | undefined) => Number(text ?? 0);
      return {
        enrolledEcus: number(row?.running),
        expired: number(row?.expired),
        expiring: number(row?.expiring),
        revoked: number(row?.revoked),
        authorities: number(row?.authorities),
      };
    },
  });
export type IdentityViews = ReturnType<typeof createIdentityViews>;
