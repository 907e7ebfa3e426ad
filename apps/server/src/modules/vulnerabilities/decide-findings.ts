import type { CommonScope } from '@bulkhead/contract';
import { inTransaction } from '../../platform/db/database.ts';
import { coverageOf, newDecision, resolveScope, statesOf, storeDecisions } from './decide.ts';
import { createDecisionViews, type TargetRow } from './decision-views.ts';
import type { Actor, VulnerabilityDeps } from './deps.ts';
import { checkDecision, type DecisionInput } from './domain/decision-input.ts';
import { badDecision, unknownFinding } from './domain/error.ts';
import { createQueueStore } from './queue-store.ts';

const mostPlaces = 500;

interface FindingsInput extends Omit<DecisionInput, 'ref' | 'scope'> {
  readonly findings: readonly string[];
  readonly scope: CommonScope;
  readonly dryRun?: boolean;
}

/** One verdict about several findings, all or none: what a scope means is the same for each, the component is its own. */
export const decidingFindings =
  ({ db, clock, bind, fleet }: VulnerabilityDeps, changed: () => void) =>
  /** @throws VulnerabilityError `vulnerabilities.unknown-finding`, `vulnerabilities.bad-decision` */
  async ({ findings, scope, dryRun = false, ...verdict }: FindingsInput, by: Actor) => {
    const known = await createDecisionViews(db).findings(findings);
    const gone = findings.find((id) => known.every((one) => one.id !== id));
    if (gone !== undefined) throw unknownFinding(gone);
    const inputs = known.map(({ ref, component_id: componentId, vulnerability_id: vulnerabilityId }) => ({
      vulnerabilityId,
      input: { ...verdict, ref, scope: { ...scope, componentId } } satisfies DecisionInput,
    }));
    for (const { input } of inputs) checkDecision(input, clock.now());
    const resolved = await resolveScope(db, scope);

    const look = async (views: ReturnType<typeof createDecisionViews>) => {
      const places: { readonly one: (typeof inputs)[number]; readonly targets: readonly TargetRow[] }[] = [];
      for (const one of inputs) {
        const { componentId } = one.input.scope;
        places.push({ one, targets: await views.targets(one.vulnerabilityId, { ...resolved, componentId }) });
      }
      return places;
    };
    const seen = await look(createDecisionViews(db));
    const reached = seen.filter(({ targets }) => targets.length > 0);
    const targets = reached.flatMap((one) => one.targets);
    const software = [...new Set(targets.map(({ softwareId }) => softwareId))];
    const answer = {
      outside: seen.length - reached.length,
      covers: await coverageOf(fleet, targets, resolved),
      ...(await createDecisionViews(db).whereabouts(software, mostPlaces)),
    };
    if (dryRun) return { decisions: 0, ...answer };
    if (reached.length === 0)
      throw badDecision('None of these findings occurs in this scope: there is nothing to decide');
    const decisions = await inTransaction(db, async (tx) => {
      await createQueueStore(tx).hold();
      const origin = { origin: 'operator', author: by.name, statementId: null, by } as const;
      const made = (await look(createDecisionViews(tx)))
        .filter((place) => place.targets.length > 0)
        .map(({ one, targets: now }) => {
          const own = { ...resolved, componentId: one.input.scope.componentId };
          return { decision: newDecision(one.vulnerabilityId, one.input, own, now, origin), before: statesOf(now) };
        });
      const before = new Map(made.map((one) => [one.decision.id, one.before]));
      await storeDecisions(
        tx,
        { clock, bind },
        made.map(({ decision }) => decision),
        by,
        before,
      );
      return made.length;
    });
    changed();
    return { decisions, ...answer };
  };
