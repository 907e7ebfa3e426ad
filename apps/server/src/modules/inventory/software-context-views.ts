import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

/** An ECU type that runs a software version: the role in a model's architecture. */
export interface SoftwareRole {
  readonly model: string;
  readonly role: string;
  readonly function: string;
  readonly network: 'open' | 'closed';
  /** Whether one of its buses is open; absent where nobody knows. */
  readonly openBus?: boolean;
  readonly gateway: boolean;
  readonly interfaces: readonly string[];
  readonly patchable: boolean;
  /** ISO 26262 integrity level (QM, A to D), where the architecture says it. */
  readonly safety?: string;
}

export interface SoftwareContext {
  readonly softwareId: string;
  readonly name: string;
  readonly version: string;
  readonly function: string;
  readonly supplier: string;
  /** Empty when no ECU runs the version. */
  readonly roles: readonly SoftwareRole[];
}

interface Row {
  id: string;
  name: string;
  version: string;
  software_function: string;
  supplier: string;
  model: string | null;
  role: string;
  function: string;
  network: 'open' | 'closed';
  open_bus: boolean | null;
  gateway: boolean;
  interfaces: string[];
  patchable: boolean;
  asil: string | null;
}

export const createSoftwareContextViews = (db: Db) => ({
  /** Where each version sits: the ECU types that run it, by model and role, retired vehicles included. Unknown ids have no entry. */
  softwareContexts: async (softwareIds: readonly string[]): Promise<SoftwareContext[]> => {
    const { rows } = await sql<Row>`
      select s.id, s.name, s.version, s.function as software_function, s.supplier, m.code as model, o.role, o.function,
        o.network, o.open_bus, o.gateway, o.interfaces, o.patchable, o.asil
      from inventory_software s
      left join inventory_software_role r on r.software_id = s.id and r.installations > 0
      left join inventory_role o on o.model_id = r.model_id and o.role = r.role
      left join inventory_model m on m.id = o.model_id
      where s.id = any(${softwareIds}::uuid[]) order by s.name, s.version, s.id, m.code, o.role`.execute(db);
    return [...Map.groupBy(rows, ({ id }) => id).values()].flatMap((group) => {
      const [first] = group;
      if (!first) return [];
      const { id, name, version, software_function, supplier } = first;
      return [{ softwareId: id, name, version, function: software_function, supplier, roles: group.flatMap(roleOf) }];
    });
  },
});

function roleOf({ model, role, network, open_bus, gateway, interfaces, patchable, asil, ...row }: Row): SoftwareRole[] {
  if (model === null) return [];
  const safety = asil === null ? {} : { safety: asil };
  const bus = open_bus === null ? {} : { openBus: open_bus };
  return [{ model, role, function: row.function, network, ...bus, gateway, interfaces, patchable, ...safety }];
}
