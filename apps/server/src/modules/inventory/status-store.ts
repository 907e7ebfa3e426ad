import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { rowsOf } from './rows-store.ts';

export interface Seen {
  readonly ecu_id: string;
  readonly at: Date;
}

export interface ConnectionChange {
  readonly ecuId: string;
  readonly connected: boolean;
  readonly at: Date;
}

export type StatusStore = ReturnType<typeof createStatusStore>;

const seenTypes = { ecu_id: 'uuid', at: 'timestamptz' } as const;

/** Writes inventory_ecu_status and inventory_vehicle_status: what changes while a vehicle is on the road. */
export const createStatusStore = (db: Db) => ({
  /**
   * Signs of life, at most one write per minute, ECU and vehicle. A row that somebody else holds is skipped: whoever
   * holds it is writing a sign of life too, or the next heartbeat will.
   */
  touch: async (seen: readonly Seen[]) => {
    if (seen.length === 0) return;
    const latest = sql`(select r.ecu_id, max(r.at) as at from ${rowsOf(seen, seenTypes)} group by r.ecu_id)`;
    await sql`with due as (
        select s.ecu_id, n.at from inventory_ecu_status s join ${latest} n on n.ecu_id = s.ecu_id
        where s.last_seen_at is null or s.last_seen_at < n.at - interval '1 minute'
        order by s.ecu_id for no key update of s skip locked)
      update inventory_ecu_status s set last_seen_at = due.at from due where s.ecu_id = due.ecu_id`.execute(db);
    await sql`with due as (
        select v.vehicle_id, n.at from inventory_vehicle_status v join (
          select s.vehicle_id, max(n.at) as at from inventory_ecu_status s join ${latest} n on n.ecu_id = s.ecu_id
          group by s.vehicle_id) n on n.vehicle_id = v.vehicle_id
        where v.last_seen_at is null or v.last_seen_at < n.at - interval '1 minute'
        order by v.vehicle_id for no key update of v skip locked)
      update inventory_vehicle_status v set last_seen_at = due.at, first_seen_at = coalesce(v.first_seen_at, due.at)
      from due where v.vehicle_id = due.vehicle_id`.execute(db);
  },

  /** Connections opened and closed; of several changes of one ECU the latest counts. */
  setConnected: async (changes: readonly ConnectionChange[]) => {
    if (changes.length === 0) return;
    const types = { ecuId: 'uuid', connected: 'boolean', at: 'timestamptz' } as const;
    const { rows } = await sql<{ vehicle_id: string }>`with latest as (
        select distinct on (r."ecuId") r."ecuId" as ecu_id, r.connected, r.at from ${rowsOf(changes, types)}
        order by r."ecuId", r.at desc),
      held as (select s.ecu_id from inventory_ecu_status s join latest l on l.ecu_id = s.ecu_id
        order by s.ecu_id for no key update of s)
      update inventory_ecu_status s set connected = l.connected, connected_at = l.at,
        last_seen_at = greatest(s.last_seen_at, l.at)
      from latest l join held h on h.ecu_id = l.ecu_id
      where s.ecu_id = l.ecu_id and (s.connected_at is null or s.connected_at <= l.at)
      returning s.vehicle_id`.execute(db);
    await refreshVehicles(db, [...new Set(rows.map((row) => row.vehicle_id))]);
  },

  /** Of several certificates of one ECU the one that lasts longest counts. */
  enrol: async (enrolled: readonly { ecuId: string; notBefore?: Date; notAfter: Date }[]) => {
    if (enrolled.length === 0) return;
    const rows = enrolled.map(({ ecuId, notBefore, notAfter }) => ({ ecuId, notBefore: notBefore ?? null, notAfter }));
    const types = { ecuId: 'uuid', notBefore: 'timestamptz', notAfter: 'timestamptz' } as const;
    const changed = await sql<{ vehicle_id: string }>`with latest as (
        select distinct on (r."ecuId") r."ecuId" as ecu_id, r."notBefore" as not_before, r."notAfter" as not_after
        from ${rowsOf(rows, types)} order by r."ecuId", r."notAfter" desc),
      held as (select s.ecu_id from inventory_ecu_status s join latest l on l.ecu_id = s.ecu_id
        order by s.ecu_id for no key update of s)
      update inventory_ecu_status s set certificate_not_before = l.not_before, certificate_not_after = l.not_after,
        revoked_at = null
      from latest l join held h on h.ecu_id = l.ecu_id where s.ecu_id = l.ecu_id returning s.vehicle_id`.execute(db);
    await refreshVehicles(db, [...new Set(changed.rows.map((row) => row.vehicle_id))]);
  },

  revoke: async (ecuIds: readonly string[], at: Date) => {
    const { rows } = await sql<{ vehicle_id: string }>`with held as (
        select ecu_id from inventory_ecu_status where ecu_id = any(${ecuIds}::uuid[]) order by ecu_id for no key update)
      update inventory_ecu_status s set revoked_at = ${at}::timestamptz from held h
      where s.ecu_id = h.ecu_id and s.revoked_at is null and s.certificate_not_after is not null
      returning s.vehicle_id`.execute(db);
    await refreshVehicles(db, [...new Set(rows.map((row) => row.vehicle_id))]);
  },

  /** Software state of vehicles from that of their installations: outdated beats unknown beats current. */
  refreshSoftware: async (vehicleIds: readonly string[]) => {
    if (vehicleIds.length === 0) return;
    await holdVehicles(db, vehicleIds);
    await sql`with fresh as (select h.vehicle_id, case when coalesce(bool_or(i.state = 'outdated'), false) then 'outdated'
          when coalesce(bool_and(i.state = 'current'), false) then 'current' else 'unknown' end as state
        from unnest(${vehicleIds}::uuid[]) h(vehicle_id)
        left join inventory_installation i on i.vehicle_id = h.vehicle_id and i.slot = 'running'
        group by h.vehicle_id)
      update inventory_vehicle_status v set software_state = f.state from fresh f
      where v.vehicle_id = f.vehicle_id and v.software_state <> f.state`.execute(db);
  },
});

/**
 * Locks first, in one order against deadlocks. The count is a statement of its own after that, so that its snapshot
 * holds what whoever held the lock before has committed.
 */
async function holdVehicles(db: Db, vehicleIds: readonly string[]): Promise<void> {
  await sql`select from inventory_vehicle_status where vehicle_id = any(${vehicleIds}::uuid[])
    order by vehicle_id for no key update`.execute(db);
}

/** Counts and state of vehicles from the status of their ECUs; recounted, so that no error can accumulate. */
async function refreshVehicles(db: Db, vehicleIds: readonly string[]): Promise<void> {
  if (vehicleIds.length === 0) return;
  await holdVehicles(db, vehicleIds);
  await sql`with fresh as (select h.vehicle_id, count(*) filter (where s.connected)::int as connected,
        count(*) filter (where s.certificate_not_after is not null and s.revoked_at is null)::int as enrolled,
        max(s.last_seen_at) as seen
      from unnest(${vehicleIds}::uuid[]) h(vehicle_id) join inventory_ecu_status s on s.vehicle_id = h.vehicle_id group by h.vehicle_id)
    update inventory_vehicle_status v set connected_count = f.connected, enrolled_count = f.enrolled,
      last_seen_at = greatest(v.last_seen_at, f.seen), first_seen_at = coalesce(v.first_seen_at, f.seen),
      state = case when v.state = 'retired' then 'retired' when f.connected > 0 then 'online'
        when coalesce(v.first_seen_at, f.seen) is not null then 'offline' else 'registered' end
    from fresh f where v.vehicle_id = f.vehicle_id`.execute(db);
}
