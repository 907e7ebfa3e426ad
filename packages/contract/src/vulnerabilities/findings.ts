import { type Static, Type } from 'typebox';
import { ecuFunctions } from '../inventory/words.ts';
import { Id, listOperation, Nullable, OneOf, operation, Time } from '../operation.ts';
import { Occurrence } from './vulnerabilities.ts';
import { ComponentRef, findingStates, matchStrengths, outcomes, Proof, severities, verdicts } from './words.ts';

/** A component version met by a vulnerability: stored once, however many vehicles carry it. */
export const Finding = Type.Object({
  id: Id,
  ref: Type.String(),
  title: Type.String(),
  severity: OneOf(severities),
  cvss: Nullable(Type.Number()),
  epss: Nullable(Type.Number()),
  kev: Type.Boolean(),
  component: ComponentRef,
  verdict: OneOf(verdicts),
  strength: OneOf(matchStrengths),
  state: OneOf(findingStates),
  outcome: OneOf(outcomes),
  rank: Type.Integer(),
  reason: Type.String(),
  functions: Type.Array(Type.String(), { description: 'What the ECUs that carry it are for' }),
  softwareVersions: Type.Integer(),
  vehicles: Type.Integer(),
  fixedIn: Type.Array(Type.String(), { description: 'Versions of the component that are not affected any more' }),
  firstSeenAt: Time,
  updatedAt: Time,
});
export type Finding = Static<typeof Finding>;

export const FindingDetail = Type.Object({
  ...Finding.properties,
  proofs: Type.Array(Proof, { description: 'The proof that counts first, then what other records say' }),
  occurrences: Type.Array(Occurrence),
});
export type FindingDetail = Static<typeof FindingDetail>;

const Counts = Type.Object({
  immediate: Type.Integer(),
  outOfCycle: Type.Integer(),
  scheduled: Type.Integer(),
  defer: Type.Integer(),
  unsure: Type.Integer({ description: 'Of these, how many rest on a weak identifier' }),
});
/** Open findings by model and by what the ECU is for. */
export const Portfolio = Type.Object({
  models: Type.Array(
    Type.Object({
      model: Type.String(),
      vehicles: Type.Integer(),
      counts: Counts,
      functions: Type.Array(
        Type.Object({ function: Type.String(), role: Type.String(), name: Type.String(), counts: Counts }),
      ),
    }),
  ),
  totals: Counts,
  unidentifiedComponents: Type.Integer({ description: 'Components that no advisory can be matched to' }),
  softwareWithoutSbom: Type.Integer(),
  countedAt: Time,
});
export type Portfolio = Static<typeof Portfolio>;

export const Evaluation = Type.Object({
  components: Type.Integer(),
  unidentified: Type.Integer(),
  findings: Type.Array(
    Type.Object({
      ref: Type.String(),
      title: Type.String(),
      severity: OneOf(severities),
      cvss: Nullable(Type.Number()),
      epss: Nullable(Type.Number()),
      kev: Type.Boolean(),
      component: Type.Object({ name: Type.String(), version: Nullable(Type.String()), purl: Nullable(Type.String()) }),
      verdict: OneOf(verdicts),
      strength: OneOf(matchStrengths),
      outcome: OneOf(outcomes),
      reason: Type.String(),
      state: OneOf(findingStates),
      fixedIn: Type.Array(Type.String()),
      proof: Proof,
    }),
  ),
  truncated: Type.Boolean({ description: 'True when there were more than 10,000 findings' }),
});
export type Evaluation = Static<typeof Evaluation>;

export const findingOperations = {
  listFindings: listOperation({
    path: '/findings',
    summary: 'Findings: component versions of the fleet met by a vulnerability',
    permission: 'vulnerabilities.read',
    item: Finding,
    defaultSort: '-priority',
    fields: {
      ref: { type: 'string', label: 'Vulnerability' },
      component: { type: 'string', label: 'Component' },
      version: { type: 'string', label: 'Version', sortable: false },
      purl: { type: 'string', label: 'purl', sortable: false },
      outcome: { type: 'enum', label: 'Priority', values: outcomes, sortable: false },
      priority: { type: 'number', label: 'Rank' },
      severity: { type: 'enum', label: 'Severity', values: severities, sortable: false },
      cvss: { type: 'number', label: 'CVSS' },
      epss: { type: 'number', label: 'EPSS' },
      kev: { type: 'boolean', label: 'Known exploited', sortable: false },
      verdict: { type: 'enum', label: 'Verdict', values: verdicts, sortable: false },
      strength: { type: 'enum', label: 'Identified by', values: matchStrengths, sortable: false },
      state: { type: 'enum', label: 'State', values: findingStates, sortable: false },
      function: { type: 'enum', label: 'ECU function', values: ecuFunctions, sortable: false },
      software: { type: 'string', label: 'Software', sortable: false },
      softwareVersion: { type: 'string', label: 'Software version id', sortable: false },
      model: { type: 'string', label: 'Model', sortable: false },
      softwareVersions: { type: 'number', label: 'Software versions' },
      vehicles: { type: 'number', label: 'Vehicles' },
      firstSeen: { type: 'time', label: 'First seen' },
      updated: { type: 'time', label: 'Changed' },
    },
  }),
  getFinding: operation({
    method: 'GET',
    path: '/findings/:id',
    summary: 'One finding with its proofs and the places where it occurs',
    permission: 'vulnerabilities.read',
    problems: ['vulnerabilities.unknown-finding'],
    params: Type.Object({ id: Id }),
    ok: FindingDetail,
  }),
  getPortfolio: operation({
    method: 'GET',
    path: '/portfolio',
    summary: 'Open findings by model and ECU',
    permission: 'vulnerabilities.read',
    problems: [],
    ok: Portfolio,
  }),
  evaluateSbom: operation({
    method: 'POST',
    path: '/sbom-evaluations',
    summary: 'Match an SBOM against all advisories without storing it: the release gate',
    permission: 'vulnerabilities.read',
    problems: ['inventory.bad-sbom'],
    query: Type.Object(
      {
        function: Type.Optional(
          OneOf(ecuFunctions, 'What the ECU that will run it is for; decides safety and exposure'),
        ),
        software: Type.Optional(
          Type.String({ maxLength: 64, description: 'Name of the software, whose decisions are inherited' }),
        ),
      },
      { additionalProperties: false },
    ),
    ok: Evaluation,
    raw: {
      request: [
        'application/json',
        'application/vnd.cyclonedx+json',
        'application/vnd.cyclonedx+xml',
        'application/spdx+json',
        'application/octet-stream',
      ],
    },
  }),
};
