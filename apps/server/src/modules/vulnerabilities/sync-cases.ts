import type { SlaPolicy } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import type { Db } from '../../platform/db/database.ts';
import { type CaseRow, createCaseStore } from './case-store.ts';
import { createCaseViews } from './case-views.ts';
import type { Actor, VulnerabilityDeps } from './deps.ts';
import {
  type CasePlace,
  closingReason,
  openState,
  opensByItself,
  type ProgramFacts,
  programsOf,
} from './domain/case-state.ts';
import { clockStage, criticalityOf, dueAt } from './domain/sla.ts';
import { createOccurrences } from './occurrences.ts';

type Deps = Pick<VulnerabilityDeps, 'clock' | 'fleet' | 'bind' | 'announce'>;
const system: Actor = { kind: 'system', id: 'vulnerabilities.cases', name: 'case keeper' };
const pageSize = 500;

/** Everywhere a vulnerability occurs, with the weight of each place. */
export async function placesOf(tx: Db, fleet: Deps['fleet'], vulnerabilityId: string): Promise<CasePlace[]> {
  const occurrences = createOccurrences(tx, fleet);
  const places: CasePlace[] = [];
  for (let after: readonly [string, string] | undefined; ; ) {
    const page = { limit: pageSize, ...(after ? { after } : {}) };
    const found = await occurrences.page({ column: 'vulnerability_id', id: vulnerabilityId }, vulnerabilityId, page);
    for (const { software, priority, safety, state } of found)
      places.push({
        softwareId: software.id,
        software: software.name,
        supplier: software.supplier,
        function: software.function,
        outcome: priority.outcome,
        rank: priority.rank,
        safety,
        state,
      });
    const last = found.at(-1);
    if (!last || found.length < pageSize) return places;
    after = [last.findingId, last.software.id];
  }
}

/** Brings the cases of one vulnerability in line with its findings, decisions and what vehicles report; opens what is urgent. */
export async function syncCases(tx: Db, deps: Deps, vulnerabilityId: string): Promise<void> {
  const views = createCaseViews(tx);
  const vulnerability = await views.vulnerability(vulnerabilityId);
  if (!vulnerability) return;
  const programs = programsOf(await placesOf(tx, deps.fleet, vulnerabilityId));
  const cases = await views.ofVulnerability(vulnerabilityId);
  const policy = await views.policy();
  for (const facts of programs) {
    if (cases.some((one) => one.software_name === facts.software)) continue;
    if (!opensByItself(facts, await deps.fleet.vehicles(facts.affected))) continue;
    await openCase(tx, deps, vulnerability, facts, policy, system);
  }
  for (const one of cases) {
    const facts = programs.find(({ software }) => software === one.software_name);
    await lookAt(tx, deps, one.id, { facts, withdrawn: vulnerability.withdrawn_at !== null, policy });
  }
}

/** Opens a case and counts how much of the fleet it is about; one that exists stays as it is. */
export async function openCase(
  tx: Db,
  deps: Deps,
  vulnerability: { readonly id: string; readonly ref: string; readonly title: string },
  facts: ProgramFacts,
  policy: SlaPolicy,
  by: Actor,
): Promise<string | undefined> {
  const now = deps.clock.now();
  const criticality = criticalityOf(facts.safety);
  const clock = { outcome: facts.outcome, criticality, clockFrom: now, pausedSeconds: 0 };
  const store = createCaseStore(tx);
  const opened = await store.insert({
    id: newId(),
    vulnerability_id: vulnerability.id,
    ref: vulnerability.ref,
    software_name: facts.software,
    supplier: facts.supplier,
    function: facts.function,
    outcome: facts.outcome,
    criticality,
    state: 'open',
    closed_because: null,
    owner_id: null,
    owner_name: null,
    opened_at: now,
    clock_from: now,
    due_at: dueAt(policy, clock) ?? null,
    paused_at: null,
    paused_reason: null,
    fix_software_id: null,
    fix_version: null,
    campaign: null,
    looked_at: now,
    closed_at: null,
  });
  if (!opened) return undefined;
  await store.entry(
    opened.id,
    now,
    by.name,
    'opened',
    `Opened: ${facts.outcome} on ${facts.function}, criticality ${criticality}`,
  );
  const { audit, notify } = deps.bind(tx);
  const details = { ref: vulnerability.ref, software: facts.software, outcome: facts.outcome, number: opened.number };
  await audit.append({ action: 'vulnerabilities.open-case', subject: vulnerability.ref, by, details, at: now });
  await notify?.publish(tx, {
    topic: 'vulnerabilities.finding',
    severity: facts.outcome === 'immediate' ? 'critical' : 'high',
    subject: `${vulnerability.ref} in ${facts.software}: ${facts.outcome}`,
    text: `${vulnerability.title || vulnerability.ref}\nProgram ${facts.software} of ${facts.supplier}, on ECUs for ${facts.function}.`,
    link: `/cases/${opened.id}`,
    dedupeKey: `case-opened ${opened.id}`,
  });
  await lookAt(tx, deps, opened.id, { facts, withdrawn: false, policy });
  return opened.id;
}

interface Look {
  readonly facts: ProgramFacts | undefined;
  readonly withdrawn: boolean;
  readonly policy: SlaPolicy;
}

/** One look at one case: what vehicles report, whether it is over or open again, what the clock says. */
async function lookAt(tx: Db, deps: Deps, id: string, look: Look): Promise<void> {
  const store = createCaseStore(tx);
  const views = createCaseViews(tx);
  const one = await store.hold(id);
  if (!one) return;
  const now = deps.clock.now();
  const affected = new Set(look.facts?.affected);
  const versions = await views.versions(one.software_name);
  const fixedIds = versions.map((version) => version.id).filter((version) => !affected.has(version));
  const counts = await deps.fleet.remaining(one.software_name, fixedIds);
  const reason = closingReason(look.withdrawn, look.facts, counts);
  const counted = { ...counts, dirty: false, looked_at: now };
  if (reason) return close(tx, deps, one, reason, counted);
  const clock = await clockOf(tx, deps, one, look);
  const state = openState({
    paused: one.paused_at !== null,
    campaign: one.campaign !== null,
    fix: one.fix_software_id !== null,
    waiting: await views.waiting(id),
  });
  if (one.state === 'closed') await reopened(tx, deps, one, counts.remaining + counts.unknown);
  await store.update(id, { ...counted, ...clock, state, closed_because: null, closed_at: null });
  await tellClock(tx, deps, { ...one, ...clock, state });
}

async function close(
  tx: Db,
  deps: Deps,
  one: CaseRow,
  because: NonNullable<CaseRow['closed_because']>,
  counted: Pick<CaseRow, 'total' | 'fixed' | 'remaining' | 'unknown' | 'dirty' | 'looked_at'>,
): Promise<void> {
  const store = createCaseStore(tx);
  if (one.state === 'closed' && one.closed_because === because) return void (await store.update(one.id, counted));
  const now = counted.looked_at;
  await store.update(one.id, { ...counted, state: 'closed', closed_because: because, closed_at: now, paused_at: null });
  const words = {
    'fixed-in-field': `Every vehicle that carries it reports a version without it (${counted.total})`,
    'not-affected': 'Decided as not affected or fixed in every version',
    withdrawn: 'Its sources have withdrawn the vulnerability',
    gone: 'No vehicle carries the program in a version that it concerns',
  };
  await store.entry(one.id, now, system.name, 'closed', words[because]);
  const details = { ref: one.ref, software: one.software_name, because };
  await deps
    .bind(tx)
    .audit.append({ action: 'vulnerabilities.close-case', subject: one.ref, by: system, details, at: now });
}

async function reopened(tx: Db, deps: Deps, one: CaseRow, vehicles: number): Promise<void> {
  const now = deps.clock.now();
  const text = `Open again: ${vehicles} vehicles carry it or have not reported`;
  await createCaseStore(tx).entry(one.id, now, system.name, 'reopened', text);
  const details = { ref: one.ref, software: one.software_name, vehicles };
  await deps
    .bind(tx)
    .audit.append({ action: 'vulnerabilities.reopen-case', subject: one.ref, by: system, details, at: now });
}

/** Priority and due date follow the findings; a higher priority shortens the clock from when it rose. */
async function clockOf(tx: Db, deps: Deps, one: CaseRow, { facts, policy }: Look) {
  const outcome = facts?.outcome ?? one.outcome;
  const criticality = facts ? criticalityOf(facts.safety) : one.criticality;
  const again = one.state === 'closed';
  const clock_from = again ? deps.clock.now() : one.clock_from;
  const due = dueAt(policy, {
    outcome,
    criticality,
    clockFrom: clock_from,
    pausedSeconds: again ? 0 : one.paused_seconds,
  });
  if (outcome !== one.outcome && !again) {
    const text = `Priority changed from ${one.outcome} to ${outcome}`;
    await createCaseStore(tx).entry(one.id, deps.clock.now(), system.name, 'priority', text);
  }
  const told = again || due?.getTime() !== one.due_at?.getTime() ? ('nothing' as const) : one.told;
  return { outcome, criticality, clock_from, due_at: due ?? null, told };
}

async function tellClock(tx: Db, deps: Deps, one: CaseRow): Promise<void> {
  if (one.state === 'paused') return;
  const stage = clockStage(one.clock_from, one.due_at, deps.clock.now());
  if (stage === 'nothing' || stage === one.told || one.told === 'overdue') return;
  await createCaseStore(tx).update(one.id, { told: stage });
  const due = one.due_at?.toISOString().slice(0, 16).replace('T', ' ') ?? '';
  await deps.bind(tx).notify?.publish(tx, {
    topic: 'vulnerabilities.sla',
    severity: stage === 'overdue' ? 'high' : 'medium',
    subject: `Case ${one.number}, ${one.ref} in ${one.software_name}: ${stage === 'overdue' ? 'overdue' : 'due soon'}`,
    text: `Due ${due} UTC. ${one.owner_name ? `Owner: ${one.owner_name}.` : 'Nobody owns it.'}`,
    link: `/cases/${one.id}`,
    dedupeKey: `case-clock ${one.id} ${stage} ${due}`,
  });
}

/** The vulnerabilities whose cases wait to be looked at; each is looked at as a whole. */
export async function dueVulnerabilities(tx: Db, now: Date, everyMs: number, limit: number): Promise<string[]> {
  const due = await createCaseStore(tx).takeDue(new Date(now.getTime() - everyMs), limit);
  return [...new Set(due.map((one) => one.vulnerability_id))];
}
