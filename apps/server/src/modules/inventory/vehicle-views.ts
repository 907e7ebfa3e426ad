import type { ListQuery, Vehicle } from '@bulkhead/contract';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { whereFilter } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';
import { instant } from './instant.ts';
import { countVehicles, listOf, vehicleFields } from './vehicle-list-views.ts';

interface VehicleRow {
  id: string;
  vin: string;
  model_code: string;
  model_name: string;
  region: string;
  plant: string | null;
  state: Vehicle['state'];
  ecu_count: number;
  enrolled_count: number;
  software_state: Vehicle['software'];
  built_at: Date | null;
  first_seen_at: Date | null;
  last_seen_at: Date | null;
}

export const vehicleOf = (row: VehicleRow): Vehicle => ({
  id: row.id,
  vin: row.vin,
  model: row.model_code,
  modelName: row.model_name,
  region: row.region,
  plant: row.plant,
  state: row.state,
  ecus: row.ecu_count,
  enrolledEcus: row.enrolled_count,
  software: row.software_state,
  builtAt: instant(row.built_at),
  firstSeenAt: instant(row.first_seen_at),
  lastSeenAt: instant(row.last_seen_at),
});

const select = (db: Db) =>
  db
    .selectFrom('inventory_vehicle as v')
    .innerJoin('inventory_vehicle_status as vs', 'vs.vehicle_id', 'v.id')
    .select([
      'v.id',
      'v.vin',
      'v.model_code',
      // not a join: the planner would then weigh it for every row that the order passes, for fifty names
      sql<string>`(select m.name from inventory_model m where m.id = v.model_id)`.as('model_name'),
      'v.region',
      'v.plant',
      'vs.state',
      'v.ecu_count',
      'vs.enrolled_count',
      'vs.software_state',
      'v.built_at',
      'vs.first_seen_at',
      'vs.last_seen_at',
    ]);

export const createVehicleViews = (db: Db) => ({
  list: async (query: ListQuery) => {
    const list = await listOf(db, query.filter);
    const { rows, ...page } = await pageOf(select(db), list, { ...query, count: false });
    const total = query.count ? { total: await countVehicles(db, query.filter) } : {};
    return { items: rows.map(vehicleOf), ...page, ...total };
  },

  /** All vehicles of a filter in the order of their ids, in pages of a keyset, so that no transaction stays open. */
  stream: async function* (filter: string | undefined): AsyncGenerator<Vehicle[]> {
    const condition = whereFilter(vehicleFields, filter);
    let after: string | undefined;
    do {
      let query = select(db).where(condition).orderBy('v.id').limit(2000);
      if (after) query = query.where('v.id', '>', after);
      const rows = await query.execute();
      if (rows.length > 0) yield rows.map(vehicleOf);
      after = rows.length === 2000 ? rows.at(-1)?.id : undefined;
    } while (after);
  },

  /** Refuses a bad filter before the first byte of an export is sent. */
  checkFilter: (filter: string | undefined) => void whereFilter(vehicleFields, filter),

  byVin: async (vin: string): Promise<Vehicle | undefined> => {
    const row = await select(db).where('v.vin', '=', vin).executeTakeFirst();
    return row && vehicleOf(row);
  },

  architectureOf: async (vin: string) =>
    db
      .selectFrom('inventory_vehicle as v')
      .innerJoin('inventory_model as m', 'm.id', 'v.model_id')
      .select('m.architecture')
      .where('v.vin', '=', vin)
      .executeTakeFirstOrThrow(),

  /** What an import needs to know of the vehicles it names. */
  known: (vins: readonly string[]) =>
    db
      .selectFrom('inventory_vehicle as v')
      .innerJoin('inventory_vehicle_status as vs', 'vs.vehicle_id', 'v.id')
      .select(['v.id', 'v.vin', 'v.model_id', 'v.model_code', 'v.region', 'v.plant', 'v.built_at', 'vs.state'])
      .where('v.vin', '=', sql<string>`any(${vins}::text[])`)
      .execute(),

  /** The newest 500 entries; the registration of the vehicle and of its ECUs is their time of creation. */
  history: async (vehicleId: string) => {
    const { rows } = await sql<{ at: Date; ecu_serial: string | null; kind: string; text: string }>`
      select at, ecu_serial, kind, text from (
        (select at, ecu_serial, kind, text, id from inventory_history where vehicle_id = ${vehicleId}
          order by id desc limit 500)
        union all
        select created_at, serial, 'ecu-added', role || ' ' || part_number || ' of ' || supplier, 0 from inventory_ecu
          where vin = (select vin from inventory_vehicle where id = ${vehicleId}) and vehicle_id = ${vehicleId}
        union all
        select created_at, null, 'registered', 'Vehicle registered as ' || model_code, -1 from inventory_vehicle
          where id = ${vehicleId}) h
      order by at desc, id desc, ecu_serial limit 500`.execute(db);
    return rows;
  },
});
