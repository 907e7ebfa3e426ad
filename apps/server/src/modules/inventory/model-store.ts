import type { Architecture } from '@bulkhead/contract';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { Role } from './domain/architecture.ts';
import './tables.ts';

export interface ModelRecord {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly brand: string;
  readonly year: number;
  readonly architecture: Architecture;
}

export type ModelStore = ReturnType<typeof createModelStore>;

/** Writes inventory_model and inventory_role. */
export const createModelStore = (db: Db) => ({
  /** Creates or replaces; answers the id that the code has, which is not `model.id` when it was there before. */
  put: async (model: ModelRecord, roles: readonly Role[], now: Date): Promise<string> => {
    const row = {
      ...model,
      architecture: JSON.stringify(model.architecture),
      role_count: roles.length,
      created_at: now,
      updated_at: now,
    };
    const { id: _, code: __, created_at: ___, ...changes } = row;
    const { id } = await db
      .insertInto('inventory_model')
      .values(row)
      .onConflict((conflict) => conflict.column('code').doUpdateSet(changes))
      .returning('id')
      .executeTakeFirstOrThrow();
    return id;
  },

  /** Roles that ECUs have but `kept` does not name: these cannot be taken away. */
  rolesInUse: (modelId: string, kept: readonly string[]) =>
    db
      .selectFrom('inventory_role as r')
      .select('r.role')
      .where('r.model_id', '=', modelId)
      .where((eb) => eb.not(eb('r.role', '=', sql<string>`any(${kept}::text[])`)))
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom('inventory_ecu as e')
            .select('e.id')
            .whereRef('e.model_id', '=', 'r.model_id')
            .whereRef('e.role', '=', 'r.role'),
        ),
      )
      .limit(5)
      .execute(),

  /** Replaces the roles and carries what changed to the ECUs that have them. Answers how many ECUs that were. */
  replaceRoles: async (modelId: string, roles: readonly Role[]): Promise<number> => {
    await sql`delete from inventory_role where model_id = ${modelId}
      and role <> all(${roles.map(({ role }) => role)}::text[])`.execute(db);
    if (roles.length === 0) return 0;
    await sql`insert into inventory_role (model_id, role, name, function, patchable, gateway, network, open_bus, interfaces, software, asil)
      select ${modelId}::uuid, r.role, r.name, r.function, r.patchable, r.gateway, r.network, r."openBus",
        coalesce(r.interfaces, '{}'), coalesce(r.software, '{}'), r.asil
      from jsonb_to_recordset(${JSON.stringify(roles)}::jsonb) as r(role text, name text, function text, patchable boolean,
        gateway boolean, network text, "openBus" boolean, interfaces text[], software text[], asil text)
      on conflict (model_id, role) do update set name = excluded.name, function = excluded.function,
        patchable = excluded.patchable, gateway = excluded.gateway, network = excluded.network,
        open_bus = excluded.open_bus, interfaces = excluded.interfaces, software = excluded.software, asil = excluded.asil`.execute(
      db,
    );
    const changed = await sql`update inventory_ecu e
      set function = r.function, patchable = r.patchable, gateway = r.gateway, network = r.network
      from inventory_role r
      where r.model_id = ${modelId} and e.model_id = r.model_id and e.role = r.role
        and (e.function, e.patchable, e.gateway, e.network) is distinct from (r.function, r.patchable, r.gateway, r.network)`.execute(
      db,
    );
    return Number(changed.numAffectedRows ?? 0);
  },

  addVehicles: (modelId: string, count: number) =>
    db
      .updateTable('inventory_model')
      .set((eb) => ({ vehicle_count: eb('vehicle_count', '+', count) }))
      .where('id', '=', modelId)
      .execute(),
});
