import { type Static, Type } from 'typebox';
import { Id, listOperation, Nullable, OneOf, operation, Time } from '../operation.ts';
import { EcuSerial, ecuFunctions, updateStates } from './words.ts';

export const InstalledSoftware = Type.Object({
  name: Type.String(),
  slot: Type.String(),
  planned: Nullable(Type.String()),
  reported: Nullable(Type.String()),
  reportedAt: Nullable(Time),
  state: OneOf(updateStates),
  softwareId: Nullable(Id),
  plannedId: Nullable(Id),
  sha256: Nullable(Type.String()),
});
export const Ecu = Type.Object({
  id: Id,
  serial: Type.String(),
  vin: Type.String(),
  model: Type.String(),
  role: Type.String(),
  roleName: Type.String(),
  function: OneOf(ecuFunctions),
  partNumber: Type.String(),
  supplier: Type.String(),
  hardwareVersion: Nullable(Type.String()),
  patchable: Type.Boolean(),
  gateway: Type.Boolean(),
  network: OneOf(['open', 'closed'], 'Open when the role has an external interface or sits on an open bus'),
  identity: OneOf(['none', 'valid', 'expiring', 'expired', 'revoked']),
  connected: Type.Boolean(),
  lastSeenAt: Nullable(Time),
});
export type Ecu = Static<typeof Ecu>;

const ecuFields = {
  serial: { type: 'string', label: 'Serial' },
  vin: { type: 'string', label: 'VIN' },
  role: { type: 'string', label: 'Role' },
  function: { type: 'enum', label: 'Function', values: ecuFunctions },
  partNumber: { type: 'string', label: 'Part number' },
  supplier: { type: 'string', label: 'Supplier' },
  patchable: { type: 'boolean', label: 'Patchable' },
  network: { type: 'enum', label: 'Network', values: ['open', 'closed'] },
  lastSeenAt: { type: 'time', label: 'Last seen' },
} as const;

export const ecuOperations = {
  listEcus: listOperation({
    path: '/ecus',
    summary: 'ECUs',
    permission: 'inventory.read',
    item: Ecu,
    defaultSort: 'serial',
    fields: ecuFields,
  }),
  getEcu: operation({
    method: 'GET',
    path: '/ecus/:serial',
    summary: 'One ECU with its software',
    permission: 'inventory.read',
    problems: ['inventory.unknown-ecu'],
    params: Type.Object({ serial: EcuSerial }),
    ok: Type.Object({ ...Ecu.properties, software: Type.Array(InstalledSoftware) }),
  }),
};
