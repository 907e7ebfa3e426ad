import { type Static, Type } from 'typebox';
import { Code, Vin } from '../inventory/words.ts';
import { Empty, Id, listOperation, Nullable, OneOf, operation, Time } from '../operation.ts';
import { Line, NullableAct, Person, Prose, RxswinText, rxswinStandings, rxswinStates } from './words.ts';

const closed = { additionalProperties: false } as const;

export const Rxswin = Type.Object({
  id: Id,
  rxswin: Type.String(),
  model: Type.String(),
  version: Type.Integer({ description: 'Of the definition, from 1' }),
  state: OneOf(rxswinStates),
  system: Type.String(),
  regulation: Type.String(),
  entries: Type.Integer(),
  hash: Type.String({ description: 'Over identifier, model, version and software with its integrity data' }),
  drift: Nullable(
    Type.Object({
      checkedAt: Time,
      vehicles: Type.Integer(),
      matches: Type.Integer(),
      behind: Type.Integer({ description: 'Run the definition before' }),
      drifted: Type.Integer(),
      unknown: Type.Integer({ description: 'Have not reported all of it' }),
    }),
  ),
  createdAt: Time,
  releasedAt: Nullable(Time),
});
export type Rxswin = Static<typeof Rxswin>;

const Entry = Type.Object({
  role: Type.String(),
  softwareId: Id,
  software: Type.String(),
  version: Type.String(),
  sha256: Nullable(Type.String()),
  before: Nullable(Type.String({ description: 'Version in the definition before' })),
});
const Passage = Type.Object({
  campaignId: Id,
  campaign: Type.String(),
  before: Nullable(Type.Object({ id: Id, rxswin: Type.String(), version: Type.Integer(), hash: Type.String() })),
  after: Type.Object({ id: Id, rxswin: Type.String(), version: Type.Integer(), hash: Type.String() }),
  startedAt: Time,
  finishedAt: Nullable(Time),
  vehicles: Type.Integer(),
  succeeded: Type.Integer(),
});
export const RxswinDetail = Type.Object({
  ...Rxswin.properties,
  note: Type.String(),
  software: Type.Array(Entry),
  authors: Type.Array(Person),
  released: NullableAct,
  supersededAt: Nullable(Time),
  previousId: Nullable(Id),
  checking: Type.Boolean({ description: 'Vehicles are being compared with it now' }),
  campaigns: Type.Array(Passage, { description: 'What held before and after each campaign that brought it' }),
});
export type RxswinDetail = Static<typeof RxswinDetail>;
export type RxswinPassage = Static<typeof Passage>;

export const DriftedVehicle = Type.Object({
  id: Type.String(),
  vin: Type.String(),
  rxswinId: Id,
  role: Type.String(),
  software: Type.String(),
  expected: Type.String(),
  reported: Type.String(),
  since: Time,
});
export type DriftedVehicle = Static<typeof DriftedVehicle>;

const params = Type.Object({ id: Id });
const software = Type.Array(Type.Object({ role: Code, softwareId: Id }, closed), { minItems: 1, maxItems: 200 });

export const rxswinOperations = {
  listRxswins: listOperation({
    path: '/rxswins',
    summary: 'The RXSWIN register (UN R156 7.1.2.3), every version of every definition',
    permission: 'updates.read',
    item: Rxswin,
    defaultSort: 'rxswin',
    fields: {
      rxswin: { type: 'string', label: 'RXSWIN' },
      model: { type: 'string', label: 'Model' },
      state: { type: 'enum', label: 'State', values: rxswinStates },
      version: { type: 'number', label: 'Version', sortable: false },
      system: { type: 'string', label: 'System', sortable: false },
      createdAt: { type: 'time', label: 'Created' },
    },
  }),
  createRxswin: operation({
    method: 'POST',
    path: '/rxswins',
    summary: 'Draft the next version of the definition of an RXSWIN for a model',
    permission: 'updates.write',
    problems: ['updates.bad-rxswin', 'updates.draft-exists'],
    body: Type.Object(
      {
        rxswin: RxswinText,
        model: Code,
        system: Line,
        regulation: Type.Optional(Line),
        note: Type.Optional(Prose),
        software,
      },
      closed,
    ),
    ok: RxswinDetail,
  }),
  getRxswin: operation({
    method: 'GET',
    path: '/rxswins/:id',
    summary: 'One version of a definition: its software, what changed, and what campaigns did to it',
    permission: 'updates.read',
    problems: ['updates.unknown-rxswin'],
    params,
    ok: RxswinDetail,
  }),
  putRxswin: operation({
    method: 'PUT',
    path: '/rxswins/:id',
    summary: 'Change a drafted definition',
    permission: 'updates.write',
    problems: ['updates.unknown-rxswin', 'updates.wrong-state', 'updates.bad-rxswin'],
    params,
    body: Type.Object({ system: Line, regulation: Line, note: Prose, software }, closed),
    ok: RxswinDetail,
  }),
  releaseRxswin: operation({
    method: 'POST',
    path: '/rxswins/:id/release',
    summary: 'Release a drafted definition that somebody else wrote; the one before is superseded',
    permission: 'updates.approve',
    problems: [
      'updates.unknown-rxswin',
      'updates.wrong-state',
      'updates.hash-changed',
      'updates.same-person',
      'updates.person-required',
    ],
    params,
    body: Type.Object({ hash: Type.String({ pattern: '^[0-9a-f]{64}$' }) }, closed),
    ok: RxswinDetail,
  }),
  checkRxswin: operation({
    method: 'POST',
    path: '/rxswins/:id/check',
    summary: 'Compare what vehicles report with a released definition now; it is done every six hours by itself',
    permission: 'updates.operate',
    problems: ['updates.unknown-rxswin', 'updates.wrong-state'],
    params,
    body: Empty,
    ok: RxswinDetail,
  }),
  exportRxswins: operation({
    method: 'GET',
    path: '/rxswins/export',
    summary: 'The whole register with integrity data, before and after each campaign, for the authority',
    permission: 'updates.read',
    problems: [],
    query: Type.Object({ format: OneOf(['csv', 'json']) }, closed),
    ok: Type.Unknown(),
    raw: { response: ['text/csv', 'application/json'] },
  }),
  listRxswinDrift: listOperation({
    path: '/rxswin-drift',
    summary: 'Vehicles whose reported software is neither that of the released definition nor that of the one before',
    permission: 'updates.read',
    item: DriftedVehicle,
    defaultSort: 'vin',
    fields: {
      vin: { type: 'string', label: 'VIN' },
      rxswin: { type: 'string', label: 'RXSWIN', sortable: false },
      model: { type: 'string', label: 'Model', sortable: false },
      role: { type: 'string', label: 'ECU role', sortable: false },
      reported: { type: 'string', label: 'Reported', sortable: false },
      since: { type: 'time', label: 'Since' },
    },
  }),
  getVehicleRxswins: operation({
    method: 'GET',
    path: '/vehicles/:vin/rxswins',
    summary: 'The RXSWINs that are declared for a vehicle, and whether it runs what they say',
    permission: 'updates.read',
    problems: [],
    params: Type.Object({ vin: Vin }),
    ok: Type.Object({
      items: Type.Array(
        Type.Object({
          id: Id,
          rxswin: Type.String(),
          version: Type.Integer(),
          system: Type.String(),
          standing: OneOf(rxswinStandings),
        }),
      ),
    }),
  }),
};
