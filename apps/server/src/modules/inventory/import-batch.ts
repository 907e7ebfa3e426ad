import { newId } from '@bulkhead/kernel';
import type { Db } from '../../platform/db/database.ts';
import type { RowFault, RowValues } from './domain/import-row.ts';
import { createModelViews } from './model-views.ts';
import { createSoftwareStore, type NewSoftware } from './software-store.ts';
import { createSoftwareViews } from './software-views.ts';
import { createVehicleStore, type NewVehicle } from './vehicle-store.ts';
import { createVehicleViews } from './vehicle-views.ts';

/** A checked row of a file; `fault` is set when the inventory refuses it. */
export interface ImportRow {
  readonly values: RowValues;
  fault: RowFault | undefined;
}

/** Puts one batch into the inventory in the caller's transaction: a handful of statements, whatever its size. */
export type ImportBatch = (tx: Db, rows: readonly ImportRow[], now: Date) => Promise<void>;

const sameTime = (a: Date | null, b: Date | null) => a?.getTime() === b?.getTime();

export const importVehicles: ImportBatch = async (tx, rows, now) => {
  const views = createVehicleViews(tx);
  const models = new Map(
    (await createModelViews(tx).byCodes(distinct(rows, 'model'))).map((model) => [model.code, model]),
  );
  const known = new Map((await views.known(distinct(rows, 'vin'))).map((vehicle) => [vehicle.vin, vehicle]));
  const added = new Map<string, NewVehicle>();
  const changed = new Map<string, NewVehicle>();
  for (const row of rows) {
    const { vin = '', model: code = '', region = '', plant = null, built } = row.values;
    const model = models.get(code);
    const there = known.get(vin);
    const built_at = built ? new Date(built) : null;
    if (!model) row.fault = { column: 'model', message: `There is no model "${code}": create it first.` };
    else if (there && there.model_id !== model.id)
      row.fault = {
        column: 'model',
        message: `${vin} is registered as ${there.model_code}: a vehicle does not change its model; correct the row.`,
      };
    else if (added.has(vin))
      added.set(vin, {
        ...(added.get(vin) as NewVehicle),
        region,
        plant,
        built_at,
        model_id: model.id,
        model_code: code,
      });
    else if (!there)
      added.set(vin, { id: newId(), vin, model_id: model.id, model_code: code, region, plant, built_at });
    else if (there.region !== region || there.plant !== plant || !sameTime(there.built_at, built_at))
      changed.set(vin, { id: there.id, vin, model_id: model.id, model_code: code, region, plant, built_at });
  }
  const store = createVehicleStore(tx);
  await store.insertVehicles([...added.values()], now);
  await store.updateVehicles([...changed.values()]);
};

const softwareKey = (name: string, version: string) => JSON.stringify([name, version]);

export const importSoftware: ImportBatch = async (tx, rows, now) => {
  const found = await createSoftwareViews(tx).known(
    rows.map(({ values }) => values.name ?? ''),
    rows.map(({ values }) => values.version ?? ''),
  );
  const known = new Map(found.map((software) => [softwareKey(software.name, software.version), software]));
  const added = new Map<string, NewSoftware>();
  const changed = new Map<string, NewSoftware>();
  for (const row of rows) {
    const { name = '', version = '', supplier = '', function: purpose = '', partNumber = null, sha256 } = row.values;
    const key = softwareKey(name, version);
    const there = known.get(key) ?? added.get(key);
    const hash = sha256 ? Buffer.from(sha256, 'hex') : null;
    const next = {
      id: there?.id ?? newId(),
      name,
      version,
      supplier,
      function: purpose,
      part_number: partNumber,
      sha256: hash,
    };
    if (there?.sha256 && hash && !there.sha256.equals(hash))
      row.fault = {
        column: 'sha256',
        message: `${name} ${version} is registered with other content: the content of a version never changes; give it a new version.`,
      };
    else if (!known.has(key)) added.set(key, next);
    else if (there && differs(there, next)) changed.set(key, next);
  }
  const store = createSoftwareStore(tx);
  await store.insert([...added.values()], now);
  await store.updateDetails([...changed.values()]);
};

function differs(a: Omit<NewSoftware, 'id'>, b: Omit<NewSoftware, 'id'>): boolean {
  const hashAdded = a.sha256 === null && b.sha256 !== null;
  return a.supplier !== b.supplier || a.function !== b.function || a.part_number !== b.part_number || hashAdded;
}

export function distinct(rows: readonly ImportRow[], column: string): string[] {
  const values = new Set<string>();
  for (const row of rows) {
    const value = row.values[column];
    if (value !== undefined) values.add(value);
  }
  return [...values];
}
