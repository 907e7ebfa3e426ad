import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { createVehicleIndexViews } from './vehicle-index-views.ts';

export interface SoftwareUse {
  readonly installations: number;
  /** Vehicles in use that run it. */
  readonly vehicles: number;
}

/** How often each version is installed; a version that no ECU runs has no entry. */
export async function softwareUses(db: Db, ids: readonly string[]): Promise<Map<string, SoftwareUse>> {
  if (ids.length === 0) return new Map();
  const vehicles = await createVehicleIndexViews(db).countsPerSoftware(ids);
  const { rows } = await sql<{ id: string; n: string }>`
    select software_id as id, sum(installations)::text as n from inventory_software_role
    where software_id = any(${ids}::uuid[]) group by software_id having sum(installations) > 0`.execute(db);
  return new Map(rows.map(({ id, n }) => [id, { installations: Number(n), vehicles: vehicles.get(id) ?? 0 }]));
}
