import { newId } from '@bulkhead/kernel';
import type { Db } from '../../platform/db/database.ts';
import { createEcuViews } from './ecu-views.ts';
import { distinct, type ImportBatch, type ImportRow } from './import-batch.ts';
import { createInstallationStore, type Plan } from './installation-store.ts';
import { createModelViews } from './model-views.ts';
import { createSoftwareViews } from './software-views.ts';
import { createStatusStore } from './status-store.ts';
import { createVehicleStore, type NewEcu } from './vehicle-store.ts';
import { createVehicleViews } from './vehicle-views.ts';

interface Known {
  readonly vehicles: ReadonlyMap<string, { id: string; model_id: string; model_code: string; state: string }>;
  readonly ecus: ReadonlyMap<string, Ecu>;
  readonly roles: ReadonlySet<string>;
  readonly software: ReadonlyMap<string, string>;
}

type Ecu = Pick<
  NewEcu,
  'id' | 'vin' | 'vehicle_id' | 'serial' | 'role' | 'part_number' | 'supplier' | 'hardware_version'
>;

/** ECUs and the software planned for them. The same row again changes nothing; a serial never changes its vehicle. */
export const importEcus: ImportBatch = async (tx, rows, now) => {
  const known = await lookUp(tx, rows);
  const added = new Map<string, NewEcu>();
  const changed = new Map<string, NewEcu>();
  const plans = new Map<string, Plan>();
  for (const row of rows) {
    const there = known.ecus.get(row.values.serial ?? '') ?? added.get(row.values.serial ?? '');
    const ecu = ecuOf(row, known, there);
    if (!ecu) continue;
    if (!there) added.set(ecu.serial, ecu);
    else if (differs(there, ecu)) (known.ecus.has(ecu.serial) ? changed : added).set(ecu.serial, ecu);
    const { software, slot = 'running' } = row.values;
    const softwareId = software && known.software.get(software);
    const name = software?.slice(0, software.indexOf('@'));
    if (softwareId)
      plans.set(JSON.stringify([ecu.serial, name, slot]), {
        ecu_id: ecu.id,
        vehicle_id: ecu.vehicle_id,
        slot,
        software_id: softwareId,
      });
  }
  const store = createVehicleStore(tx);
  await store.insertEcus([...added.values()], now);
  await store.updateEcus([...changed.values()]);
  await planAll(tx, [...plans.values()], new Map([...known.ecus.values()].map((ecu) => [ecu.id, ecu])), now);
};

async function lookUp(tx: Db, rows: readonly ImportRow[]): Promise<Known> {
  const vehicles = await createVehicleViews(tx).known(distinct(rows, 'vin'));
  const ecus = await createEcuViews(tx).known(distinct(rows, 'serial'));
  const roles = await createModelViews(tx).roles([...new Set(vehicles.map(({ model_id }) => model_id))]);
  const named = distinct(rows, 'software').map((text) => [
    text.slice(0, text.indexOf('@')),
    text.slice(text.indexOf('@') + 1),
  ]);
  const software = await createSoftwareViews(tx).known(
    named.map(([name = '']) => name),
    named.map(([, version = '']) => version),
  );
  return {
    vehicles: new Map(vehicles.map((vehicle) => [vehicle.vin, vehicle])),
    ecus: new Map(ecus.map((ecu) => [ecu.serial, ecu])),
    roles: new Set(roles.map(({ model_id, role }) => `${model_id} ${role}`)),
    software: new Map(software.map(({ id, name, version }) => [`${name}@${version}`, id])),
  };
}

function ecuOf(row: ImportRow, known: Known, there: Ecu | undefined): NewEcu | undefined {
  const {
    vin = '',
    serial = '',
    role = '',
    partNumber = '',
    supplier = '',
    hardwareVersion = null,
    software,
  } = row.values;
  const vehicle = known.vehicles.get(vin);
  const refuse = (column: string, message: string): undefined => {
    row.fault = { column, message };
  };
  if (!vehicle) return refuse('vin', `There is no vehicle ${vin}: import the vehicles first.`);
  if (vehicle.state === 'retired') return refuse('vin', `The vehicle ${vin} is retired: it gets no ECUs any more.`);
  if (there && there.vin !== vin)
    return refuse(
      'serial',
      `The serial ${serial} belongs to the vehicle ${there.vin}: correct the row, or give the ECU its own serial.`,
    );
  if (there && there.role !== role)
    return refuse(
      'role',
      `The ECU ${serial} has the role ${there.role}: an ECU does not change its role; correct the row.`,
    );
  if (!known.roles.has(`${vehicle.model_id} ${role}`))
    return refuse(
      'role',
      `The model ${vehicle.model_code} has no role "${role}": correct the row, or add the role to the model.`,
    );
  if (software !== undefined && !known.software.has(software))
    return refuse('software', `There is no software ${software}: register the version first.`);
  return {
    id: there?.id ?? newId(),
    vehicle_id: vehicle.id,
    vin,
    serial,
    model_id: vehicle.model_id,
    role,
    part_number: partNumber,
    supplier,
    hardware_version: hardwareVersion ?? there?.hardware_version ?? null,
  };
}

function differs(a: Ecu, b: Ecu): boolean {
  return a.part_number !== b.part_number || a.supplier !== b.supplier || a.hardware_version !== b.hardware_version;
}

/** History only for ECUs that were there: the first plan of a new ECU is part of its registration. */
async function planAll(tx: Db, plans: readonly Plan[], ecus: ReadonlyMap<string, Ecu>, now: Date): Promise<void> {
  const changes = (await createInstallationStore(tx).plan(plans)).filter(({ ecu_id }) => ecus.has(ecu_id));
  await createVehicleStore(tx).addHistory(
    changes.map(({ ecu_id, vehicle_id, name, version, from }) => ({
      vehicle_id,
      at: now,
      ecu_serial: ecus.get(ecu_id)?.serial ?? null,
      kind: 'planned',
      text: `Software ${name} ${version} planned${from ? `, before ${from}` : ''}`,
    })),
  );
  await createStatusStore(tx).refreshSoftware([...new Set(changes.map(({ vehicle_id }) => vehicle_id))]);
}
