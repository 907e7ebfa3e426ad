import type { Ecu, inventoryOperations, Output, VehicleDetail } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { violatedUnique } from '../../platform/db/constraint.ts';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import { type Actor, type InventoryDeps, inventoryEvent } from './deps.ts';
import { InventoryError, unknownEcu, unknownModel, unknownVehicle } from './domain/error.ts';
import { normaliseVin, requireVin } from './domain/vin.ts';
import { createEcuViews } from './ecu-views.ts';
import { installedSoftware } from './installed-software.ts';
import { createModelViews } from './model-views.ts';
import { createVehicleStore, type NewEcu } from './vehicle-store.ts';
import { createVehicleViews } from './vehicle-views.ts';

type HistoryEntry = Output<typeof inventoryOperations.getVehicleHistory>['items'][number];

export interface CreateVehicle {
  readonly vin: string;
  readonly model: string;
  readonly region: string;
  readonly plant?: string;
  readonly ecus: readonly {
    readonly serial: string;
    readonly role: string;
    readonly partNumber: string;
    readonly supplier: string;
    readonly hardwareVersion?: string;
  }[];
}

export const createVehicles = (deps: InventoryDeps) => {
  const { db, clock, bind, notify } = deps;
  return {
    list: createVehicleViews(db).list,
    stream: createVehicleViews(db).stream,
    checkFilter: createVehicleViews(db).checkFilter,
    get: (vin: string) => detailOf(db, vin, clock.now()),

    history: async (vin: string) => {
      const views = createVehicleViews(db);
      const vehicle = await views.byVin(vin);
      if (!vehicle) throw unknownVehicle(vin);
      const rows = await views.history(vehicle.id);
      return rows.map(({ at, ecu_serial, kind, text }) => ({
        at: at.toISOString(),
        ecuSerial: ecu_serial,
        kind: kind as HistoryEntry['kind'],
        text,
      }));
    },

    create: async (body: CreateVehicle, by: Actor): Promise<VehicleDetail> => {
      const vin = requireVin(body.vin);
      try {
        return await inTransaction(db, async (tx) => {
          const now = clock.now();
          await insert(tx, vin, body, now);
          const details = { model: body.model, region: body.region, ecus: body.ecus.length };
          await bind(tx).audit.append({ action: 'inventory.create-vehicle', subject: vin, by, details, at: now });
          await notify?.(tx, 'vehicles');
          return detailOf(tx, vin, now);
        });
      } catch (error) {
        throw duplicateOf(vin, error);
      }
    },

    /** Its identities are revoked by whoever hears `inventory.vehicle-retired`; retiring twice is no error. */
    retire: (vin: string, by: Actor) =>
      inTransaction(db, async (tx) => {
        const views = createVehicleViews(tx);
        const vehicle = await views.byVin(vin);
        if (!vehicle) throw unknownVehicle(vin);
        const now = clock.now();
        const store = createVehicleStore(tx);
        if (!(await store.retire(vehicle.id))) return vehicle;
        await store.addHistory([
          { vehicle_id: vehicle.id, at: now, ecu_serial: null, kind: 'retired', text: `Retired by ${by.name}` },
        ]);
        const { audit, outbox } = bind(tx);
        await audit.append({ action: 'inventory.retire-vehicle', subject: vin, by, details: {}, at: now });
        const ecuIds = (await createEcuViews(tx).ofVehicle(vin, now)).map(({ id }) => id);
        await outbox.publishAll([inventoryEvent('inventory.vehicle-retired', { vin, vehicleId: vehicle.id, ecuIds })]);
        await notify?.(tx, 'vehicles');
        return { ...vehicle, state: 'retired' as const };
      }),
  };
};

export const createEcus = ({ db, clock }: InventoryDeps) => ({
  list: (query: Parameters<ReturnType<typeof createEcuViews>['list']>[0]) =>
    createEcuViews(db).list(query, clock.now()),

  get: async (serial: string) => {
    const views = createEcuViews(db);
    const ecu = await views.bySerial(serial, clock.now());
    if (!ecu) throw unknownEcu(serial);
    return { ...ecu, software: (await views.installations([ecu.id])).map(installedSoftware) };
  },
});

async function detailOf(db: Db, vin: string, now: Date): Promise<VehicleDetail> {
  const views = createVehicleViews(db);
  const ecuViews = createEcuViews(db);
  const vehicle = await views.byVin(normaliseVin(vin));
  if (!vehicle) throw unknownVehicle(vin);
  const { architecture } = await views.architectureOf(vehicle.vin);
  const members: Ecu[] = await ecuViews.ofVehicle(vehicle.vin, now);
  const installed = Map.groupBy(await ecuViews.installations(members.map(({ id }) => id)), ({ ecu_id }) => ecu_id);
  const withSoftware = members.map((ecu) => ({
    ...ecu,
    software: (installed.get(ecu.id) ?? []).map(installedSoftware),
  }));
  return { ...vehicle, architecture, members: withSoftware };
}

async function insert(tx: Db, vin: string, body: CreateVehicle, now: Date): Promise<void> {
  const [model] = await createModelViews(tx).byCodes([body.model]);
  if (!model) throw unknownModel(body.model);
  const roles = new Set((await createModelViews(tx).roles([model.id])).map(({ role }) => role));
  const stranger = body.ecus.find(({ role }) => !roles.has(role));
  if (stranger) {
    const detail = `The model ${body.model} has no role "${stranger.role}" (ECU ${stranger.serial}): use ${[...roles].slice(0, 20).join(', ')}.`;
    throw new InventoryError('inventory.unknown-model', detail, { fields: { role: 'is not a role of the model' } });
  }
  const id = newId();
  const ecus = body.ecus.map(
    (ecu): NewEcu => ({
      id: newId(),
      vehicle_id: id,
      vin,
      serial: ecu.serial,
      model_id: model.id,
      role: ecu.role,
      part_number: ecu.partNumber,
      supplier: ecu.supplier,
      hardware_version: ecu.hardwareVersion ?? null,
    }),
  );
  const { region, plant = null } = body;
  const vehicle = { id, vin, model_id: model.id, model_code: model.code, region, plant, built_at: null };
  const store = createVehicleStore(tx);
  await store.insertVehicles([vehicle], now);
  await store.insertEcus(ecus, now);
}

function duplicateOf(vin: string, error: unknown): unknown {
  switch (violatedUnique(error)) {
    case 'inventory_vehicle_vin_key':
      return new InventoryError('inventory.duplicate-vehicle', `The vehicle ${vin} is registered already.`, {
        cause: error,
      });
    case 'inventory_ecu_serial_key':
      return new InventoryError(
        'inventory.duplicate-vehicle',
        'A serial in the list belongs to an ECU already, or stands in the list twice: each ECU has its own.',
        { cause: error, fields: { ecus: 'holds a serial that is taken' } },
      );
    default:
      return error;
  }
}
