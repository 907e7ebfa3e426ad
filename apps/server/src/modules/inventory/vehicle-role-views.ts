import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { intersection, joinBlocks, setOfOrdinals, union, type VehicleSet } from './domain/vehicle-set.ts';
import { runningBlocks } from './vehicle-index-views.ts';
import { readSet } from './vehicle-set-views.ts';

/** Part of the fleet: one model, one ECU role, or both. */
export interface VehiclePart {
  readonly model?: string;
  readonly role?: string;
}

/** How many vehicles in use run any of the versions, of one model or on one ECU role only. */
export const createVehicleRoleViews = (db: Db) => ({
  countWithin: async (softwareIds: readonly string[], { model, role }: VehiclePart): Promise<number> => {
    const running =
      role === undefined ? await readSet(db, runningBlocks(softwareIds)) : await onRole(db, softwareIds, role, model);
    return model === undefined ? running.size : intersection(running, await blocksOf(db, 'model', model)).size;
  },
});

/**
 * Vehicles that run a version on this role. A version that runs on no other role is answered from the bitmaps; only of one
 * that several roles share are the ECUs asked.
 */
async function onRole(
  db: Db,
  softwareIds: readonly string[],
  role: string,
  model: string | undefined,
): Promise<VehicleSet> {
  const { rows } = await sql<{ id: string; only: boolean }>`
    select r.software_id as id, bool_and(r.role = ${role}) as only from inventory_software_role r
    join inventory_model m on m.id = r.model_id
    where r.software_id = any(${[...softwareIds]}::uuid[]) and r.installations > 0 and (${model ?? null}::text is null or m.code = ${model ?? null})
    group by r.software_id having bool_or(r.role = ${role})`.execute(db);
  const pure = await readSet(db, runningBlocks(rows.filter(({ only }) => only).map(({ id }) => id)));
  const shared = rows.filter(({ only }) => !only).map(({ id }) => id);
  if (shared.length === 0) return pure;
  const found = await sql<{ ordinal: number }>`
    select distinct v.ordinal from inventory_installation i join inventory_ecu e on e.id = i.ecu_id and e.role = ${role}
    join inventory_vehicle v on v.id = i.vehicle_id where i.current_id = any(${shared}::uuid[])`.execute(db);
  const asked = setOfOrdinals(found.rows.map(({ ordinal }) => ordinal));
  return union(pure, intersection(asked, await blocksOf(db, 'live', '')));
}

const blocksOf = async (db: Db, kind: string, key: string): Promise<VehicleSet> => {
  const set = await readSet(
    db,
    sql`(select block, vehicles from inventory_vehicle_block where kind = ${kind} and key = ${key})`,
  );
  return set.size === 0 ? joinBlocks([]) : set;
};
