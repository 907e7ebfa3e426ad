import { type Static, Type } from 'typebox';
import { Id, Nullable, OneOf, Time } from '../operation.ts';
import {
  Act,
  campaignStates,
  campaignVehicleStates,
  failureKinds,
  Name,
  Person,
  TimeZone,
  waveStates,
} from './words.ts';

const closed = { additionalProperties: false } as const;
const Minutes = (maximum = 525_600) => Type.Integer({ minimum: 1, maximum });
const Percent = Type.Number({ minimum: 0, maximum: 100 });
export const Filter = Type.String({ maxLength: 2_000 });

export const Wave = Type.Object(
  {
    name: Name,
    select: Type.Object(
      {
        by: OneOf(['percent', 'count', 'filter', 'rest'], 'The last wave takes the rest'),
        percent: Type.Optional(Type.Number({ minimum: 0.01, maximum: 100 })),
        count: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000_000 })),
        filter: Type.Optional(Filter),
      },
      closed,
    ),
    success: Type.Object(
      { percent: Percent },
      { ...closed, description: 'Share of the wave that must have succeeded before the next begins' },
    ),
    error: Type.Object(
      {
        percent: Type.Number({ minimum: 0.1, maximum: 100 }),
        minimum: Type.Integer({
          minimum: 1,
          maximum: 1_000_000,
          description: 'Vehicles that must have ended before the percentage counts; at most the size of the wave',
        }),
        count: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000_000, description: 'Stops at so many errors' })),
      },
      closed,
    ),
    soakMinutes: Type.Optional(Type.Integer({ minimum: 0, maximum: 43_200, description: 'Wait before the next wave' })),
  },
  closed,
);
export type Wave = Static<typeof Wave>;

export const MaintenanceWindow = Type.Object(
  {
    days: Type.Array(OneOf(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']), { minItems: 1, maxItems: 7 }),
    start: Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' }),
    minutes: Minutes(1_440),
  },
  { ...closed, description: 'In the time zone of the vehicle' },
);
export type MaintenanceWindow = Static<typeof MaintenanceWindow>;

const timed = ['offered', 'consented', 'downloading', 'downloaded', 'installing', 'installed-awaiting-report'] as const;
export const CampaignRules = Type.Object(
  {
    rate: Type.Object(
      {
        perMinute: Type.Number({ minimum: 0.1, maximum: 1_000_000 }),
        growth: Type.Optional(
          Type.Object(
            {
              factor: Type.Number({ minimum: 1.1, maximum: 5 }),
              every: Type.Integer({ minimum: 1, maximum: 10_000_000 }),
              by: OneOf(['notified', 'succeeded']),
              maximum: Type.Number({ minimum: 0.1, maximum: 1_000_000 }),
            },
            { ...closed, description: 'Exponential: times factor after every so many vehicles' },
          ),
        ),
      },
      closed,
    ),
    maxInFlight: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    windows: Type.Array(MaintenanceWindow, { maxItems: 20, description: 'None: at any time' }),
    timeouts: Type.Object(
      Object.fromEntries(timed.map((state) => [state, Minutes()])) as Record<
        (typeof timed)[number],
        ReturnType<typeof Minutes>
      >,
      { ...closed, description: 'Minutes in a state; then unreachable (offered) or timed-out (all others)' },
    ),
    retries: Type.Array(
      Type.Object(
        {
          on: OneOf(failureKinds),
          times: Type.Integer({ minimum: 1, maximum: 10 }),
          afterMinutes: Type.Integer({ minimum: 0, maximum: 43_200 }),
        },
        closed,
      ),
      { maxItems: failureKinds.length },
    ),
    deferral: Type.Object(
      { times: Type.Integer({ minimum: 0, maximum: 20 }), hours: Type.Integer({ minimum: 1, maximum: 720 }) },
      closed,
    ),
    onError: OneOf(['stop', 'pause', 'roll-back'], 'What happens when a wave crosses its error threshold'),
    countAsError: Type.Array(OneOf(['unreachable', 'denied']), {
      maxItems: 2,
      description: 'Beside failed, timed-out and rolled-back',
    }),
    startsAt: Type.Optional(Type.String({ maxLength: 30, description: 'Not before this time, RFC 3339' })),
    endsAt: Type.Optional(Type.String({ maxLength: 30, description: 'Stops by itself at this time, RFC 3339' })),
  },
  closed,
);
export type CampaignRules = Static<typeof CampaignRules>;

export const definition = {
  name: Name,
  releaseId: Id,
  rollbackReleaseId: Type.Optional(Id),
  filter: Filter,
  waves: Type.Array(Wave, { minItems: 1, maxItems: 50 }),
  rules: CampaignRules,
};
export const CampaignDefinition = Type.Object(definition, closed);
export type CampaignDefinition = Static<typeof CampaignDefinition>;

const Counts = Type.Array(Type.Object({ state: OneOf(campaignVehicleStates), vehicles: Type.Integer() }));
export const CampaignWave = Type.Object({
  ordinal: Type.Integer(),
  ...Wave.properties,
  state: OneOf(waveStates),
  size: Type.Integer(),
  counts: Counts,
  ended: Type.Integer({ description: 'Succeeded or failed for good' }),
  errors: Type.Integer(),
  errorPercent: Type.Number(),
  successPercent: Type.Number(),
  startedAt: Nullable(Time),
  finishedAt: Nullable(Time),
});
export type CampaignWave = Static<typeof CampaignWave>;

export const Campaign = Type.Object({
  id: Id,
  name: Type.String(),
  kind: OneOf(['rollout', 'rollback']),
  state: OneOf(campaignStates),
  why: Type.String({ description: 'Why it is in this state, in words' }),
  releaseId: Id,
  releaseName: Type.String(),
  security: Type.Boolean(),
  vehicles: Type.Integer(),
  succeeded: Type.Integer(),
  errors: Type.Integer(),
  inFlight: Type.Integer(),
  wave: Type.Integer({ description: 'The wave that runs, from 1; 0 before the first' }),
  waveCount: Type.Integer(),
  createdBy: Person,
  createdAt: Time,
  startedAt: Nullable(Time),
  finishedAt: Nullable(Time),
});
export type Campaign = Static<typeof Campaign>;

export const CampaignRequest = Type.Object({
  id: Id,
  campaignId: Id,
  campaignName: Type.String(),
  action: OneOf(['start', 'resume', 'roll-back']),
  state: OneOf(['open', 'approved', 'rejected', 'void']),
  hash: Type.String(),
  vehicles: Type.Integer({ description: 'Vehicles it concerns, as counted when it was asked for' }),
  reason: Type.String(),
  requested: Act,
  decided: Nullable(Type.Object({ ...Act.properties, comment: Type.String() })),
});
export type CampaignRequest = Static<typeof CampaignRequest>;

export const CampaignDetail = Type.Object({
  ...Campaign.properties,
  filter: Type.String(),
  rules: CampaignRules,
  waves: Type.Array(CampaignWave),
  counts: Counts,
  hash: Type.String({ description: 'Of definition, release and frozen list; what a second person agrees to' }),
  listHash: Nullable(Type.String({ description: 'Of the frozen list of vehicles and their verdicts' })),
  rollbackReleaseId: Nullable(Id),
  parentId: Nullable(Id),
  childId: Nullable(Id),
  plan: Type.Object({
    jobId: Nullable(Id),
    phase: OneOf(['none', 'freeze', 'assign', 'done']),
    done: Type.Integer(),
    total: Type.Integer(),
    eligible: Type.Integer(),
    incompatible: Type.Integer(),
    plannedAt: Nullable(Time),
  }),
  perMinute: Type.Number({ description: 'The rate now' }),
  requests: Type.Array(CampaignRequest),
  log: Type.Array(Type.Object({ at: Time, kind: Type.String(), text: Type.String(), by: Nullable(Person) }), {
    description: 'What happened to the campaign, newest first',
  }),
});
export type CampaignDetail = Static<typeof CampaignDetail>;

export const CampaignVehicle = Type.Object({
  vin: Type.String(),
  wave: Type.Integer(),
  state: OneOf(campaignVehicleStates),
  cause: Nullable(Type.String()),
  detail: Nullable(Type.String()),
  attempt: Type.Integer(),
  since: Time,
  dueAt: Nullable(Time),
  timeZone: Type.String(),
});
export type CampaignVehicle = Static<typeof CampaignVehicle>;

export const UpdateSettings = Type.Object(
  {
    regions: Type.Array(
      Type.Object(
        { region: Type.String({ pattern: '^([A-Za-z0-9][A-Za-z0-9._-]{0,63}|[*])$' }), timeZone: TimeZone },
        closed,
      ),
      { maxItems: 1_000 },
    ),
  },
  closed,
);
export type UpdateSettings = Static<typeof UpdateSettings>;

export const CampaignConsequence = Type.Object({
  state: OneOf(campaignStates),
  vehicles: Type.Integer({ description: 'Vehicles it concerns' }),
  text: Type.String({ description: 'What happens, in a sentence' }),
  hash: Type.String(),
  request: Nullable(CampaignRequest),
});
export type CampaignConsequence = Static<typeof CampaignConsequence>;
