import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

/** `current`: what an ECU is taken to run (reported, or else planned). `reported`: what it said it runs. */
export type InstalledKind = 'current' | 'reported';

/** Vehicles in use that run any of the versions, as rows (block, vehicles); each once, however many of its ECUs run them. */
export const blocksOf = (softwareIds: readonly string[], kind: InstalledKind): RawBuilder<unknown> => sql`(
  select u.block, u.vehicles & l.vehicles as vehicles
  from (select block, bit_or(vehicles) as vehicles from inventory_vehicle_block
    where kind = ${kind} and key = any(${softwareIds}::text[]) group by block) u
  join inventory_vehicle_block l on l.kind = 'live' and l.key = '' and l.block = u.block)`;

/** Which vehicles in use run any of some software versions: exact in every committed state, from the bitmaps of the index. */
export const createVehicleIndexViews = (db: Db) => ({
  /** How many different vehicles in use run any of the versions. */
  count: async (softwareIds: readonly string[], { kind = 'current' }: { readonly kind?: InstalledKind } = {}) => {
    const { rows } = await sql<{ n: string }>`select coalesce(sum(bit_count(vehicles)), 0)::text as n
      from ${blocksOf(softwareIds, kind)} x`.execute(db);
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
});
