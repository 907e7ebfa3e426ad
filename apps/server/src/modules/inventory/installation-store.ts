import { type Expression, type SqlBool, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { rowsOf } from './rows-store.ts';

/**
 * "invs" in ASCII. Reports share it, the registration of versions takes it alone: else a report that looked before the
 * registration and commits after it would stay without the version that it names.
 */
export const registrationLock = 0x696e7673;

export interface Plan {
  readonly ecu_id: string;
  readonly vehicle_id: string;
  readonly slot: string;
  readonly software_id: string;
}

export interface Report {
  readonly ecu_id: string;
  readonly vehicle_id: string;
  readonly name: string;
  readonly slot: string;
  readonly version: string;
  readonly sha256: Buffer | null;
  readonly at: Date;
}

/** Writes inventory_installation: what ECUs should run and say they run. */
export const createInstallationStore = (db: Db) => ({
  /**
   * Plans versions for ECUs; answers what changed, with the version planned before. Several plans of one slot are a
   * mistake of the caller (PostgreSQL refuses to touch a row twice).
   */
  plan: async (plans: readonly Plan[]) => {
    if (plans.length === 0) return [];
    const types = { ecu_id: 'uuid', vehicle_id: 'uuid', slot: 'text', software_id: 'uuid' } as const;
    const { rows } = await sql<PlannedChange>`with wanted as (
        select r.ecu_id, r.vehicle_id, r.slot, s.id, s.name, s.version, s.sha256
        from ${rowsOf(plans, types)} join inventory_software s on s.id = r.software_id),
      before as (select w.ecu_id, w.name, w.slot, i.planned_version from wanted w join inventory_installation i
        on i.ecu_id = w.ecu_id and i.name = w.name and i.slot = w.slot),
      written as (insert into inventory_installation as t (ecu_id, vehicle_id, name, slot, planned_id, planned_version, planned_sha256)
        select ecu_id, vehicle_id, name, slot, id, version, sha256 from wanted order by ecu_id, name, slot
        on conflict (ecu_id, name, slot) do update set planned_id = excluded.planned_id,
          planned_version = excluded.planned_version, planned_sha256 = excluded.planned_sha256
        where t.planned_id is distinct from excluded.planned_id
        returning ecu_id, vehicle_id, name, slot, planned_version)
      select w.ecu_id, w.vehicle_id, w.name, w.slot, w.planned_version as version, b.planned_version as "from"
      from written w left join before b on b.ecu_id = w.ecu_id and b.name = w.name and b.slot = w.slot`.execute(db);
    return rows;
  },

  /** Plans one version for all ECUs of a condition over `e` and `es`, with its history; answers how many changed. */
  planWhere: (softwareId: string, slot: string, condition: Expression<SqlBool>, now: Date) =>
    planWhere(db, softwareId, slot, condition, now),

  /** What the ECUs are known to run, to compare a report with. */
  installedOn: async (ecuIds: readonly string[]) =>
    db
      .selectFrom('inventory_installation')
      .select([
        'ecu_id',
        'name',
        'slot',
        'planned_version',
        'planned_sha256',
        'reported_version',
        'reported_sha256',
        'reported_at',
      ])
      .where('ecu_id', '=', sql<string>`any(${ecuIds}::uuid[])`)
      .execute(),

  /** Stores reports; each (ECU, name, slot) at most once. An older report does not undo a newer one. */
  report: (reports: readonly Report[]) => report(db, reports),
});

async function planWhere(db: Db, softwareId: string, slot: string, condition: Expression<SqlBool>, now: Date) {
  const { rows } = await sql<{ ecus: string; vehicles: string[] | null }>`with wanted as (
        select e.id as ecu_id, e.vehicle_id, e.serial, s.id, s.name, s.version, s.sha256, i.planned_version as old
        from inventory_ecu e join inventory_ecu_status es on es.ecu_id = e.id
        join inventory_vehicle_status vs on vs.vehicle_id = e.vehicle_id and vs.state <> 'retired'
        cross join inventory_software s
        left join inventory_installation i on i.ecu_id = e.id and i.name = s.name and i.slot = ${slot}
        where s.id = ${softwareId} and i.planned_id is distinct from s.id and (${condition})),
      written as (insert into inventory_installation as t (ecu_id, vehicle_id, name, slot, planned_id, planned_version, planned_sha256)
        select ecu_id, vehicle_id, name, ${slot}, id, version, sha256 from wanted order by ecu_id
        on conflict (ecu_id, name, slot) do update set planned_id = excluded.planned_id,
          planned_version = excluded.planned_version, planned_sha256 = excluded.planned_sha256
        returning ecu_id),
      noted as (insert into inventory_history (vehicle_id, at, ecu_serial, kind, text)
        select w.vehicle_id, ${now}::timestamptz, w.serial, 'planned', 'Software ' || w.name || ' ' || w.version || ' planned'
          || coalesce(', before ' || w.old, '') from wanted w)
      select count(*)::text as ecus, array_agg(distinct w.vehicle_id::text) as vehicles
      from written join wanted w on w.ecu_id = written.ecu_id`.execute(db);
  return { ecus: Number(rows[0]?.ecus ?? 0), vehicles: rows[0]?.vehicles ?? [] };
}

async function report(db: Db, reports: readonly Report[]) {
  if (reports.length === 0) return;
  const types = {
    ecu_id: 'uuid',
    vehicle_id: 'uuid',
    name: 'text',
    slot: 'text',
    version: 'text',
    sha256: 'bytea',
    at: 'timestamptz',
  } as const;
  await sql`select pg_advisory_xact_lock_shared(${registrationLock})`.execute(db);
  await sql`insert into inventory_installation as t (ecu_id, vehicle_id, name, slot, reported_id, reported_version,
        reported_sha256, reported_at)
      select r.ecu_id, r.vehicle_id, r.name, r.slot, s.id, r.version, r.sha256, r.at
      from ${rowsOf(reports, types)} left join inventory_software s on s.name = r.name and s.version = r.version
      order by r.ecu_id, r.name, r.slot
      on conflict (ecu_id, name, slot) do update set reported_id = excluded.reported_id,
        reported_version = excluded.reported_version, reported_sha256 = excluded.reported_sha256,
        reported_at = excluded.reported_at
      where t.reported_at is null or t.reported_at <= excluded.reported_at`.execute(db);
}

export interface PlannedChange {
  readonly ecu_id: string;
  readonly vehicle_id: string;
  readonly name: string;
  readonly slot: string;
  readonly version: string;
  readonly from: string | null;
}
