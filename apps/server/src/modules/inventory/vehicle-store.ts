import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { rowsOf } from './rows-store.ts';
import type { HistoryKind } from './tables.ts';

export interface NewVehicle {
  readonly id: string;
  readonly vin: string;
  readonly model_id: string;
  readonly model_code: string;
  readonly region: string;
  readonly plant: string | null;
  readonly built_at: Date | null;
}

export interface NewEcu {
  readonly id: string;
  readonly vehicle_id: string;
  readonly vin: string;
  readonly serial: string;
  readonly model_id: string;
  readonly role: string;
  readonly part_number: string;
  readonly supplier: string;
  readonly hardware_version: string | null;
}

export interface NewHistory {
  readonly vehicle_id: string;
  readonly at: Date;
  readonly ecu_serial: string | null;
  readonly kind: HistoryKind;
  readonly text: string;
}

export type VehicleStore = ReturnType<typeof createVehicleStore>;

/** Writes vehicles, ECUs, their status rows and the history. Every function takes any number of rows. */
export const createVehicleStore = (db: Db) => ({
  insertVehicles: async (rows: readonly NewVehicle[], now: Date) => {
    if (rows.length === 0) return;
    await sql`with added as (
      insert into inventory_vehicle (id, vin, model_id, model_code, region, plant, built_at, created_at)
      select r.*, ${now}::timestamptz from ${rowsOf(rows, vehicleTypes)} returning id)
      insert into inventory_vehicle_status (vehicle_id) select id from added`.execute(db);
    await sql`update inventory_model m set vehicle_count = m.vehicle_count + r.n
      from (select x.model_id, count(*)::int as n from unnest(${rows.map((row) => row.model_id)}::uuid[]) as x(model_id)
        group by x.model_id) r where m.id = r.model_id`.execute(db);
  },

  updateVehicles: async (rows: readonly Pick<NewVehicle, 'id' | 'region' | 'plant' | 'built_at'>[]) => {
    if (rows.length === 0) return;
    const types = { id: 'uuid', region: 'text', plant: 'text', built_at: 'timestamptz' } as const;
    await sql`update inventory_vehicle v set region = r.region, plant = r.plant, built_at = r.built_at
      from ${rowsOf(rows, types)} where v.id = r.id`.execute(db);
  },

  /** The rows of the roles must exist; function, patchable, gateway and network come from them. */
  insertEcus: async (rows: readonly NewEcu[], now: Date) => {
    if (rows.length === 0) return;
    await sql`with added as (
      insert into inventory_ecu (id, vehicle_id, vin, serial, model_id, role, part_number, supplier, hardware_version,
        created_at, function, patchable, gateway, network)
      select r.id, r.vehicle_id, r.vin, r.serial, r.model_id, r.role, r.part_number, r.supplier, r.hardware_version,
        ${now}::timestamptz, o.function, o.patchable, o.gateway, o.network
      from ${rowsOf(rows, ecuTypes)} join inventory_role o on o.model_id = r.model_id and o.role = r.role
      returning id, vehicle_id),
      status as (insert into inventory_ecu_status (ecu_id, vehicle_id) select id, vehicle_id from added)
      update inventory_vehicle v set ecu_count = v.ecu_count + a.n
      from (select vehicle_id, count(*)::int as n from added group by vehicle_id) a where v.id = a.vehicle_id`.execute(
      db,
    );
  },

  updateEcus: async (rows: readonly Pick<NewEcu, 'id' | 'part_number' | 'supplier' | 'hardware_version'>[]) => {
    if (rows.length === 0) return;
    const types = { id: 'uuid', part_number: 'text', supplier: 'text', hardware_version: 'text' } as const;
    await sql`with held as (
        select e.id from inventory_ecu e where e.id = any(${rows.map(({ id }) => id)}::uuid[]) order by e.id for no key update)
      update inventory_ecu e
      set part_number = r.part_number, supplier = r.supplier, hardware_version = r.hardware_version
      from ${rowsOf(rows, types)} join held h on h.id = r.id where e.id = h.id`.execute(db);
  },

  addHistory: async (rows: readonly NewHistory[]) => {
    if (rows.length === 0) return;
    const types = { vehicle_id: 'uuid', at: 'timestamptz', ecu_serial: 'text', kind: 'text', text: 'text' } as const;
    await sql`insert into inventory_history (vehicle_id, at, ecu_serial, kind, text)
      select r.* from ${rowsOf(rows, types)}`.execute(db);
  },

  retire: async (vehicleId: string) => {
    const { numUpdatedRows } = await db
      .updateTable('inventory_vehicle_status')
      .set({ state: 'retired', connected_count: 0 })
      .where('vehicle_id', '=', vehicleId)
      .where('state', '<>', 'retired')
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  },
});

const vehicleTypes = {
  id: 'uuid',
  vin: 'text',
  model_id: 'uuid',
  model_code: 'text',
  region: 'text',
  plant: 'text',
  built_at: 'timestamptz',
} as const;

const ecuTypes = {
  id: 'uuid',
  vehicle_id: 'uuid',
  vin: 'text',
  serial: 'text',
  model_id: 'uuid',
  role: 'text',
  part_number: 'text',
  supplier: 'text',
  hardware_version: 'text',
} as const;
