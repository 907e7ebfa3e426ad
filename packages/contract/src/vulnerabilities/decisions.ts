import { type Static, Type } from 'typebox';
import { Code } from '../inventory/words.ts';
import { Id, listOperation, Nullable, OneOf, operation, Time } from '../operation.ts';
import {
  ComponentRef,
  closed,
  Dated,
  decisionScopes,
  decisionStatuses,
  justifications,
  LongText,
  SoftwareRef,
  Text,
  VulnerabilityRef,
} from './words.ts';

/** Where a decision holds. `componentId` narrows any scope to one component version. */
export const DecisionScope = Type.Object(
  {
    kind: OneOf(decisionScopes),
    componentId: Type.Optional(Id),
    softwareId: Type.Optional(
      Type.String({
        ...Id,
        description: 'For `software`: this version and later ones of the same name that carry the same component',
      }),
    ),
    role: Type.Optional(Code),
    model: Type.Optional(Code),
  },
  closed,
);
export type DecisionScope = Static<typeof DecisionScope>;

export const Decision = Type.Object({
  id: Id,
  ref: Type.String(),
  status: OneOf(decisionStatuses),
  justification: Nullable(OneOf(justifications)),
  detail: Type.String(),
  evidence: Type.Array(Type.String()),
  scope: DecisionScope,
  scopeText: Type.String({ description: 'Where it holds, in words' }),
  expiresAt: Nullable(Time),
  /** `expired` and `void` (the component changed) reopen what they covered; `superseded` = a newer one of the same scope holds. */
  state: OneOf(['active', 'expired', 'void', 'withdrawn', 'superseded']),
  origin: OneOf(['operator', 'vex', 'build-system', 'compiled-files']),
  author: Type.String({ description: 'Who states it: an operator, or the author of a VEX document' }),
  statementId: Nullable(Id),
  findings: Type.Integer({ description: 'Findings within its scope, at components that it was made for' }),
  endedAt: Nullable(Time),
  endedBecause: Nullable(Type.String()),
  ...Dated,
});
export type Decision = Static<typeof Decision>;

/** A place within the scope of a decision: does it count there? */
export const DecisionPlace = Type.Object({
  findingId: Id,
  component: ComponentRef,
  software: SoftwareRef,
  roles: Type.Array(Type.Object({ model: Type.String(), role: Type.String(), name: Type.String() })),
  standing: OneOf(
    ['holds', 'overruled', 'changed'],
    '`overruled`: a more specific or newer decision counts there; `changed`: the component has other content than when it was decided',
  ),
  overruledBy: Nullable(Id),
});
export type DecisionPlace = Static<typeof DecisionPlace>;

export const DecisionDetail = Type.Object({
  ...Decision.properties,
  components: Type.Array(ComponentRef, { description: 'The component versions it was made for' }),
  places: Type.Array(DecisionPlace, { description: 'Where it reaches now, 500 at most' }),
});
export type DecisionDetail = Static<typeof DecisionDetail>;

const verdict = {
  status: OneOf(decisionStatuses),
  justification: Type.Optional(OneOf(justifications, 'Required for not-affected')),
  detail: LongText,
  evidence: Type.Optional(Type.Array(Text, { maxItems: 20, description: 'Links or document names' })),
  expiresAt: Type.Optional(Time),
  dryRun: Type.Optional(Type.Boolean({ description: 'Only answer what it would cover' })),
};
const DecisionBody = Type.Object({ ref: VulnerabilityRef, scope: DecisionScope, ...verdict }, closed);
const Covers = Type.Object({
  findings: Type.Integer(),
  softwareVersions: Type.Integer(),
  vehicles: Type.Integer(),
});

/** How many findings are decided about at once. */
export const mostFindingsAtOnce = 200;
/** Where decisions about several findings hold: each is narrowed to the component version of its finding. */
export const CommonScope = Type.Object(
  {
    kind: OneOf(['component', 'model', 'ecu', 'software']),
    softwareId: Type.Optional(Id),
    role: Type.Optional(Code),
    model: Type.Optional(Code),
  },
  closed,
);
export type CommonScope = Static<typeof CommonScope>;

const read = 'vulnerabilities.read';
const decide = 'vulnerabilities.decide';

export const decisionOperations = {
  listDecisions: listOperation({
    path: '/decisions',
    summary: 'Decisions about vulnerabilities, with where they hold and until when',
    permission: read,
    item: Decision,
    defaultSort: '-createdAt',
    fields: {
      ref: { type: 'string', label: 'Vulnerability' },
      status: { type: 'enum', label: 'Status', values: decisionStatuses, sortable: false },
      state: {
        type: 'enum',
        label: 'State',
        values: ['active', 'expired', 'void', 'withdrawn', 'superseded'],
        sortable: false,
      },
      scope: { type: 'enum', label: 'Scope', values: decisionScopes, sortable: false },
      software: { type: 'string', label: 'Software', sortable: false },
      component: { type: 'string', label: 'Component id', sortable: false },
      author: { type: 'string', label: 'Author', sortable: false },
      expires: { type: 'time', label: 'Expires' },
      createdAt: { type: 'time', label: 'Decided' },
    },
  }),
  getDecision: operation({
    method: 'GET',
    path: '/decisions/:id',
    summary: 'One decision with the places where it holds, is overruled, or does not hold any more',
    permission: read,
    problems: ['vulnerabilities.unknown-decision'],
    params: Type.Object({ id: Id }),
    ok: DecisionDetail,
  }),
  createDecision: operation({
    method: 'POST',
    path: '/decisions',
    summary: 'Decide about a vulnerability in a scope; dryRun answers what it would cover',
    permission: decide,
    problems: ['vulnerabilities.unknown-vulnerability', 'vulnerabilities.bad-decision'],
    body: DecisionBody,
    ok: Type.Object({ decision: Nullable(Decision), covers: Covers }),
  }),
  decideFindings: operation({
    method: 'POST',
    path: '/findings/decisions',
    summary:
      'Decide about several findings at once, all or none: a decision for each, narrowed to its component version; dryRun answers what they would cover',
    permission: decide,
    problems: ['vulnerabilities.unknown-finding', 'vulnerabilities.bad-decision'],
    body: Type.Object(
      {
        findings: Type.Array(Id, { minItems: 1, maxItems: mostFindingsAtOnce, uniqueItems: true }),
        scope: CommonScope,
        ...verdict,
      },
      closed,
    ),
    ok: Type.Object({
      decisions: Type.Integer({ description: 'How many were made; 0 of a dry run' }),
      outside: Type.Integer({ description: 'Findings that do not occur in the scope: nothing is decided about them' }),
      covers: Covers,
      software: Type.Array(SoftwareRef, { description: 'Versions that the scope reaches, 500 at most' }),
      roles: Type.Array(Type.Object({ model: Type.String(), role: Type.String() }), {
        description: 'ECU roles that run them, 500 at most',
      }),
    }),
  }),
  withdrawDecision: operation({
    method: 'POST',
    path: '/decisions/:id/withdraw',
    summary: 'Take a decision back: what it covered is open again',
    permission: decide,
    problems: ['vulnerabilities.unknown-decision', 'vulnerabilities.bad-decision'],
    params: Type.Object({ id: Id }),
    body: Type.Object({ reason: LongText }, closed),
    ok: Decision,
  }),
};
