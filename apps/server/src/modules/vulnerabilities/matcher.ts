import { setTimeout as setTimeoutAsync } from 'node:timers/promises';
import type { Db } from '../../platform/db/database.ts';
import { inTransaction } from '../../platform/db/database.ts';
import { createComponentStore } from './component-store.ts';
import { type VulnerabilityDeps, vulnerabilityEvent } from './deps.ts';
import { rankFinding } from './domain/rank-finding.ts';
import { createFindingStore } from './finding-store.ts';
import { judgeCompiledFiles } from './judge-compiled-files.ts';
import { loadSoftware } from './load-software.ts';
import { findingOf, judge } from './match.ts';
import { type Candidate, createMatchViews } from './match-views.ts';
import { createQueueStore } from './queue-store.ts';
import { createRecordCache, type RecordCache } from './record-cache.ts';
import { createRecordStore, type QueueKind } from './record-store.ts';
import { concernedBy } from './state-views.ts';
import { refreshStates } from './states.ts';
import { syncCases } from './sync-cases.ts';

/** How much of each kind one transaction takes: seconds of work at the most. */
const most: Readonly<Record<QueueKind, number>> = {
  software: 4,
  component: 2_000,
  vulnerability: 500,
  rerank: 2_000,
  context: 5_000,
  case: 50,
};
const pollMs = 5_000;
/** How soon is looked again while another replica, or a person's change, holds the matcher. */
const busyMs = 50;

type Scope = { readonly column: 'vulnerability_id' | 'component_id'; readonly ids: readonly string[] };

/**
 * Keeps findings in line with records, components and places. All that waits is in the queue table and each batch is one
 * transaction, so a replica may die at any instant and another one goes on; while one works the others wait.
 */
export function createMatcher(deps: VulnerabilityDeps, changed: () => void = () => {}) {
  const { db, log, announce } = deps;
  const cache = createRecordCache();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = true;

  async function step(): Promise<'worked' | 'idle' | 'busy'> {
    const outcome = await inTransaction(db, async (tx) => {
      const queue = createQueueStore(tx);
      if (!(await queue.claim())) return (await queue.size()) > 0 ? 'busy' : 'idle';
      const work = await queue.take(most);
      if (!work) return 'idle';
      await carryOut(tx, deps, cache, work.kind, work.subjects);
      return 'worked';
    });
    if (outcome === 'worked') for (const list of ['vulnerabilities', 'findings'] as const) announce(list);
    return outcome;
  }
  /** Works off everything that waits. Ends early when stopping; what is left stays queued. */
  async function drain(): Promise<void> {
    let worked = false;
    for (let outcome = await step(); outcome !== 'idle'; outcome = await step()) {
      if (outcome === 'worked') worked = true;
      else await setTimeoutAsync(busyMs);
      if (stopped && running) return;
    }
    if (worked) changed();
  }
  const loop = async () => {
    do {
      again = false;
      await drain().catch((error: unknown) => log.error({ err: error }, 'matching failed; it is tried again'));
    } while (again && !stopped);
    running = undefined;
    if (!stopped) timer = setTimeout(wake, pollMs);
  };
  function wake(): void {
    clearTimeout(timer);
    again = true;
    if (!stopped) running ??= loop();
  }
  return Object.freeze({
    wake,
    drain,
    /** Waits until nothing else matches; call it before anything is written in the transaction of `matchNow`. */
    hold: (tx: Db): Promise<void> => createQueueStore(tx).hold(),
    /** Matches a few vulnerabilities at once, for a person who waits; in the caller's transaction. */
    matchNow: async (tx: Db, ids: readonly string[]): Promise<void> => {
      await createQueueStore(tx).drop('vulnerability', ids);
      await carryOut(tx, deps, cache, 'vulnerability', ids);
    },
    start: (): void => {
      stopped = false;
      wake();
    },
    stop: async (): Promise<void> => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  });
}
export type Matcher = ReturnType<typeof createMatcher>;

async function carryOut(
  tx: Db,
  deps: VulnerabilityDeps,
  cache: RecordCache,
  kind: QueueKind,
  ids: readonly string[],
): Promise<void> {
  const views = createMatchViews(tx);
  switch (kind) {
    case 'case':
      for (const id of ids) await syncCases(tx, deps, id);
      return deps.announce('cases');
    case 'software':
      await loadSoftware(tx, deps, ids);
      await judgeCompiledFiles(tx, deps, cache, { column: 'software_id', ids });
      return deps
        .bind(tx)
        .outbox.publishAll([vulnerabilityEvent('vulnerabilities.software-loaded', { softwareIds: ids })]);
    case 'vulnerability':
      return match(tx, deps, cache, await views.ofVulnerabilities(ids), { column: 'vulnerability_id', ids });
    case 'component':
      await createComponentStore(tx).refreshContexts(ids);
      return match(tx, deps, cache, await views.ofComponents(ids), { column: 'component_id', ids });
    case 'context': {
      const { unused, usedAgain, moved } = await createComponentStore(tx).refreshContexts(ids);
      await match(tx, deps, cache, [], { column: 'component_id', ids: unused });
      await createRecordStore(tx).enqueue('component', usedAgain);
      await rerank(tx, deps, { column: 'component_id', ids: moved });
      return usedElsewhere(tx, deps, ids);
    }
    case 'rerank':
      return rerank(tx, deps, { column: 'vulnerability_id', ids });
  }
}

async function match(
  tx: Db,
  deps: VulnerabilityDeps,
  cache: RecordCache,
  candidates: readonly Candidate[],
  scope: Scope,
): Promise<void> {
  const views = createMatchViews(tx);
  const store = createFindingStore(tx);
  const components = await views.components([...new Set(candidates.map(({ componentId }) => componentId))]);
  const identities = new Map([...components].map(([id, { identity }]) => [id, identity]));
  const pairs = await judge(views, cache, candidates, identities);
  const vulnerabilities = await views.ranked([...new Set(pairs.map(({ vulnerabilityId }) => vulnerabilityId))]);
  const findings = pairs.flatMap((pair) => {
    const [vulnerability, component] = [vulnerabilities.get(pair.vulnerabilityId), components.get(pair.componentId)];
    // what no software contains is nobody's finding
    return vulnerability && component && component.softwareCount > 0 ? [findingOf(pair, vulnerability, component)] : [];
  });
  const now = deps.clock.now();
  const { opened, vulnerabilityIds } = await store.upsert(findings, now);
  const removed = await store.removeOthers(scope, findings);
  const touched = [...new Set([...vulnerabilityIds, ...removed])];
  await store.recount(touched);
  await settle(tx, deps, touched, vulnerabilityIds, opened);
  // in the same transaction: a finding whose code is not there never stands open in between
  await judgeCompiledFiles(tx, deps, cache, scope);
}

/** Priorities anew, from signals or places that changed; the match itself stands. */
async function rerank(tx: Db, deps: VulnerabilityDeps, { column, ids }: Scope): Promise<void> {
  const views = createMatchViews(tx);
  const findings = await views.findingsOf(column, ids);
  const [vulnerabilities, components] = await Promise.all([
    views.ranked([...new Set(findings.map((finding) => finding.vulnerability_id))]),
    views.components([...new Set(findings.map((finding) => finding.component_id))]),
  ]);
  const ranks = findings.flatMap(({ id, vulnerability_id, component_id, strength }) => {
    const [vulnerability, component] = [vulnerabilities.get(vulnerability_id), components.get(component_id)];
    if (!vulnerability || !component) return [];
    const { outcome, rank, reason } = rankFinding(vulnerability, strength, component.contexts);
    const { cvss, epss } = vulnerability;
    return [{ id, outcome, rank, reason, cvss, epss, softwareCount: component.softwareCount }];
  });
  const store = createFindingStore(tx);
  const changed = await store.rerank(ranks, deps.clock.now());
  // software that came or went changes where a finding occurs, even when its rank stays
  const touched = [...new Set(column === 'component_id' ? findings.map((one) => one.vulnerability_id) : changed)];
  await store.recount(changed);
  await settle(tx, deps, touched, changed, 0);
}

/** Components are in other software than before, or with other content there: what was decided may hold in more or fewer places. */
async function usedElsewhere(tx: Db, deps: VulnerabilityDeps, componentIds: readonly string[]): Promise<void> {
  const { decided, worked } = await concernedBy(tx, componentIds);
  await refreshStates(tx, decided, deps.clock.now());
  await createRecordStore(tx).enqueue('case', worked);
}

/** Decisions hold for new findings too; whoever works on cases hears of what is new. */
async function settle(
  tx: Db,
  deps: VulnerabilityDeps,
  touched: readonly string[],
  risen: readonly string[],
  opened: number,
): Promise<void> {
  await refreshStates(tx, touched, deps.clock.now());
  await createRecordStore(tx).enqueueCases(touched);
  const events = [];
  for (let i = 0; i < risen.length; i += 500)
    events.push(
      vulnerabilityEvent('vulnerabilities.findings-changed', {
        vulnerabilityIds: risen.slice(i, i + 500),
        opened: i === 0 ? opened : 0,
      }),
    );
  await deps.bind(tx).outbox.publishAll(events);
}

/** Queues work and wakes the matchers, in the caller's transaction. */
export async function enqueue(
  tx: Db,
  { wake }: Pick<VulnerabilityDeps, 'wake'>,
  kind: QueueKind,
  ids: readonly string[],
): Promise<void> {
  await createRecordStore(tx).enqueue(kind, ids);
  if (ids.length > 0) await wake(tx);
}
