import type { Decision, DecisionDetail, DecisionPlace } from '@bulkhead/contract';
import { inTransaction } from '../../platform/db/database.ts';
import { auditEnded, coverageOf, newDecision, resolveScope, settle, statesOf, storeDecisions } from './decide.ts';
import { decidingFindings } from './decide-findings.ts';
import { createDecisionStore, type EndedDecision } from './decision-store.ts';
import { createDecisionViews, type DecisionRow, decisionOf } from './decision-views.ts';
import type { Actor, VulnerabilityDeps } from './deps.ts';
import { checkDecision, type DecisionInput } from './domain/decision-input.ts';
import { badDecision, unknownDecision, unknownVulnerability } from './domain/error.ts';
import { decisionAt, type HoldingDecision, holdsAt, reaches } from './domain/finding-state.ts';
import { createOccurrenceViews, type OccurrenceRow } from './occurrence-views.ts';
import { createQueueStore } from './queue-store.ts';
import { createStateViews } from './state-views.ts';
import { createVulnerabilityViews } from './vulnerability-views.ts';

const mostPlaces = 500;
const system: Actor = { kind: 'system', id: 'vulnerabilities.decisions', name: 'sweep of decisions' };

/** Decisions of people: made for what a scope reaches, inherited by what is the same, open again when it is not. */
export const createDecisions = (deps: VulnerabilityDeps) => {
  const { db, clock, fleet, announce } = deps;
  const views = createDecisionViews(db);
  const vulnerabilities = createVulnerabilityViews(db);
  const changed = () => {
    for (const list of ['decisions', 'findings', 'vulnerabilities'] as const) announce(list);
  };
  return Object.freeze({
    list: views.list,

    get: async (id: string): Promise<DecisionDetail> => {
      const row = (await views.byId(id)) ?? unknown(id);
      const components = await views.components(row.component_ids ?? []);
      return { ...decisionOf(row), components, places: row.state === 'active' ? await placesOf(deps, row) : [] };
    },

    /** @throws VulnerabilityError `vulnerabilities.unknown-vulnerability`, `vulnerabilities.bad-decision` */
    create: async ({ dryRun = false, ...input }: DecisionInput & { readonly dryRun?: boolean }, by: Actor) => {
      checkDecision(input, clock.now());
      const vulnerabilityId = await vulnerabilities.idOf(input.ref);
      if (vulnerabilityId === undefined) throw unknownVulnerability(input.ref);
      const scope = await resolveScope(db, input.scope);
      const targets = await views.targets(vulnerabilityId, scope);
      const covers = await coverageOf(fleet, targets, scope);
      if (dryRun) return { decision: null, covers };
      if (targets.length === 0)
        throw badDecision(`Nothing in this scope carries ${input.ref}: there is nothing to decide`);
      const id = await inTransaction(db, async (tx) => {
        await createQueueStore(tx).hold();
        const now = await createDecisionViews(tx).targets(vulnerabilityId, scope);
        const origin = { origin: 'operator', author: by.name, statementId: null, by } as const;
        const decision = newDecision(vulnerabilityId, input, scope, now, origin);
        await storeDecisions(tx, deps, [decision], by, new Map([[decision.id, statesOf(now)]]));
        return decision.id;
      });
      changed();
      return { decision: decisionOf((await views.byId(id)) ?? unknown(id)), covers };
    },

    createForFindings: decidingFindings(deps, changed),

    /** @throws VulnerabilityError `vulnerabilities.unknown-decision`, `vulnerabilities.bad-decision` when it has ended already */
    withdraw: async (id: string, reason: string, by: Actor): Promise<Decision> => {
      const known = (await views.byId(id)) ?? unknown(id);
      await inTransaction(db, async (tx) => {
        await createQueueStore(tx).hold();
        const ended = await createDecisionStore(tx).end([id], 'withdrawn', reason, clock.now());
        if (ended.length === 0)
          throw badDecision(`The decision is ${known.state} already: there is nothing to withdraw`);
        await auditEnded(tx, deps, ended, 'withdraw', by, reason);
        await settle(tx, deps, [known.vulnerability_id]);
      });
      changed();
      return decisionOf((await views.byId(id)) ?? unknown(id));
    },

    /** Ends decisions whose time is up or whose component is not there any more; run every minute. Answers how many ended. */
    sweep: async (): Promise<number> => {
      const ended = await inTransaction(db, async (tx) => {
        const store = createDecisionStore(tx);
        await createQueueStore(tx).hold();
        const groups: readonly (readonly ['expire' | 'void', EndedDecision[]])[] = [
          ['expire', await store.expire(clock.now())],
          ['void', await store.voidChanged(clock.now())],
        ];
        for (const [verb, decisions] of groups) await auditEnded(tx, deps, decisions, verb, system);
        const all = groups.flatMap(([, decisions]) => decisions);
        if (all.length > 0) await settle(tx, deps, [...new Set(all.map((decision) => decision.vulnerabilityId))]);
        return all.length;
      });
      if (ended > 0) changed();
      return ended;
    },
  });
};
export type Decisions = ReturnType<typeof createDecisions>;

function unknown(id: string): never {
  throw unknownDecision(id);
}

/** Where the vulnerability occurs within the scope, and whether this decision counts there. */
async function placesOf({ db }: Pick<VulnerabilityDeps, 'db'>, row: DecisionRow): Promise<DecisionPlace[]> {
  const decisions =
    (await createStateViews(db).activeDecisions([row.vulnerability_id])).get(row.vulnerability_id) ?? [];
  const own = decisions.find(({ id }) => id === row.id);
  if (!own) return [];
  const views = createOccurrenceViews(db);
  const found: DecisionPlace[] = [];
  for (let after: readonly [string, string] | undefined; found.length < mostPlaces; ) {
    const rows = await views.of(
      { column: 'vulnerability_id', id: row.vulnerability_id },
      { limit: 1_000, ...(after ? { after } : {}) },
    );
    for (const occurrence of rows) found.push(...standingOf(own, decisions, occurrence));
    const last = rows.at(-1);
    if (!last || rows.length < 1_000) break;
    after = [last.findingId, last.software.id];
  }
  return found.slice(0, mostPlaces);
}

function standingOf(
  own: HoldingDecision,
  decisions: readonly HoldingDecision[],
  occurrence: OccurrenceRow,
): DecisionPlace[] {
  const { findingId, component, software, softwareCreatedAt, hashes } = occurrence;
  const roles = occurrence.places.length > 0 ? occurrence.places : [{ model: '', role: '', name: '' }];
  const judged = roles.flatMap(({ model, role, name }) => {
    const place = {
      componentId: component.id,
      softwareId: software.id,
      softwareName: software.name,
      softwareCreatedAt: new Date(softwareCreatedAt),
      model,
      role,
      hashes,
    };
    if (!reaches(own, place)) return [];
    const counts = decisionAt(decisions, place);
    const standing = counts?.id === own.id ? 'holds' : holdsAt(own, place) ? 'overruled' : 'changed';
    return [
      { where: { model, role, name }, standing, overruledBy: standing === 'overruled' ? (counts?.id ?? null) : null },
    ] as const;
  });
  return [...Map.groupBy(judged, ({ standing, overruledBy }) => `${standing} ${overruledBy}`).values()].map(
    (group) => ({
      findingId,
      component,
      software,
      roles: group.map(({ where }) => where).filter(({ model }) => model !== ''),
      standing: group[0]?.standing ?? 'holds',
      overruledBy: group[0]?.overruledBy ?? null,
    }),
  );
}
