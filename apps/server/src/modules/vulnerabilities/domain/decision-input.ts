import type { DecisionScope, DecisionStatus, Justification } from '@bulkhead/contract';
import { VulnerabilityError } from './error.ts';

/** What a person, or a statement that was taken over, decides. */
export interface DecisionInput {
  readonly ref: string;
  readonly scope: DecisionScope;
  readonly status: DecisionStatus;
  readonly justification?: Justification;
  readonly detail: string;
  readonly evidence?: readonly string[];
  readonly expiresAt?: string;
}

const fieldsOf = {
  everywhere: [],
  component: ['componentId'],
  software: ['softwareId'],
  model: ['model'],
  ecu: ['role'],
} as const satisfies Record<DecisionScope['kind'], readonly (keyof DecisionScope)[]>;
const optionalOf = {
  everywhere: [],
  component: [],
  software: ['componentId'],
  model: ['componentId'],
  ecu: ['componentId', 'model'],
} as const satisfies Record<DecisionScope['kind'], readonly (keyof DecisionScope)[]>;

const bad = (detail: string, field: string) =>
  new VulnerabilityError('vulnerabilities.bad-decision', detail, { fields: { [field]: detail } });

/** @throws VulnerabilityError `vulnerabilities.bad-decision` naming the field */
export function checkDecision({ status, justification, scope, expiresAt }: DecisionInput, now: Date): void {
  if (status === 'not-affected' && justification === undefined)
    throw bad('"Not affected" needs a justification: say why the flaw cannot be used', 'justification');
  if (status !== 'not-affected' && justification !== undefined)
    throw bad(`A justification belongs to "not affected", not to "${status}"`, 'justification');
  const { kind, ...given } = scope;
  const needed: readonly string[] = fieldsOf[kind];
  const missing = needed.find((name) => !Object.hasOwn(given, name));
  if (missing) throw bad(`The scope "${kind}" needs ${missing}`, `scope.${missing}`);
  const known = [...needed, ...optionalOf[kind]];
  const extra = Object.keys(given).find((name) => !known.includes(name));
  if (extra) throw bad(`The scope "${kind}" has no ${extra}: choose another scope, or leave it out`, `scope.${extra}`);
  if (expiresAt === undefined) return;
  const ends = Date.parse(expiresAt);
  if (!Number.isFinite(ends)) throw bad('This is not a time such as 2027-01-31T00:00:00Z', 'expiresAt');
  if (ends <= now.getTime()) throw bad('A decision must end in the future', 'expiresAt');
}

/** Names for the words of a scope. */
export interface ScopeNames {
  readonly component: string | undefined;
  readonly software: string | undefined;
  /** That version alone. */
  readonly exact?: boolean;
}

/** Where a decision holds, in words. */
export function scopeInWords(scope: DecisionScope, componentCount: number, names: ScopeNames): string {
  const what =
    names.component ?? (componentCount === 1 ? 'one component version' : `${componentCount} component versions`);
  switch (scope.kind) {
    case 'everywhere':
    case 'component':
      return `${what}, wherever it is`;
    case 'software':
      return `${what} in ${names.software ?? 'a software version'}${names.exact === true ? ' alone' : ' and later versions that carry the same'}`;
    case 'ecu':
      return `${what} on ${scope.role}${scope.model === undefined ? ' of every model' : ` of ${scope.model}`}`;
    case 'model':
      return `${what} in ${scope.model}`;
  }
}
