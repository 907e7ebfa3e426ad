import { Type } from 'typebox';
import { Vin } from '../inventory/words.ts';
import { Empty, Id, listOperation, Nullable, OneOf, operation, Time } from '../operation.ts';
import {
  Campaign,
  CampaignConsequence,
  CampaignDefinition,
  CampaignDetail,
  CampaignRequest,
  CampaignRules,
  CampaignVehicle,
  definition,
  Filter,
  UpdateSettings,
  Wave,
} from './campaign-definition.ts';
import { campaignStates, campaignVehicleStates, Reason } from './words.ts';

const closed = { additionalProperties: false } as const;
const params = Type.Object({ id: Id });
const step = <const P extends string, const S extends string>(path: P, summary: S) =>
  operation({
    method: 'POST',
    path: `/campaigns/:id/${path}`,
    summary: `${summary}; the count comes first when dryRun is set`,
    permission: 'updates.operate',
    problems: ['updates.unknown-campaign', 'updates.wrong-state'],
    params,
    body: Type.Object({ dryRun: Type.Boolean(), reason: Reason }, closed),
    ok: CampaignConsequence,
  } as const);
const danger = <const P extends string, const S extends string>(path: P, summary: S) =>
  operation({
    method: 'POST',
    path: `/campaigns/:id/${path}`,
    summary: `${summary}; the count comes first when dryRun is set`,
    permission: 'updates.operate',
    problems: ['updates.unknown-campaign', 'updates.wrong-state', 'updates.hash-changed', 'updates.bad-campaign'],
    params,
    body: Type.Object(
      { dryRun: Type.Boolean(), reason: Reason, hash: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })) },
      closed,
    ),
    ok: CampaignConsequence,
  } as const);

export const campaignOperations = {
  listCampaigns: listOperation({
    path: '/campaigns',
    summary: 'Update campaigns',
    permission: 'updates.read',
    item: Campaign,
    defaultSort: '-createdAt',
    fields: {
      name: { type: 'string', label: 'Name' },
      state: { type: 'enum', label: 'State', values: campaignStates },
      kind: { type: 'enum', label: 'Kind', values: ['rollout', 'rollback'], sortable: false },
      release: { type: 'string', label: 'Release', sortable: false },
      createdAt: { type: 'time', label: 'Created' },
      startedAt: { type: 'time', label: 'Started' },
    },
  }),
  createCampaign: operation({
    method: 'POST',
    path: '/campaigns',
    summary: 'Define a campaign; nothing is sent before it is planned, asked for and agreed to',
    permission: 'updates.write',
    problems: ['updates.duplicate-name', 'updates.unknown-release', 'updates.bad-campaign', 'request.bad-filter'],
    body: CampaignDefinition,
    ok: CampaignDetail,
  }),
  previewCampaign: operation({
    method: 'POST',
    path: '/campaigns/preview',
    summary: 'How many vehicles a definition would reach, wave by wave, and why others not',
    permission: 'updates.read',
    problems: ['updates.unknown-release', 'updates.bad-campaign', 'request.bad-filter'],
    body: Type.Object({ releaseId: Id, filter: Filter, waves: definition.waves }, closed),
    ok: Type.Object({
      vehicles: Type.Integer(),
      compatible: Type.Integer(),
      waves: Type.Array(Type.Object({ name: Type.String(), vehicles: Type.Integer() })),
      groups: Type.Array(
        Type.Object({
          reason: Type.String(),
          text: Type.String(),
          vehicles: Type.Integer(),
          examples: Type.Array(Type.String()),
        }),
      ),
    }),
  }),
  getCampaign: operation({
    method: 'GET',
    path: '/campaigns/:id',
    summary: 'One campaign: waves with counts and thresholds, requests, log',
    permission: 'updates.read',
    problems: ['updates.unknown-campaign'],
    params,
    ok: CampaignDetail,
  }),
  putCampaign: operation({
    method: 'PUT',
    path: '/campaigns/:id',
    summary: 'Change a campaign that has not started; a frozen list is dropped',
    permission: 'updates.write',
    problems: [
      'updates.unknown-campaign',
      'updates.wrong-state',
      'updates.duplicate-name',
      'updates.unknown-release',
      'updates.bad-campaign',
      'request.bad-filter',
    ],
    params,
    body: CampaignDefinition,
    ok: CampaignDetail,
  }),
  amendCampaign: operation({
    method: 'POST',
    path: '/campaigns/:id/amendment',
    summary: 'Correct a paused or stopped campaign; to resume it a second person must then agree again',
    permission: 'updates.write',
    problems: ['updates.unknown-campaign', 'updates.wrong-state', 'updates.unknown-release', 'updates.bad-campaign'],
    params,
    body: Type.Object(
      {
        reason: Reason,
        releaseId: Type.Optional(Id),
        rules: Type.Optional(CampaignRules),
        waves: Type.Optional(
          Type.Array(
            Type.Object(
              {
                ordinal: Type.Integer({ minimum: 1, maximum: 50 }),
                success: Wave.properties.success,
                error: Wave.properties.error,
                soakMinutes: Wave.properties.soakMinutes,
              },
              closed,
            ),
            { maxItems: 50 },
          ),
        ),
        retryFailed: Type.Optional(
          Type.Boolean({ description: 'Vehicles that failed get one more attempt, and their errors are forgiven' }),
        ),
      },
      closed,
    ),
    ok: CampaignDetail,
  }),
  planCampaign: operation({
    method: 'POST',
    path: '/campaigns/:id/plan',
    summary: 'Freeze the list of vehicles and put them into waves; a job with progress',
    permission: 'updates.write',
    problems: ['updates.unknown-campaign', 'updates.wrong-state', 'updates.bad-campaign'],
    params,
    body: Empty,
    ok: CampaignDetail,
  }),
  startCampaign: danger('start', 'Ask for a planned campaign to be started'),
  resumeCampaign: danger('resume', 'Resume a paused campaign, or ask for a stopped or amended one to be resumed'),
  rollBackCampaign: danger('rollback', 'Ask for vehicles that were updated to be taken back to the former software'),
  pauseCampaign: step('pause', 'Offer it to no further vehicle; those under way go on'),
  stopCampaign: step('stop', 'Stop: what is not being installed yet is taken back'),
  cancelCampaign: step('cancellation', 'End a campaign for good: no further vehicle gets it'),
  listCampaignRequests: listOperation({
    path: '/campaign-requests',
    summary: 'What waits for a second person, and what was decided',
    permission: 'updates.read',
    item: CampaignRequest,
    defaultSort: '-requestedAt',
    fields: {
      state: { type: 'enum', label: 'State', values: ['open', 'approved', 'rejected', 'void'], sortable: false },
      action: { type: 'enum', label: 'Action', values: ['start', 'resume', 'roll-back'], sortable: false },
      requestedAt: { type: 'time', label: 'Asked' },
    },
  }),
  decideCampaignRequest: operation({
    method: 'POST',
    path: '/campaign-requests/:id/decision',
    summary: 'Agree to a start, a resumption or a rollback that somebody else asked for, or refuse it',
    permission: 'updates.approve',
    problems: [
      'updates.unknown-request',
      'updates.wrong-state',
      'updates.hash-changed',
      'updates.same-person',
      'updates.person-required',
      'updates.bad-campaign',
    ],
    params,
    body: Type.Object(
      {
        agree: Type.Boolean(),
        hash: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'The hash of the campaign that was read' }),
        comment: Type.String({ maxLength: 2_000 }),
      },
      closed,
    ),
    ok: CampaignRequest,
  }),
  listCampaignVehicles: listOperation({
    path: '/campaign-vehicles',
    summary: 'The frozen list of one campaign and where each vehicle stands; the filter names the campaign',
    permission: 'updates.read',
    item: CampaignVehicle,
    defaultSort: 'vin',
    fields: {
      campaign: { type: 'string', label: 'Campaign', sortable: false },
      vin: { type: 'string', label: 'VIN' },
      wave: { type: 'number', label: 'Wave', sortable: false },
      state: { type: 'enum', label: 'State', values: campaignVehicleStates, sortable: false },
      cause: { type: 'string', label: 'Cause', sortable: false },
    },
  }),
  getCampaignVehicle: operation({
    method: 'GET',
    path: '/campaigns/:id/vehicles/:vin',
    summary: 'What happened to one vehicle in a campaign, newest first',
    permission: 'updates.read',
    problems: ['updates.unknown-campaign', 'updates.unknown-vehicle'],
    params: Type.Object({ id: Id, vin: Vin }),
    ok: Type.Object({
      ...CampaignVehicle.properties,
      events: Type.Array(
        Type.Object({
          at: Time,
          event: Type.String(),
          state: OneOf(campaignVehicleStates),
          attempt: Type.Integer(),
          cause: Nullable(Type.String()),
          detail: Nullable(Type.String()),
        }),
      ),
    }),
  }),
  getCampaignCauses: operation({
    method: 'GET',
    path: '/campaigns/:id/causes',
    summary: 'What keeps vehicles from being updated, grouped by cause, with those that have stalled',
    permission: 'updates.read',
    problems: ['updates.unknown-campaign'],
    params,
    ok: Type.Object({
      causes: Type.Array(
        Type.Object({
          state: OneOf(campaignVehicleStates),
          cause: Type.String(),
          text: Type.String(),
          vehicles: Type.Integer(),
          waves: Type.Array(Type.Integer()),
          examples: Type.Array(Type.String()),
        }),
      ),
      stalled: Type.Array(
        Type.Object({
          state: OneOf(campaignVehicleStates),
          vehicles: Type.Integer(),
          oldest: Time,
          examples: Type.Array(Type.String()),
        }),
        { description: 'Under way, and past half of the time that their state may take' },
      ),
    }),
  }),
  getUpdateSettings: operation({
    method: 'GET',
    path: '/update-settings',
    summary: 'Time zones of regions, in which maintenance windows are meant',
    permission: 'updates.read',
    problems: [],
    ok: UpdateSettings,
  }),
  putUpdateSettings: operation({
    method: 'PUT',
    path: '/update-settings',
    summary: 'Set the time zones of regions; the region * is all others',
    permission: 'updates.operate',
    problems: ['updates.bad-campaign'],
    body: UpdateSettings,
    ok: UpdateSettings,
  }),
};
