import { type Static, Type } from 'typebox';
import { Id, Nullable, OneOf, Time } from '../operation.ts';

export const closed = { additionalProperties: false } as const;
export const Text = Type.String({ minLength: 1, maxLength: 200 });
export const LongText = Type.String({ minLength: 1, maxLength: 10_000 });
/** A CVE id, or the identifier of an advisory that has none: GHSA-..., a vendor's tracking id. */
export const VulnerabilityRef = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._:+-]{1,99}$' });
export const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'YYYY-MM-DD' });

export const severities = ['unknown', 'none', 'low', 'medium', 'high', 'critical'] as const;
/** SSVC deployer outcomes, the least urgent first. */
export const outcomes = ['defer', 'scheduled', 'out-of-cycle', 'immediate'] as const;
export type Outcome = (typeof outcomes)[number];
export const exploitations = ['none', 'poc', 'active'] as const;
/** How a component was recognised, the surest first. */
export const matchStrengths = ['purl', 'distro', 'cpe', 'alias', 'name'] as const;
export const verdicts = ['affected', 'unsure', 'not-affected'] as const;
export const decisionStatuses = ['affected', 'not-affected', 'under-investigation', 'fixed'] as const;
export type DecisionStatus = (typeof decisionStatuses)[number];
/** What a finding stands at: `open` = nobody has decided about at least one place where it occurs. */
export const findingStates = ['open', ...decisionStatuses] as const;
export type FindingState = (typeof findingStates)[number];
/** OpenVEX and CSAF flags. */
export const justifications = [
  'component-not-present',
  'vulnerable-code-not-present',
  'vulnerable-code-not-in-execute-path',
  'vulnerable-code-cannot-be-controlled-by-adversary',
  'inline-mitigations-already-exist',
] as const;
export type Justification = (typeof justifications)[number];
/** Where a decision holds, the most specific last: the most specific one wins. */
export const decisionScopes = ['everywhere', 'component', 'model', 'ecu', 'software'] as const;

export const Score = Type.Object({
  version: OneOf(['2.0', '3.0', '3.1', '4.0']),
  vector: Type.String(),
  score: Type.Number(),
  severity: OneOf(severities),
  source: Type.String({ description: 'Who scored it: cna, adp:CISA-ADP, osv, vendor' }),
});
export const Epss = Type.Object({
  score: Type.Number({
    description: 'Probability of exploitation in 30 days, 0 to 1; trained on IT, a tie-break only',
  }),
  percentile: Type.Number(),
  on: Day,
});
export const Kev = Type.Object({
  added: Day,
  due: Nullable(Day),
  ransomware: Type.Boolean(),
});
export const Priority = Type.Object({
  outcome: OneOf(outcomes),
  rank: Type.Integer({ description: 'Sorts findings: outcome first, then exploitation, likelihood, severity' }),
  reason: Type.String({ description: 'Why, in one line' }),
});
export type Priority = Static<typeof Priority>;

/** Which part of a record met which part of the component. */
export const Proof = Type.Object({
  record: Type.String(),
  source: Type.String(),
  container: Type.String(),
  identifier: Type.String(),
  range: Type.String(),
  scheme: Type.String({ description: 'How versions were compared: semver, deb, rpm, linux, ...' }),
  version: Type.String(),
  fixed: Type.Array(Type.String()),
  notes: Type.Array(Type.String()),
});
export type Proof = Static<typeof Proof>;

export const ComponentRef = Type.Object({
  id: Id,
  name: Type.String(),
  version: Nullable(Type.String()),
  purl: Nullable(Type.String()),
  cpe: Nullable(Type.String()),
});
export const SoftwareRef = Type.Object({
  id: Id,
  name: Type.String(),
  version: Type.String(),
  supplier: Type.String(),
  function: Type.String(),
});
export const Dated = { createdAt: Time, createdBy: Type.String() } as const;
