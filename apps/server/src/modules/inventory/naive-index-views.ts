import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

/** For tests. What the index holds, read bit by bit: `kind key` to the ordinals of its vehicles, and `role ...` to a count. */
export async function indexedVehicles(db: Db): Promise<Map<string, string>> {
  const { rows } = await sql<{ kind: string; key: string; block: number; vehicles: string }>`
    select kind, key, block, vehicles::text as vehicles from inventory_vehicle_block order by kind, key, block`.execute(
    db,
  );
  const found = new Map<string, string>();
  for (const { kind, key, block, vehicles } of rows) {
    const ordinals = [...vehicles].flatMap((bit, i) => (bit === '1' ? [block * vehicles.length + i] : []));
    if (ordinals.length === 0) continue;
    const name = `${kind} ${key}`;
    found.set(name, [...(found.has(name) ? [found.get(name)] : []), ...ordinals].join(' '));
  }
  const roles = await sql<{ name: string; n: string }>`
    select 'role ' || software_id || ' ' || model_id || ' ' || role as name, installations::text as n
    from inventory_software_role where installations <> 0`.execute(db);
  return new Map(
    [...found, ...roles.rows.map(({ name, n }) => [name, n] as const)].sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The same, counted the slow way from the tables that the index describes. */
export async function installedVehicles(db: Db): Promise<Map<string, string>> {
  const { rows } = await sql<{ name: string; n: string }>`
    with said as (
      select 'current ' || current_id as name, vehicle_id from inventory_installation where current_id is not null
      union select 'reported ' || reported_id, vehicle_id from inventory_installation
        where reported_id is not null and slot = 'running'
      union select 'unreported ' || name, vehicle_id from inventory_installation
        where reported_version is null and slot = 'running'
      union select 'unregistered ' || name, vehicle_id from inventory_installation
        where reported_version is not null and reported_id is null and slot = 'running'
      union select 'all ', id from inventory_vehicle
      union select 'live ', vehicle_id from inventory_vehicle_status where state <> 'retired'
      union select 'model ' || model_code, id from inventory_vehicle
      union select 'region ' || region, id from inventory_vehicle
      union select 'plant ' || coalesce(plant, ''), id from inventory_vehicle)
    select s.name, array_to_string(array_agg(distinct v.ordinal order by v.ordinal), ' ') as n
    from said s join inventory_vehicle v on v.id = s.vehicle_id group by s.name
    union all
    select 'role ' || i.current_id || ' ' || e.model_id || ' ' || e.role, count(*)::text
    from inventory_installation i join inventory_ecu e on e.id = i.ecu_id where i.current_id is not null
    group by i.current_id, e.model_id, e.role`.execute(db);
  return new Map(rows.map(({ name, n }) => [name, n] as const).sort(([a], [b]) => (a < b ? -1 : 1)));
}
