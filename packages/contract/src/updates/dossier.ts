import { type Static, type TSchema, Type } from 'typebox';
import { Nullable, OneOf } from '../operation.ts';
import { Line, Name, Prose, Sha256 } from './words.ts';

const closed = { additionalProperties: false } as const;
const record = <T extends Record<string, TSchema>>(members: T, description?: string) =>
  Type.Object(members, description === undefined ? closed : { ...closed, description });

/** Signals of the vehicle that an update may wait for; `minimum` is a percentage, or volts for the 12 V battery. */
export const preconditionSignals = [
  'parked',
  'standstill',
  'ignition-off',
  'doors-closed',
  'bonnet-closed',
  'not-charging',
  'charging',
  'traction-battery',
  'low-voltage-battery',
  'no-occupants',
  'network-unmetered',
] as const;
export const Precondition = record({
  signal: OneOf(preconditionSignals),
  minimum: Type.Optional(Type.Number({ minimum: 0, maximum: 1_000 })),
});
export type Precondition = Static<typeof Precondition>;

export const approvalDecisions = ['open', 'not-sought', 'notified', 'extension-sought', 'extension-granted'] as const;

const Effect = record({ affected: Nullable(Type.Boolean()), explanation: Prose });
const Answer = record({ answer: OneOf(['open', 'yes', 'no']), explanation: Prose });

/** The questions of UN R156 7.1.1.8 to 7.1.1.10; a yes needs an explanation. */
export const Questionnaire = record({
  typeApprovedSystems: Answer,
  typeApprovalParameters: Answer,
  functionsAdded: Answer,
  functionsAltered: Answer,
  legalParameters: Answer,
  informationPackage: Answer,
  testResults: Answer,
  approvalOfVehicle: Answer,
  otherSystems: Answer,
  safeOperation: Answer,
  registration: Answer,
});

/** What the user is told before the update, UN R156 7.2.2.2 a to e. */
export const UserInformation = record({
  purpose: Prose,
  criticality: OneOf(['recall', 'safety', 'security', 'service', 'feature']),
  changes: Prose,
  durationMinutes: Nullable(Type.Integer({ minimum: 1, maximum: 10_080 })),
  unavailable: Prose,
  instructions: Prose,
});

/** The record of one update: UN R156 7.1.2.5 a to i with the assessments behind it. */
export const Dossier = record({
  purpose: Prose,
  affected: Type.Array(
    record({ system: Name, functions: Line, typeApproved: Type.Boolean(), regulation: Type.Optional(Line) }),
    {
      maxItems: 100,
      description: '7.1.2.5 b and c: systems and functions that may be affected, which are type-approved',
    },
  ),
  requirements: Effect,
  parameters: Effect,
  approval: record({
    decision: OneOf(approvalDecisions),
    authority: Line,
    reference: Line,
    reason: Prose,
  }),
  execution: record({ how: Prose, conditions: Prose }),
  safety: record({
    statement: Prose,
    safeState: Prose,
    power: Prose,
    whileDriving: Type.Boolean(),
    drivingAssessment: Prose,
  }),
  verification: record({
    summary: Prose,
    reports: Type.Array(record({ title: Name, reference: Line, sha256: Type.Optional(Sha256) }), { maxItems: 100 }),
  }),
  questionnaire: Questionnaire,
  user: UserInformation,
  preconditions: Type.Array(Precondition, { maxItems: 20 }),
  workshopOnly: Type.Boolean({ description: 'UN R156 7.1.4.2: proceeds only with a skilled person present' }),
  consentRequired: Type.Boolean(),
});
export type Dossier = Static<typeof Dossier>;
