import { type Static, Type } from 'typebox';
import { Id, listOperation, Nullable, OneOf, operation, Page, Time } from '../operation.ts';
import {
  ComponentRef,
  closed,
  Epss,
  exploitations,
  findingStates,
  Kev,
  matchStrengths,
  outcomes,
  Priority,
  Proof,
  Score,
  SoftwareRef,
  severities,
  VulnerabilityRef,
  verdicts,
} from './words.ts';

export const Vulnerability = Type.Object({
  id: Id,
  ref: Type.String(),
  title: Type.String(),
  severity: OneOf(severities),
  cvss: Nullable(Type.Number()),
  epss: Nullable(Type.Number()),
  kev: Type.Boolean(),
  exploitation: OneOf(exploitations),
  outcome: Nullable(OneOf(outcomes)),
  findings: Type.Integer({ description: 'Component versions of the fleet that it concerns' }),
  openFindings: Type.Integer(),
  vehicles: Type.Integer({ description: 'Vehicles that carry it; of a large fleet as last counted' }),
  publishedAt: Nullable(Time),
  modifiedAt: Nullable(Time),
  withdrawnAt: Nullable(Time),
});
export type Vulnerability = Static<typeof Vulnerability>;

export const AdvisoryRecord = Type.Object({
  id: Id,
  ref: Type.String(),
  format: OneOf(['cve5', 'osv', 'csaf', 'own']),
  source: Type.String(),
  title: Type.String(),
  modifiedAt: Nullable(Time),
  receivedAt: Time,
  withdrawn: Type.Boolean(),
  affected: Type.Array(Type.String(), { description: 'What it names, with the versions, in words' }),
});

export const VulnerabilityDetail = Type.Object({
  ...Vulnerability.properties,
  summary: Type.String(),
  scores: Type.Array(Score),
  epssDetail: Nullable(Epss),
  kevDetail: Nullable(Kev),
  automatable: Nullable(Type.Boolean()),
  exploitationSource: Nullable(Type.String()),
  aliases: Type.Array(Type.String()),
  cwes: Type.Array(Type.String()),
  references: Type.Array(Type.Object({ url: Type.String(), kind: Nullable(Type.String()) })),
  records: Type.Array(AdvisoryRecord),
});
export type VulnerabilityDetail = Static<typeof VulnerabilityDetail>;

/** One place where it occurs: a component in a software version, on the ECU roles that run it. */
export const Occurrence = Type.Object({
  findingId: Id,
  component: ComponentRef,
  software: SoftwareRef,
  roles: Type.Array(Type.Object({ model: Type.String(), role: Type.String(), name: Type.String() })),
  because: Type.Array(Type.String(), { description: 'What the place in the architecture contributes, in words' }),
  exposure: OneOf(['small', 'controlled', 'open']),
  safety: OneOf(['negligible', 'marginal', 'critical', 'catastrophic']),
  environmental: Nullable(Score),
  priority: Priority,
  verdict: OneOf(verdicts),
  strength: OneOf(matchStrengths),
  proof: Proof,
  state: OneOf(findingStates),
  decisionId: Nullable(Id),
  code: Nullable(
    Type.String({ description: 'What the list of compiled files of that version says, where there is one' }),
  ),
  vehicles: Type.Integer(),
});
export type Occurrence = Static<typeof Occurrence>;

const CountBy = Type.Array(Type.Object({ value: Type.String(), vehicles: Type.Integer() }));
export const BlastRadius = Type.Object({
  vehicles: Type.Integer({ description: 'Exact number of vehicles that carry it now' }),
  byRegion: CountBy,
  byModel: CountBy,
  byPlant: CountBy,
  bySoftware: Type.Array(
    Type.Object({ softwareId: Id, name: Type.String(), version: Type.String(), vehicles: Type.Integer() }),
  ),
  includesDecided: Type.Boolean({ description: 'Whether places decided as not affected or fixed are counted too' }),
});
export type BlastRadius = Static<typeof BlastRadius>;

export const AffectedVehicle = Type.Object({
  vin: Type.String(),
  model: Type.String(),
  region: Type.String(),
  plant: Nullable(Type.String()),
  state: Type.String(),
  lastSeenAt: Nullable(Time),
  ecus: Type.Array(
    Type.Object({ serial: Type.String(), role: Type.String(), software: Type.String(), version: Type.String() }),
  ),
});
export type AffectedVehicle = Static<typeof AffectedVehicle>;

const params = Type.Object({ ref: VulnerabilityRef });
const read = { permission: 'vulnerabilities.read', problems: ['vulnerabilities.unknown-vulnerability'] } as const;
const Scope = {
  all: Type.Optional(Type.Boolean({ description: 'Also where it is decided as not affected or fixed' })),
};

export const vulnerabilityOperations = {
  listVulnerabilities: listOperation({
    path: '/vulnerabilities',
    summary: 'Vulnerabilities, with what they mean for the fleet',
    permission: 'vulnerabilities.read',
    item: Vulnerability,
    defaultSort: '-priority',
    fields: {
      ref: { type: 'string', label: 'Id' },
      title: { type: 'string', label: 'Title', sortable: false },
      severity: { type: 'enum', label: 'Severity', values: severities, sortable: false },
      cvss: { type: 'number', label: 'CVSS' },
      epss: { type: 'number', label: 'EPSS' },
      kev: { type: 'boolean', label: 'Known exploited' },
      exploitation: { type: 'enum', label: 'Exploitation', values: exploitations, sortable: false },
      outcome: { type: 'enum', label: 'Priority', values: outcomes, sortable: false },
      priority: { type: 'number', label: 'Rank' },
      findings: { type: 'number', label: 'Findings' },
      vehicles: { type: 'number', label: 'Vehicles' },
      published: { type: 'time', label: 'Published' },
      modified: { type: 'time', label: 'Modified' },
    },
  }),
  getVulnerability: operation({
    method: 'GET',
    path: '/vulnerabilities/:ref',
    summary: 'One vulnerability: records, scores, exploitation',
    ...read,
    params,
    ok: VulnerabilityDetail,
  }),
  listOccurrences: operation({
    method: 'GET',
    path: '/vulnerabilities/:ref/occurrences',
    summary: 'Where it occurs: component, software version, ECU roles, how sure, what was decided',
    ...read,
    params,
    query: Type.Object(
      {
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
        cursor: Type.Optional(Type.String({ maxLength: 1000 })),
      },
      closed,
    ),
    ok: Page(Occurrence),
  }),
};

/** Which vehicles carry a vulnerability, exactly and now. */
export const affectedVehicleOperations = {
  getBlastRadius: operation({
    method: 'GET',
    path: '/vulnerabilities/:ref/blast-radius',
    summary: 'Exactly how many vehicles carry it, by region, model, plant and software version',
    ...read,
    params,
    query: Type.Object(Scope, closed),
    ok: BlastRadius,
  }),
  listAffectedVehicles: operation({
    method: 'GET',
    path: '/vulnerabilities/:ref/vehicles',
    summary: 'The vehicles that carry it, by VIN, with the ECUs that do',
    permission: 'vulnerabilities.read',
    problems: ['vulnerabilities.unknown-vulnerability', 'request.bad-filter', 'request.bad-cursor'],
    params,
    query: Type.Object(
      {
        ...Scope,
        region: Type.Optional(Type.String({ maxLength: 100 })),
        model: Type.Optional(Type.String({ maxLength: 100 })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
        cursor: Type.Optional(Type.String({ maxLength: 1000 })),
      },
      closed,
    ),
    ok: Page(AffectedVehicle),
  }),
  exportAffectedVehicles: operation({
    method: 'GET',
    path: '/vulnerabilities/:ref/vehicles/export',
    summary: 'All vehicles that carry it, as CSV or NDJSON',
    ...read,
    params,
    query: Type.Object({ ...Scope, format: OneOf(['csv', 'ndjson']) }, closed),
    ok: Type.Unknown(),
    raw: { response: ['text/csv; charset=utf-8', 'application/x-ndjson'] },
  }),
};
