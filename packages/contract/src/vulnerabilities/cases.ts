import { type Static, Type } from 'typebox';
import { ecuFunctions } from '../inventory/words.ts';
import { Id, listOperation, Nullable, OneOf, operation, Time } from '../operation.ts';
import { closed, LongText, outcomes, severities, Text } from './words.ts';

export const caseStates = ['open', 'waiting-for-supplier', 'fix-available', 'shipping', 'paused', 'closed'] as const;
export const closedBecause = ['fixed-in-field', 'not-affected', 'withdrawn', 'gone'] as const;
/** How much is at stake on the ECU, from the safety of its function. */
export const criticalities = ['low', 'medium', 'high', 'very-high'] as const;

/** Work on one vulnerability in one program, until the vehicles report a fixed version. */
export const VulnerabilityCase = Type.Object({
  id: Id,
  number: Type.Integer(),
  ref: Type.String(),
  title: Type.String(),
  severity: OneOf(severities),
  software: Type.String(),
  supplier: Type.String(),
  function: OneOf(ecuFunctions),
  outcome: OneOf(outcomes),
  criticality: OneOf(criticalities),
  state: OneOf(caseStates),
  closedBecause: Nullable(OneOf(closedBecause)),
  owner: Nullable(Type.Object({ id: Id, name: Type.String() })),
  openedAt: Time,
  dueAt: Nullable(Time),
  overdue: Type.Boolean(),
  pausedReason: Nullable(Type.String()),
  fix: Nullable(Type.Object({ softwareId: Id, version: Type.String() })),
  campaign: Nullable(Type.String()),
  campaignId: Nullable(Id),
  vehicles: Type.Object({
    total: Type.Integer(),
    fixed: Type.Integer({ description: 'Reported a version that is not affected' }),
    remaining: Type.Integer(),
    unknown: Type.Integer({ description: 'Never reported' }),
  }),
  closedAt: Nullable(Time),
});
export type VulnerabilityCase = Static<typeof VulnerabilityCase>;

export const CaseEntry = Type.Object({ at: Time, by: Type.String(), kind: Type.String(), text: Type.String() });
export const SupplierRequest = Type.Object({
  id: Id,
  supplier: Type.String(),
  contact: Nullable(Type.String()),
  question: Type.String(),
  dueAt: Time,
  sentAt: Time,
  remindedAt: Nullable(Time),
  answeredAt: Nullable(Time),
  answer: Nullable(Type.String({ description: 'What the VEX statement says' })),
});
export const CaseDetail = Type.Object({
  ...VulnerabilityCase.properties,
  affectedVersions: Type.Array(Type.Object({ softwareId: Id, version: Type.String(), vehicles: Type.Integer() })),
  fixedVersions: Type.Array(Type.Object({ softwareId: Id, version: Type.String(), vehicles: Type.Integer() })),
  requests: Type.Array(SupplierRequest),
  timeline: Type.Array(CaseEntry),
});
export type CaseDetail = Static<typeof CaseDetail>;

const DayCount = Nullable(Type.Integer({ minimum: 1, maximum: 3650 }));
const Days = Type.Object({ low: DayCount, medium: DayCount, high: DayCount, 'very-high': DayCount }, closed);
/** Days until the vehicles must have the fix, by priority and criticality; null = no clock. */
export const SlaPolicy = Type.Object({ immediate: Days, 'out-of-cycle': Days, scheduled: Days, defer: Days }, closed);
export type SlaPolicy = Static<typeof SlaPolicy>;

const params = Type.Object({ id: Id });
const work = {
  permission: 'vulnerabilities.work',
  problems: ['vulnerabilities.unknown-case', 'vulnerabilities.bad-case'],
} as const;

export const caseOperations = {
  listCases: listOperation({
    path: '/vulnerability-cases',
    summary: 'Work on vulnerabilities, with the clock and how much of the fleet is fixed',
    permission: 'vulnerabilities.read',
    item: VulnerabilityCase,
    defaultSort: 'due',
    fields: {
      number: { type: 'number', label: 'Number' },
      ref: { type: 'string', label: 'Vulnerability' },
      software: { type: 'string', label: 'Software' },
      supplier: { type: 'string', label: 'Supplier' },
      function: { type: 'enum', label: 'ECU function', values: ecuFunctions, sortable: false },
      outcome: { type: 'enum', label: 'Priority', values: outcomes, sortable: false },
      state: { type: 'enum', label: 'State', values: caseStates, sortable: false },
      owner: { type: 'string', label: 'Owner', sortable: false },
      overdue: { type: 'boolean', label: 'Overdue', sortable: false },
      remaining: { type: 'number', label: 'Vehicles to fix' },
      due: { type: 'time', label: 'Due' },
      opened: { type: 'time', label: 'Opened' },
    },
  }),
  getCase: operation({
    method: 'GET',
    path: '/vulnerability-cases/:id',
    summary: 'One case with versions, supplier requests and timeline',
    permission: 'vulnerabilities.read',
    problems: ['vulnerabilities.unknown-case'],
    params,
    ok: CaseDetail,
  }),
  openCase: operation({
    method: 'POST',
    path: '/vulnerability-cases',
    summary: 'Open a case by hand; those of priority out-of-cycle and immediate open by themselves',
    permission: 'vulnerabilities.work',
    problems: ['vulnerabilities.unknown-vulnerability', 'vulnerabilities.bad-case'],
    body: Type.Object({ ref: Text, software: Text }, closed),
    ok: CaseDetail,
  }),
  assignCase: operation({
    method: 'POST',
    path: '/vulnerability-cases/:id/assign',
    summary: 'Give the case to an operator, or to nobody',
    ...work,
    params,
    body: Type.Object({ operatorId: Nullable(Id) }, closed),
    ok: CaseDetail,
  }),
  pauseCase: operation({
    method: 'POST',
    path: '/vulnerability-cases/:id/pause',
    summary: 'Stop the clock, with a reason',
    ...work,
    params,
    body: Type.Object({ reason: LongText }, closed),
    ok: CaseDetail,
  }),
  resumeCase: operation({
    method: 'POST',
    path: '/vulnerability-cases/:id/resume',
    summary: 'Let the clock run on; the time paused is added to the due date',
    ...work,
    params,
    body: Type.Object({}, closed),
    ok: CaseDetail,
  }),
  commentCase: operation({
    method: 'POST',
    path: '/vulnerability-cases/:id/comments',
    summary: 'Add a note to the timeline',
    ...work,
    params,
    body: Type.Object({ text: LongText }, closed),
    ok: CaseDetail,
  }),
  linkFix: operation({
    method: 'POST',
    path: '/vulnerability-cases/:id/fix',
    summary:
      'Name the software version that fixes it, and the campaign that ships it; refused while that version still carries it',
    ...work,
    params,
    body: Type.Object({ softwareId: Id, campaign: Type.Optional(Text) }, closed),
    ok: CaseDetail,
  }),
  requestSupplier: operation({
    method: 'POST',
    path: '/vulnerability-cases/:id/requests',
    summary: 'Ask the supplier; the answer is a VEX statement',
    ...work,
    params,
    body: Type.Object(
      {
        question: LongText,
        contact: Type.Optional(Type.String({ maxLength: 320 })),
        days: Type.Integer({ minimum: 1, maximum: 365 }),
      },
      closed,
    ),
    ok: CaseDetail,
  }),
  getSlaPolicy: operation({
    method: 'GET',
    path: '/sla-policy',
    summary: 'Days until the fix, by priority and criticality',
    permission: 'vulnerabilities.read',
    problems: [],
    ok: SlaPolicy,
  }),
  previewSlaPolicy: operation({
    method: 'POST',
    path: '/sla-policy/preview',
    summary: 'What other clocks would mean for the open cases, without changing them',
    permission: 'vulnerabilities.configure',
    problems: [],
    body: SlaPolicy,
    ok: Type.Object({
      open: Type.Integer({ description: 'Open cases' }),
      moved: Type.Integer({ description: 'Of these, with another due date than now' }),
      newlyOverdue: Type.Integer(),
      relieved: Type.Integer({ description: 'Overdue now, and no longer then' }),
      withoutClock: Type.Integer(),
    }),
  }),
  putSlaPolicy: operation({
    method: 'PUT',
    path: '/sla-policy',
    summary: 'Change the clocks; open cases are recalculated',
    permission: 'vulnerabilities.configure',
    problems: [],
    body: SlaPolicy,
    ok: SlaPolicy,
  }),
};
