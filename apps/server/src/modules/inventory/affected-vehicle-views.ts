import type { ListQuery, PageOf, Vehicle } from '@bulkhead/contract';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { instant } from './instant.ts';
import { runningBlocks } from './vehicle-index-views.ts';
import { filterSet, pageOfSet } from './vehicle-list-views.ts';
import { readSet } from './vehicle-set-views.ts';

/** A vehicle that runs any of the versions asked for, with the ECUs that do. */
export interface AffectedVehicle {
  readonly vin: string;
  readonly model: string;
  readonly region: string;
  readonly plant: string | null;
  readonly state: Vehicle['state'];
  readonly lastSeenAt: string | null;
  readonly ecus: readonly AffectedEcu[];
}

export interface AffectedEcu {
  readonly serial: string;
  readonly role: string;
  readonly softwareId: string;
  readonly name: string;
  readonly version: string;
}

/** Vehicles of one step of an export. */
const step = 500;

/** A program on one ECU of a vehicle. */
interface InstalledProgram {
  readonly serial: string;
  readonly role: string;
  readonly model: string;
  readonly softwareId: string | null;
  readonly name: string;
  readonly version: string | null;
}

export const createAffectedVehicleViews = (db: Db) => ({
  /** What the ECUs of one vehicle run: reported, or planned while they never reported. Undefined for an unknown VIN. */
  installed: async (vin: string): Promise<InstalledProgram[] | undefined> => {
    const { rows } = await sql<{ [K in keyof InstalledProgram]: InstalledProgram[K] | null }>`
      select e.serial, e.role, v.model_code as model, i.current_id as "softwareId", i.name,
        coalesce(i.reported_version, i.planned_version) as version
      from inventory_vehicle v left join inventory_installation i on i.vehicle_id = v.id
      left join inventory_ecu e on e.id = i.ecu_id where v.vin = ${vin} order by e.role, e.serial, i.name, i.slot`.execute(
      db,
    );
    if (rows.length === 0) return undefined;
    return rows.filter((row): row is InstalledProgram => row.serial !== null);
  },

  /**
   * One page of the vehicles in use that run any of the versions, with the filter and the orders of the list of vehicles.
   * @throws FilterError `request.bad-filter`
   * @throws PageError `request.bad-cursor`
   */
  page: async (softwareIds: readonly string[], query: ListQuery): Promise<PageOf<AffectedVehicle>> => {
    const filtered = await filterSet(db, await readSet(db, runningBlocks(softwareIds)), query.filter);
    const { vins, ...page } = await pageOfSet(db, filtered, query);
    return { items: await describe(db, vins, softwareIds), ...page };
  },

  /**
   * All of them by VIN, read some hundred at a time: those that ran the versions when it began, as they are when their turn
   * comes. Memory does not grow with the fleet.
   * @throws FilterError `request.bad-filter`
   */
  stream: async function* (softwareIds: readonly string[], filter?: string): AsyncGenerator<AffectedVehicle> {
    const filtered = await filterSet(db, await readSet(db, runningBlocks(softwareIds)), filter);
    let cursor: string | null = null;
    do {
      const place = cursor === null ? {} : { cursor };
      const { vins, next }: Awaited<ReturnType<typeof pageOfSet>> = await pageOfSet(db, filtered, {
        limit: step,
        ...place,
      });
      yield* await describe(db, vins, softwareIds);
      cursor = next;
    } while (cursor);
  },
});

interface Row {
  id: string;
  vin: string;
  model_code: string;
  region: string;
  plant: string | null;
  state: Vehicle['state'];
  last_seen_at: Date | null;
}

/** The vehicles of some VINs, in their order. */
async function describe(db: Db, vins: readonly string[], softwareIds: readonly string[]): Promise<AffectedVehicle[]> {
  if (vins.length === 0) return [];
  const { rows } = await sql<Row>`
    select v.id, v.vin, v.model_code, v.region, v.plant, vs.state, vs.last_seen_at
    from unnest(${vins}::text[]) with ordinality w(vin, place) join inventory_vehicle v on v.vin = w.vin
    join inventory_vehicle_status vs on vs.vehicle_id = v.id order by w.place`.execute(db);
  const ecus = Map.groupBy(await ecusOf(db, rows, softwareIds), ({ vehicle_id }) => vehicle_id);
  return rows.map(({ id, vin, model_code, region, plant, state, last_seen_at }) => ({
    vin,
    model: model_code,
    region,
    plant,
    state,
    lastSeenAt: instant(last_seen_at),
    ecus: (ecus.get(id) ?? []).map(({ serial, role, softwareId, name, version }) => ({
      serial,
      role,
      softwareId,
      name,
      version,
    })),
  }));
}

async function ecusOf(db: Db, vehicles: readonly Row[], softwareIds: readonly string[]) {
  const { rows } = await sql<AffectedEcu & { vehicle_id: string }>`
    with installed as materialized (
      select vehicle_id, ecu_id, current_id from inventory_installation
      where vehicle_id = any(${vehicles.map(({ id }) => id)}::uuid[]) and current_id is not null)
    select i.vehicle_id, e.serial, e.role, s.id as "softwareId", s.name, s.version
    from installed i join inventory_ecu e on e.id = i.ecu_id join inventory_software s on s.id = i.current_id
    where i.current_id = any(${softwareIds}::uuid[]) order by e.role, e.serial, s.name, s.version`.execute(db);
  return rows;
}
