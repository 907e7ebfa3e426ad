import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { isLargeFleet } from './fleet-size-views.ts';

export interface Use {
  readonly softwareVersions: number;
  readonly vehicles: number;
}

interface Row {
  id: string;
  versions: string;
  vehicles: string;
}

const usesIn = (rows: readonly Row[]) =>
  new Map(rows.map((row) => [row.id, { softwareVersions: Number(row.versions), vehicles: Number(row.vehicles) }]));

/**
 * Software versions and vehicles that carry a component. Of a large fleet the vehicles are those of the versions added
 * up, at most the fleet: an upper bound, since one vehicle may run several of them.
 */
export async function usesOf(db: Db, ids: readonly string[]): Promise<Map<string, Use>> {
  if (ids.length === 0) return new Map();
  if (await isLargeFleet(db)) return boundsOf(db, ids);
  const { rows } = await sql<Row>`
    with used as materialized (select distinct sc.component_id, b.software_id from inventory_sbom_component sc
      join inventory_sbom b on b.id = sc.sbom_id where sc.component_id = any(${ids}::uuid[]))
    select u.component_id as id, count(distinct u.software_id)::text as versions, count(distinct i.vehicle_id)::text as vehicles
    from used u left join inventory_installation i on i.current_id = u.software_id group by u.component_id`.execute(db);
  return usesIn(rows);
}

async function boundsOf(db: Db, ids: readonly string[]): Promise<Map<string, Use>> {
  const { rows } = await sql<Row>`
    select u.component_id as id, count(*)::text as versions,
      least(sum(s.vehicles), (select sum(vehicle_count) from inventory_model))::text as vehicles
    from (select distinct sc.component_id, b.software_id from inventory_sbom_component sc
      join inventory_sbom b on b.id = sc.sbom_id where sc.component_id = any(${ids}::uuid[])) u
    join inventory_software s on s.id = u.software_id group by u.component_id`.execute(db);
  return usesIn(rows);
}

/** Vehicles in use that run software with components of each of these names; exact, from the bitmaps of the vehicle index. */
export async function vehiclesByName(db: Db, keys: readonly string[]): Promise<Map<string, number>> {
  if (keys.length === 0) return new Map();
  const { rows } = await sql<{ key: string; n: string }>`
    with used as materialized (select distinct c.name_key as key, b.software_id::text as software from inventory_component c
      join inventory_sbom_component sc on sc.component_id = c.id and sc.scope is distinct from 'excluded'
      join inventory_sbom b on b.id = sc.sbom_id where c.name_key = any(${keys}::text[]) and not c.identified),
    blocks as (select u.key, v.block, bit_or(v.vehicles) as vehicles from used u
      join inventory_vehicle_block v on v.kind = 'current' and v.key = u.software group by u.key, v.block)
    select b.key, sum(bit_count(b.vehicles & l.vehicles))::text as n from blocks b
    join inventory_vehicle_block l on l.kind = 'live' and l.key = '' and l.block = b.block group by b.key`.execute(db);
  return new Map(rows.map(({ key, n }) => [key, Number(n)]));
}
