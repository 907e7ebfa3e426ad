import { isDeepStrictEqual } from 'node:util';
import type { DecisionScope, FindingState, Justification } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import type { Db } from '../../platform/db/database.ts';
import { createDecisionStore, type EndedDecision, type NewDecision } from './decision-store.ts';
import { createDecisionViews, type ResolvedScope, type TargetRow } from './decision-views.ts';
import { type Actor, type VulnerabilityDeps, vulnerabilityEvent } from './deps.ts';
import type { DecisionInput } from './domain/decision-input.ts';
import { badDecision } from './domain/error.ts';
import { createQueueStore } from './queue-store.ts';
import { refreshStates } from './states.ts';

export type DecideDeps = Pick<VulnerabilityDeps, 'clock' | 'bind'>;

/** @throws VulnerabilityError `vulnerabilities.bad-decision` for software without a readable SBOM */
export async function resolveScope(db: Db, scope: DecisionScope): Promise<ResolvedScope> {
  const { kind, componentId = null, softwareId = null, role = null, model = null } = scope;
  const software = softwareId === null ? undefined : await createDecisionViews(db).softwareById(softwareId);
  if (softwareId !== null && !software)
    throw badDecision('No SBOM tells what this software version contains: upload one, then decide');
  const [softwareName, softwareSince] = [software?.name ?? null, software?.created_at ?? null];
  return { kind, componentId, softwareId, softwareName, softwareSince, role, model };
}

/** The contents of each component within a scope, without those that nobody stated. */
export function contentsOf(targets: readonly TargetRow[]): Map<string, unknown[]> {
  const contents = new Map<string, unknown[]>();
  for (const { componentId, hashes } of targets) {
    const known = contents.get(componentId) ?? [];
    contents.set(componentId, known);
    if (hashes !== null && !known.some((one) => isDeepStrictEqual(one, hashes))) known.push(hashes);
  }
  return contents;
}

/** What a decision about these places reaches, with the vehicles counted exactly. */
export async function coverageOf(
  fleet: VulnerabilityDeps['fleet'],
  targets: readonly TargetRow[],
  { role, model }: Pick<ResolvedScope, 'role' | 'model'>,
) {
  const within = { ...(role === null ? {} : { role }), ...(model === null ? {} : { model }) };
  const software = new Set(targets.map(({ softwareId }) => softwareId));
  const findings = new Set(targets.flatMap(({ findingId }) => (findingId === null ? [] : [findingId])));
  return {
    findings: findings.size,
    softwareVersions: software.size,
    vehicles: await fleet.vehicles([...software], role === null && model === null ? undefined : within),
  };
}

interface Origin {
  readonly origin: NewDecision['origin'];
  readonly author: string;
  readonly statementId: string | null;
  readonly by: Actor;
}

/** A decision as it is stored, made for what its scope reaches now. */
export function newDecision(
  vulnerabilityId: string,
  input: DecisionInput,
  scope: ResolvedScope,
  targets: readonly TargetRow[],
  { origin, author, statementId, by }: Origin,
): NewDecision {
  const hashes = contentsOf(targets);
  const justification: Justification | null = input.justification ?? null;
  return {
    id: newId(),
    vulnerabilityId,
    ref: input.ref,
    status: input.status,
    justification,
    detail: input.detail,
    evidence: input.evidence ?? [],
    scope,
    componentIds: [...hashes.keys()].toSorted(),
    hashes,
    expiresAt: input.expiresAt === undefined ? null : new Date(input.expiresAt),
    origin,
    author,
    statementId,
    createdBy: by.name,
  };
}

const countStates = (states: readonly (FindingState | null)[]) => {
  const counts = new Map<string, number>();
  for (const state of states) if (state !== null) counts.set(state, (counts.get(state) ?? 0) + 1);
  return Object.fromEntries(counts);
};

/** Findings by their state, each once however many places it has. */
export const statesOf = (targets: readonly TargetRow[]) =>
  countStates([
    ...new Map(targets.filter((row) => row.findingId !== null).map((row) => [row.findingId, row.state])).values(),
  ]);

/** Stores decisions, ends those that they replace, and brings findings in line: all in the caller's transaction. */
export async function storeDecisions(
  tx: Db,
  { clock, bind }: DecideDeps,
  decisions: readonly NewDecision[],
  by: Actor,
  before: ReadonlyMap<string, Record<string, number>> = new Map(),
): Promise<void> {
  if (decisions.length === 0) return;
  const now = clock.now();
  await createQueueStore(tx).hold();
  const store = createDecisionStore(tx);
  await store.insert(decisions, now);
  const replaced = await store.supersede(
    decisions.map(({ id }) => id),
    now,
  );
  const { audit } = bind(tx);
  await audit.appendAll(
    decisions.map((decision) => ({
      action: 'vulnerabilities.decide',
      subject: decision.ref,
      by,
      details: {
        decisionId: decision.id,
        status: decision.status,
        justification: decision.justification,
        scope: decision.scope.kind,
        software: decision.scope.softwareName,
        role: decision.scope.role,
        model: decision.scope.model,
        components: decision.componentIds.slice(0, 100),
        componentCount: decision.componentIds.length,
        expiresAt: decision.expiresAt?.toISOString() ?? null,
        origin: decision.origin,
        author: decision.author,
        before: before.get(decision.id) ?? null,
      },
      at: now,
    })),
  );
  await auditEnded(tx, { clock, bind }, replaced, 'supersede', by);
  await settle(tx, { clock, bind }, [...new Set(decisions.map((decision) => decision.vulnerabilityId))]);
}

export async function auditEnded(
  tx: Db,
  { clock, bind }: DecideDeps,
  decisions: readonly EndedDecision[],
  verb: 'supersede' | 'withdraw' | 'expire' | 'void',
  by: Actor,
  reason?: string,
): Promise<void> {
  await bind(tx).audit.appendAll(
    decisions.map(({ id, ref, status, author }) => ({
      action: `vulnerabilities.${verb}-decision`,
      subject: ref,
      by,
      details: { decisionId: id, before: { state: 'active', status, author }, ...(reason ? { reason } : {}) },
      at: clock.now(),
    })),
  );
}

/** Findings follow the decisions that hold now, and whoever works on cases hears of it. */
export async function settle(tx: Db, { clock, bind }: DecideDeps, vulnerabilityIds: readonly string[]): Promise<void> {
  await refreshStates(tx, vulnerabilityIds, clock.now());
  const events = [];
  for (let i = 0; i < vulnerabilityIds.length; i += 500)
    events.push(
      vulnerabilityEvent('vulnerabilities.states-changed', { vulnerabilityIds: vulnerabilityIds.slice(i, i + 500) }),
    );
  await bind(tx).outbox.publishAll(events);
}
