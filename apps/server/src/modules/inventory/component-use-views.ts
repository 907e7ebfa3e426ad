import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

export interface ComponentUse {
  readonly softwareVersions: number;
  /** Vehicles in use that run any of these versions. */
  readonly vehicles: number;
}

/** Blocks that a page may join: a core takes about a million a second. */
const mostBlocks = 150_000;

/**
 * Software versions and vehicles that carry a component. Exact unless the components of the page stand in so many versions
 * of so large a fleet that joining them would take too long: then the vehicles are those of the versions at their last count
 * added up, at most the fleet, an upper bound since one vehicle may run several of them.
 */
export async function componentUses(db: Db, ids: readonly string[]): Promise<Map<string, ComponentUse>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{ id: string; software: string[]; most: string; blocks: number }>`
    select u.component_id as id, array_agg(u.software_id::text order by u.software_id) as software,
      least(sum(s.vehicles), (select sum(vehicle_count) from inventory_model))::text as most,
      (select count(*)::int from inventory_vehicle_block where kind = 'live' and key = '') as blocks
    from (select distinct sc.component_id, b.software_id from inventory_sbom_component sc
      join inventory_sbom b on b.id = sc.sbom_id where sc.component_id = any(${ids}::uuid[])) u
    join inventory_software s on s.id = u.software_id group by u.component_id`.execute(db);
  // components of one SBOM are in the same versions: each set of versions is joined once
  const sets = Map.groupBy(rows, ({ software }) => software.join(' '));
  const lists = [...sets.values()].map(([first]) => first?.software ?? []);
  const blocks = lists.reduce((sum, { length }) => sum + length, 0) * (rows[0]?.blocks ?? 0);
  const counts = blocks <= mostBlocks ? await countSets(db, lists) : undefined;
  const places = new Map([...sets.keys()].map((key, place) => [key, place]));
  return new Map(
    rows.map(({ id, software, most }) => {
      const place = places.get(software.join(' ')) ?? -1;
      return [id, { softwareVersions: software.length, vehicles: counts ? (counts.get(place) ?? 0) : Number(most) }];
    }),
  );
}

/** Vehicles in use that run any version of a list, by the place of the list. */
async function countSets(db: Db, lists: readonly (readonly string[])[]): Promise<Map<number, number>> {
  const places = lists.flatMap((list, place) => list.map(() => place));
  const { rows } = await sql<{ place: number; n: string }>`
    select u.place, sum(bit_count(u.vehicles & l.vehicles))::text as n from (
      select p.place, b.block, bit_or(b.vehicles) as vehicles from unnest(${places}::int[], ${lists.flat()}::text[]) p(place, id)
      join inventory_vehicle_block b on b.kind = 'current' and b.key = p.id group by p.place, b.block) u
    join inventory_vehicle_block l on l.kind = 'live' and l.key = '' and l.block = u.block group by u.place`.execute(
    db,
  );
  return new Map(rows.map(({ place, n }) => [place, Number(n)]));
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
