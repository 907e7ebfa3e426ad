import { type Static, Type } from 'typebox';
import { Empty, listOperation, Nullable, OneOf, operation, Time } from './operation.ts';

export const connectivityProblems = [
  'connectivity.not-connected',
  'connectivity.unknown-device',
  'connectivity.queue-full',
] as const;
export type ConnectivityCode = (typeof connectivityProblems)[number];
const closed = { additionalProperties: false } as const;

export const Connection = Type.Object({
  clientId: Type.String(),
  vin: Type.String(),
  ecuSerial: Type.String(),
  state: OneOf(['connected', 'disconnected']),
  protocol: OneOf(['3.1.1', '5']),
  address: Type.String(),
  tls: Type.String(),
  replica: Type.String(),
  connectedAt: Time,
  lastSeenAt: Time,
  disconnectedAt: Nullable(Time),
  reason: Nullable(Type.String()),
  messagesIn: Type.Integer(),
  messagesOut: Type.Integer(),
  queued: Type.Integer(),
  certificate: Type.String(),
});
export type Connection = Static<typeof Connection>;

export const refusalKinds = [
  'certificate',
  'client-id',
  'topic',
  'payload',
  'oversize',
  'malformed',
  'flood',
  'protocol',
  'replay',
  'handshake',
] as const;
export const Refusal = Type.Object({
  kind: OneOf(refusalKinds),
  vin: Nullable(Type.String()),
  ecuSerial: Nullable(Type.String()),
  address: Type.String(),
  detail: Type.String(),
  count: Type.Integer(),
  firstAt: Time,
  lastAt: Time,
});
export type Refusal = Static<typeof Refusal>;

export const deviceCommands = ['report-inventory', 'renew-certificate', 'check-updates'] as const;

export const connectivityOperations = {
  listConnections: listOperation({
    path: '/connections',
    summary: 'Vehicle connections',
    permission: 'connectivity.read',
    item: Connection,
    defaultSort: '-lastSeenAt',
    fields: {
      vin: { type: 'string', label: 'VIN' },
      ecuSerial: { type: 'string', label: 'ECU serial' },
      state: { type: 'enum', label: 'State', values: ['connected', 'disconnected'] },
      protocol: { type: 'enum', label: 'MQTT', values: ['3.1.1', '5'] },
      address: { type: 'string', label: 'Address' },
      connectedAt: { type: 'time', label: 'Connected' },
      lastSeenAt: { type: 'time', label: 'Last seen' },
      messagesIn: { type: 'number', label: 'Messages in' },
      queued: { type: 'number', label: 'Queued', sortable: false },
    },
  }),
  listRefusals: listOperation({
    path: '/refusals',
    summary: 'What the front door refused, and why',
    permission: 'connectivity.read',
    item: Refusal,
    defaultSort: '-lastAt',
    fields: {
      kind: { type: 'enum', label: 'Kind', values: refusalKinds },
      vin: { type: 'string', label: 'VIN' },
      ecuSerial: { type: 'string', label: 'ECU serial' },
      address: { type: 'string', label: 'Address' },
      count: { type: 'number', label: 'Count' },
      lastAt: { type: 'time', label: 'Last' },
    },
  }),
  getTraffic: operation({
    method: 'GET',
    path: '/connections/traffic',
    summary: 'Connections and messages of the last hour, per minute',
    permission: 'connectivity.read',
    problems: [],
    ok: Type.Object({
      connected: Type.Integer(),
      minutes: Type.Array(
        Type.Object({ at: Time, messagesIn: Type.Integer(), messagesOut: Type.Integer(), refused: Type.Integer() }),
      ),
    }),
  }),
  disconnectDevice: operation({
    method: 'POST',
    path: '/connections/:vin/:ecuSerial/disconnection',
    summary: 'Cut a live connection; the device may come back',
    permission: 'connectivity.disconnect',
    problems: ['connectivity.not-connected'],
    params: Type.Object({ vin: Type.String({ maxLength: 17 }), ecuSerial: Type.String({ maxLength: 64 }) }),
    body: Empty,
    ok: Empty,
  }),
  sendCommand: operation({
    method: 'POST',
    path: '/connections/:vin/:ecuSerial/commands',
    summary: 'Queue a command for an ECU; it is delivered when the vehicle is reachable',
    permission: 'connectivity.command',
    problems: ['connectivity.unknown-device', 'connectivity.queue-full'],
    params: Type.Object({ vin: Type.String({ maxLength: 17 }), ecuSerial: Type.String({ maxLength: 64 }) }),
    body: Type.Object({ command: OneOf(deviceCommands) }, closed),
    ok: Type.Object({ id: Type.String(), queuedAt: Time }),
  }),
};
