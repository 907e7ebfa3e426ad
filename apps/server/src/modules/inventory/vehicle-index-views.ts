import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

/** `current`: what an ECU is taken to run (reported, or else planned). `reported`: what it said it runs. */
export type InstalledKind = 'current' | 'reported';

export interface Part {
  readonly value: string;
  readonly vehicles: number;
}

/** Vehicles in use by where they belong and what they run; the values with most vehicles come first. */
export interface Breakdown {
  readonly total: number;
  readonly byModel: readonly Part[];
  readonly byRegion: readonly Part[];
  /** The value is empty for vehicles of which no plant is known. */
  readonly byPlant: readonly Part[];
  /** By id of the version; a vehicle that runs several stands in each. */
  readonly bySoftware: readonly Part[];
}

/** Vehicles in use that carry a program, in the slot that runs: `total` is the sum of the others. */
export interface Remaining {
  readonly total: number;
  /** Every ECU with the program reported a fixed version. */
  readonly fixed: number;
  /** At least one ECU reported another version, also one that nobody registered. */
  readonly remaining: number;
  /** At least one ECU has not reported it yet, and none reported another version. */
  readonly unknown: number;
}

/** Vehicles in use that run any of the versions, as rows (block, vehicles); each once, however many of its ECUs run them. */
export const runningBlocks = (softwareIds: readonly string[], kind: InstalledKind = 'current'): RawBuilder<unknown> =>
  sql`(
    select u.block, u.vehicles & l.vehicles as vehicles
    from (select block, bit_or(vehicles) as vehicles from inventory_vehicle_block
      where kind = ${kind} and key = any(${softwareIds}::text[]) group by block) u
    join inventory_vehicle_block l on l.kind = 'live' and l.key = '' and l.block = u.block)`;

/** Which vehicles in use run any of some software versions: exact in every committed state, from the bitmaps of the index. */
export const createVehicleIndexViews = (db: Db) => ({
  /** How many different vehicles in use run any of the versions. */
  count: async (softwareIds: readonly string[], { kind = 'current' }: { readonly kind?: InstalledKind } = {}) => {
    const { rows } = await sql<{ n: string }>`select coalesce(sum(bit_count(vehicles)), 0)::text as n
      from ${runningBlocks(softwareIds, kind)} x`.execute(db);
    return Number(rows[0]?.n ?? 0);
  },

  /** Vehicles in use by software version; a version that none runs has no entry. */
  countsPerSoftware: async (softwareIds: readonly string[]): Promise<Map<string, number>> => {
    const { rows } = await sql<{ id: string; n: string }>`
      select b.key as id, sum(bit_count(b.vehicles & l.vehicles))::text as n from inventory_vehicle_block b
      join inventory_vehicle_block l on l.kind = 'live' and l.key = '' and l.block = b.block
      where b.kind = 'current' and b.key = any(${softwareIds}::text[]) group by b.key
      having sum(bit_count(b.vehicles & l.vehicles)) > 0`.execute(db);
    return new Map(rows.map(({ id, n }) => [id, Number(n)]));
  },

  breakdown: (softwareIds: readonly string[]) => breakdown(db, softwareIds),
  remaining: (name: string, fixedSoftwareIds: readonly string[]) => remaining(db, name, fixedSoftwareIds),
});

async function breakdown(db: Db, softwareIds: readonly string[]): Promise<Breakdown> {
  const { rows } = await sql<{ kind: string; key: string; n: string }>`
    with running as materialized (select * from ${runningBlocks(softwareIds)} x)
    select 'total' as kind, '' as key, coalesce(sum(bit_count(vehicles)), 0) as n from running
    union all
    select * from (
      select b.kind, b.key, sum(bit_count(b.vehicles & r.vehicles)) as n from running r
      join inventory_vehicle_block b on b.block = r.block
      where b.kind in ('model', 'region', 'plant') or (b.kind = 'current' and b.key = any(${softwareIds}::text[]))
      group by b.kind, b.key having sum(bit_count(b.vehicles & r.vehicles)) > 0 order by n desc, b.key) y`.execute(db);
  const of = (kind: string): Part[] =>
    rows.filter((row) => row.kind === kind).map(({ key, n }) => ({ value: key, vehicles: Number(n) }));
  const total = of('total')[0]?.vehicles ?? 0;
  return { total, byModel: of('model'), byRegion: of('region'), byPlant: of('plant'), bySoftware: of('current') };
}

async function remaining(db: Db, name: string, fixedSoftwareIds: readonly string[]): Promise<Remaining> {
  const { rows } = await sql<{ fixed: string; remaining: string; unknown: string }>`
    with said as (
      select block,
        coalesce(bit_or(vehicles) filter (where kind = 'reported' and key = any(${fixedSoftwareIds}::text[])), 0::bit(2048)) as fixed,
        coalesce(bit_or(vehicles) filter (where kind = 'unregistered'
          or (kind = 'reported' and key <> all(${fixedSoftwareIds}::text[]))), 0::bit(2048)) as other,
        coalesce(bit_or(vehicles) filter (where kind = 'unreported'), 0::bit(2048)) as silent
      from inventory_vehicle_block
      where (kind = 'reported' and key = any(array(select id::text from inventory_software where name = ${name})))
        or (kind in ('unregistered', 'unreported') and key = ${name}) group by block)
    select coalesce(sum(bit_count(l.vehicles & s.fixed & ~s.other & ~s.silent)), 0)::text as fixed,
      coalesce(sum(bit_count(l.vehicles & s.other)), 0)::text as remaining,
      coalesce(sum(bit_count(l.vehicles & s.silent & ~s.other)), 0)::text as unknown
    from said s join inventory_vehicle_block l on l.kind = 'live' and l.key = '' and l.block = s.block`.execute(db);
  const [row] = rows;
  const counts = { fixed: Number(row?.fixed), remaining: Number(row?.remaining), unknown: Number(row?.unknown) };
  return { total: counts.fixed + counts.remaining + counts.unknown, ...counts };
}
