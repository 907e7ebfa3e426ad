import { directorOperations, type ListQuery, type VehicleManifest } from '@bulkhead/contract';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { defineList } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';
import './tables.ts';

const manifests = defineList(
  directorOperations.listManifests.list,
  {
    vin: 'm.vin',
    outcome: 'm.outcome',
    code: { column: 'm.code', nullable: true },
    receivedAt: 'm.received_at',
  },
  'm.id',
  'bigint',
);

const columns = [
  'm.id',
  'm.vin',
  'm.received_at',
  'm.last_at',
  'm.count',
  'm.outcome',
  'm.code',
  'm.detail',
  'm.dialect',
  'm.counter',
  'm.reports',
] as const;

const select = (db: Db) => db.selectFrom('director_manifest as m').select(columns);
type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

const manifestOf = (row: Row): VehicleManifest => ({
  id: row.id,
  vin: row.vin,
  receivedAt: row.received_at.toISOString(),
  lastAt: row.last_at.toISOString(),
  count: row.count,
  outcome: row.outcome,
  code: row.code,
  detail: row.detail,
  dialect: row.dialect,
  counter: row.counter === null ? null : Number(row.counter),
  ecus: [...row.reports],
});

/** What people ask about vehicles and their manifests. */
export const createStatusViews = (db: Db) => ({
  counts: async () => {
    const { rows } = await sql<{ vehicles: string; silent: string; faults: string; refused: string }>`select
      count(*)::text as vehicles, count(silent_since)::text as silent, count(fault)::text as faults,
      count(*) filter (where manifest_refused_at > coalesce(manifest_at, registered_at))::text as refused
      from director_vehicle`.execute(db);
    const row = rows[0];
    const number = (text: string | undefined) => Number(text ?? 0);
    return {
      vehicles: number(row?.vehicles),
      silent: number(row?.silent),
      faults: number(row?.faults),
      refused: number(row?.refused),
    };
  },

  manifests: async (query: ListQuery) => {
    const { rows, ...page } = await pageOf(select(db), manifests, query);
    return { ...page, items: rows.map(manifestOf) };
  },

  manifest: async (id: string) => {
    const row = await db
      .selectFrom('director_manifest as m')
      .select([...columns, 'm.document'])
      .where('m.id', '=', id)
      .executeTakeFirst();
    return row && { ...manifestOf(row), document: row.document.toString('utf8') };
  },
});
