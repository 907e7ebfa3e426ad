import { type Static, Type } from 'typebox';
import { eventSeverities } from './messages.ts';
import { Id, listOperation, Nullable, OneOf, operation, Time } from './operation.ts';

export const ReceivedEvent = Type.Object({
  id: Id,
  vin: Type.String(),
  ecuSerial: Type.String(),
  reporter: Type.String(),
  boot: Type.Integer(),
  sequence: Type.Integer(),
  type: Type.String(),
  severity: OneOf(eventSeverities),
  at: Time,
  receivedAt: Time,
  data: Nullable(Type.Unsafe<Record<string, unknown>>({ type: 'object' })),
});
export type ReceivedEvent = Static<typeof ReceivedEvent>;

export const monitoringOperations = {
  listEvents: listOperation({
    path: '/events',
    summary: 'Security events that vehicles reported',
    permission: 'monitoring.read',
    item: ReceivedEvent,
    defaultSort: '-receivedAt',
    fields: {
      vin: { type: 'string', label: 'VIN' },
      ecuSerial: { type: 'string', label: 'ECU serial', sortable: false },
      type: { type: 'string', label: 'Type', sortable: false },
      severity: { type: 'enum', label: 'Severity', values: eventSeverities, sortable: false },
      receivedAt: { type: 'time', label: 'Received' },
      at: { type: 'time', label: 'Happened', sortable: false },
    },
  }),
  getEventSummary: operation({
    method: 'GET',
    path: '/events/summary',
    summary: 'Security events of the last 24 hours by severity and type',
    permission: 'monitoring.read',
    problems: [],
    ok: Type.Object({
      total: Type.Integer(),
      bySeverity: Type.Array(Type.Object({ severity: OneOf(eventSeverities), count: Type.Integer() })),
      byType: Type.Array(Type.Object({ type: Type.String(), count: Type.Integer() })),
    }),
  }),
};
