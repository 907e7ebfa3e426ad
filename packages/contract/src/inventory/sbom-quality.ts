import { type Static, Type } from 'typebox';
import { Empty, Id, Nullable, OneOf, operation, Time } from '../operation.ts';
import { closed } from './words.ts';

const RuleId = Type.String({ pattern: '^[a-z]+\\.[a-z0-9-]{1,60}$' });

export const QualityRule = Type.Object({
  id: Type.String(),
  standard: OneOf(['NTIA', 'BSI TR-03183-2', 'Bulkhead']),
  title: Type.String(),
  ask: Type.String({ description: 'What to ask the supplier for' }),
  weight: Type.Integer(),
  about: OneOf(['document', 'components']),
});
export type QualityRule = Static<typeof QualityRule>;

export const SbomRuleResult = Type.Object({
  ...QualityRule.properties,
  passed: Type.Boolean(),
  failing: Type.Integer({ description: 'Components that break it; 0 or 1 for a rule about the document' }),
  of: Type.Integer(),
  examples: Type.Array(Type.String()),
});
export type SbomRuleResult = Static<typeof SbomRuleResult>;

export const SbomGate = Type.Object({
  supplier: Type.String({ description: 'Name of the supplier; * is every supplier without a gate of its own' }),
  minimumScore: Type.Integer(),
  requiredRules: Type.Array(Type.String()),
  updatedAt: Time,
  updatedBy: Type.String(),
});
export type SbomGate = Static<typeof SbomGate>;

const Supplier = Type.String({ minLength: 1, maxLength: 200, description: 'Supplier, or * for all others' });

export const sbomQualityOperations = {
  getSbomQuality: operation({
    method: 'GET',
    path: '/sboms/:id/quality',
    summary: 'How good an SBOM is: score, each rule, and what to ask the supplier for',
    permission: 'inventory.read',
    problems: ['inventory.unknown-sbom'],
    params: Type.Object({ id: Id }),
    ok: Type.Object({
      score: Type.Integer(),
      items: Type.Array(SbomRuleResult),
      gate: Nullable(SbomGate),
      gateFault: Nullable(Type.String({ description: 'Why it would not pass the gate as it is now' })),
    }),
  }),
  listSbomRules: operation({
    method: 'GET',
    path: '/sbom-rules',
    summary: 'The rules by which SBOMs are rated',
    permission: 'inventory.read',
    problems: [],
    ok: Type.Object({ items: Type.Array(QualityRule) }),
  }),
  listSbomGates: operation({
    method: 'GET',
    path: '/sbom-gates',
    summary: 'What the SBOMs of each supplier must reach at intake',
    permission: 'inventory.read',
    problems: [],
    ok: Type.Object({ items: Type.Array(SbomGate) }),
  }),
  putSbomGate: operation({
    method: 'PUT',
    path: '/sbom-gates/:supplier',
    summary: 'Set what the SBOMs of a supplier must reach; it holds for uploads from now on',
    permission: 'inventory.write',
    problems: ['inventory.bad-gate'],
    params: Type.Object({ supplier: Supplier }),
    body: Type.Object(
      {
        minimumScore: Type.Integer({ minimum: 0, maximum: 100 }),
        requiredRules: Type.Optional(
          Type.Array(RuleId, { maxItems: 50, description: 'Rules that must be kept in full; none unless told' }),
        ),
      },
      closed,
    ),
    ok: SbomGate,
  }),
  deleteSbomGate: operation({
    method: 'DELETE',
    path: '/sbom-gates/:supplier',
    summary: 'Take the gate of a supplier away',
    permission: 'inventory.write',
    problems: ['inventory.unknown-gate'],
    params: Type.Object({ supplier: Supplier }),
    ok: Empty,
  }),
};
