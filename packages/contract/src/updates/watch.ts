import { type Static, Type } from 'typebox';
import { Vin } from '../inventory/words.ts';
import { Id, listOperation, Nullable, OneOf, operation, Time } from '../operation.ts';
import { Act, campaignStates, campaignVehicleStates, Reason, releaseStates } from './words.ts';

const closed = { additionalProperties: false } as const;
const params = Type.Object({ id: Id });

export const Undelivered = Type.Object({
  id: Id,
  campaignId: Id,
  campaign: Type.String(),
  state: OneOf(campaignVehicleStates),
  cause: Type.String(),
  text: Type.String(),
  vehicles: Type.Integer(),
  notice: OneOf(['notified', 'not-notified'], 'Whether stakeholders were told'),
  reason: Type.String({ description: 'Why they were told, or why not' }),
  decided: Act,
});
export type Undelivered = Static<typeof Undelivered>;

export const VehicleUpdate = Type.Object({
  campaignId: Id,
  campaign: Type.String(),
  kind: OneOf(['rollout', 'rollback']),
  campaignState: OneOf(campaignStates),
  releaseId: Id,
  release: Type.String(),
  security: Type.Boolean(),
  wave: Type.Integer({ description: '0: the vehicle takes no part' }),
  state: OneOf(campaignVehicleStates),
  cause: Nullable(Type.String({ description: 'In words' })),
  attempt: Type.Integer(),
  since: Time,
  served: Type.Boolean({ description: 'The vehicle is served this campaign now; at most one is' }),
});
export type VehicleUpdate = Static<typeof VehicleUpdate>;

const Counted = <const T extends readonly string[]>(states: T) =>
  Type.Array(Type.Object({ state: OneOf(states), count: Type.Integer() }));

export const watchOperations = {
  getUpdatesSummary: operation({
    method: 'GET',
    path: '/updates/summary',
    summary: 'Releases, campaigns, requests that wait and vehicles that drift, as counts',
    permission: 'updates.read',
    problems: [],
    ok: Type.Object({
      releases: Counted(releaseStates),
      campaigns: Counted(campaignStates),
      inFlight: Type.Integer(),
      openRequests: Type.Integer(),
      driftedVehicles: Type.Integer(),
      undelivered: Type.Integer({ description: 'Vehicles that an ended security update did not reach' }),
    }),
  }),
  getVehicleUpdates: operation({
    method: 'GET',
    path: '/vehicles/:vin/updates',
    summary: 'The newest 200 campaigns that named a vehicle, what came of each, and which it is served now',
    permission: 'updates.read',
    problems: [],
    params: Type.Object({ vin: Vin }),
    ok: Type.Object({ items: Type.Array(VehicleUpdate) }),
  }),
  listUndelivered: listOperation({
    path: '/undelivered-updates',
    summary: 'Vehicles that a security update did not reach, by cause, and whether stakeholders were told',
    permission: 'updates.read',
    item: Undelivered,
    defaultSort: '-decidedAt',
    fields: {
      campaign: { type: 'string', label: 'Campaign', sortable: false },
      notice: { type: 'enum', label: 'Notice', values: ['notified', 'not-notified'], sortable: false },
      cause: { type: 'string', label: 'Cause', sortable: false },
      decidedAt: { type: 'time', label: 'Decided' },
    },
  }),
  decideUndelivered: operation({
    method: 'POST',
    path: '/campaigns/:id/undelivered',
    summary:
      'Tell stakeholders that a group of vehicles is not reached, or record why they are not told (UN R156 9.1.3)',
    permission: 'updates.operate',
    problems: ['updates.unknown-campaign', 'updates.nothing-undelivered'],
    params,
    body: Type.Object(
      {
        state: OneOf(campaignVehicleStates),
        cause: Type.String({ maxLength: 100, description: 'As in the causes of the campaign' }),
        notify: Type.Boolean(),
        reason: Reason,
      },
      closed,
    ),
    ok: Undelivered,
  }),
  getCampaignReport: operation({
    method: 'GET',
    path: '/campaigns/:id/report',
    summary:
      'The report of a campaign (ISO 24089 clause 9): what, to whom, how it went, who agreed; JSON or a page to print',
    permission: 'updates.read',
    problems: ['updates.unknown-campaign'],
    params,
    query: Type.Object({ format: OneOf(['json', 'html']) }, closed),
    ok: Type.Unknown(),
    raw: { response: ['application/json', 'text/html'] },
  }),
  exportCampaignVehicles: operation({
    method: 'GET',
    path: '/campaigns/:id/vehicles/export',
    summary: 'The frozen list with the verdict and the outcome of every vehicle (UN R156 7.1.2.4), streamed',
    permission: 'updates.read',
    problems: ['updates.unknown-campaign'],
    params,
    query: Type.Object({ format: OneOf(['csv', 'ndjson']) }, closed),
    ok: Type.Unknown(),
    raw: { response: ['text/csv', 'application/x-ndjson'] },
  }),
};
