import { type Static, Type } from 'typebox';
import { Empty, Id, listOperation, Nullable, OneOf, operation, Time } from '../operation.ts';
import { Ecu, InstalledSoftware } from './ecus.ts';
import { Architecture } from './models.ts';
import { Code, closed, EcuSerial, Text, updateStates, Vin, vehicleStates } from './words.ts';

export const Vehicle = Type.Object({
  id: Id,
  vin: Type.String(),
  model: Type.String(),
  modelName: Type.String(),
  region: Type.String(),
  plant: Nullable(Type.String()),
  state: OneOf(vehicleStates),
  ecus: Type.Integer(),
  enrolledEcus: Type.Integer(),
  software: OneOf(updateStates),
  builtAt: Nullable(Time),
  firstSeenAt: Nullable(Time),
  lastSeenAt: Nullable(Time),
});
export type Vehicle = Static<typeof Vehicle>;

export const VehicleDetail = Type.Object({
  ...Vehicle.properties,
  architecture: Architecture,
  members: Type.Array(Type.Object({ ...Ecu.properties, software: Type.Array(InstalledSoftware) })),
});
export type VehicleDetail = Static<typeof VehicleDetail>;

export const HistoryEntry = Type.Object({
  at: Time,
  ecuSerial: Nullable(Type.String()),
  kind: OneOf(['registered', 'planned', 'reported', 'moved', 'retired', 'ecu-added', 'ecu-replaced']),
  text: Type.String(),
});

const vehicleFields = {
  vin: { type: 'string', label: 'VIN' },
  model: { type: 'string', label: 'Model' },
  region: { type: 'string', label: 'Region' },
  plant: { type: 'string', label: 'Plant' },
  state: { type: 'enum', label: 'State', values: vehicleStates },
  software: { type: 'enum', label: 'Software', values: updateStates },
  ecus: { type: 'number', label: 'ECUs' },
  lastSeenAt: { type: 'time', label: 'Last seen' },
  builtAt: { type: 'time', label: 'Built' },
} as const;

export const vehicleOperations = {
  listVehicles: listOperation({
    path: '/vehicles',
    summary: 'Vehicles',
    permission: 'inventory.read',
    item: Vehicle,
    defaultSort: 'vin',
    fields: vehicleFields,
  }),
  exportVehicles: operation({
    method: 'GET',
    path: '/vehicles/export',
    summary: 'All vehicles that match a filter, as CSV or NDJSON, streamed',
    permission: 'inventory.read',
    problems: ['request.bad-filter'],
    query: Type.Object(
      { filter: Type.Optional(Type.String({ maxLength: 2000 })), format: OneOf(['csv', 'ndjson']) },
      closed,
    ),
    ok: Type.Unknown(),
    raw: { response: ['text/csv', 'application/x-ndjson'] },
  }),
  createVehicle: operation({
    method: 'POST',
    path: '/vehicles',
    summary: 'Register one vehicle with its ECUs',
    permission: 'inventory.write',
    problems: ['inventory.bad-vin', 'inventory.duplicate-vehicle', 'inventory.unknown-model'],
    body: Type.Object(
      {
        vin: Type.String({ maxLength: 40 }),
        model: Code,
        region: Code,
        plant: Type.Optional(Code),
        ecus: Type.Array(
          Type.Object(
            { serial: EcuSerial, role: Code, partNumber: Text, supplier: Text, hardwareVersion: Type.Optional(Text) },
            closed,
          ),
          { maxItems: 300 },
        ),
      },
      closed,
    ),
    ok: VehicleDetail,
  }),
  getVehicle: operation({
    method: 'GET',
    path: '/vehicles/:vin',
    summary: 'One vehicle: its ECUs, their software, identity and connection',
    permission: 'inventory.read',
    problems: ['inventory.unknown-vehicle'],
    params: Type.Object({ vin: Vin }),
    ok: VehicleDetail,
  }),
  getVehicleHistory: operation({
    method: 'GET',
    path: '/vehicles/:vin/history',
    summary: 'What happened to the vehicle and its software, newest first',
    permission: 'inventory.read',
    problems: ['inventory.unknown-vehicle'],
    params: Type.Object({ vin: Vin }),
    ok: Type.Object({ items: Type.Array(HistoryEntry) }),
  }),
  retireVehicle: operation({
    method: 'POST',
    path: '/vehicles/:vin/retirement',
    summary: 'Retire a vehicle: its identities are revoked and never issued again',
    permission: 'inventory.write',
    problems: ['inventory.unknown-vehicle'],
    params: Type.Object({ vin: Vin }),
    body: Empty,
    ok: Vehicle,
  }),
};
