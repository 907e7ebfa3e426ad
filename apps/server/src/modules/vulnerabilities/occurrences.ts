import type { FindingState, Occurrence } from '@bulkhead/contract';
import { type EcuContext, priorityOf, withEnvironment } from '@bulkhead/scoring';
import type { Db } from '../../platform/db/database.ts';
import type { FleetPort } from './deps.ts';
import { type DecidedPlace, decisionAt, type HoldingDecision, worstState } from './domain/finding-state.ts';
import { priorityInput, type RankInput } from './domain/rank-finding.ts';
import { createMatchViews } from './match-views.ts';
import { createOccurrenceViews, type OccurrenceRow } from './occurrence-views.ts';
import { createStateViews } from './state-views.ts';

const nowhere: EcuContext | undefined = undefined;

/** What was decided at every place of an occurrence, and the decision that most of it rests on. */
export function decidedAt(row: OccurrenceRow, decisions: readonly HoldingDecision[]) {
  const places = row.places.length > 0 ? row.places : [{ model: '', role: '' }];
  const deciding = places.map(({ model, role }) => {
    const place: DecidedPlace = {
      componentId: row.component.id,
      softwareId: row.software.id,
      softwareName: row.software.name,
      softwareCreatedAt: new Date(row.softwareCreatedAt),
      model,
      role,
      hashes: row.hashes,
    };
    return decisionAt(decisions, place);
  });
  const state = worstState(deciding.map((decision) => decision?.status ?? 'open'));
  const absent = state === 'open' && row.verdict === 'not-affected';
  const decision = deciding.find((one) => one?.status === state);
  return { state: absent ? ('not-affected' as const) : state, decisionId: decision?.id ?? null };
}

function scoreAt(input: ReturnType<typeof priorityInput>, context: EcuContext | undefined, source: string) {
  if (!input.cvss || !context) return null;
  const { version, vector, environmental, base, severity } = withEnvironment(input.cvss, context);
  return environmental === undefined || environmental === base
    ? null
    : { version, vector, score: environmental, severity, source };
}

/** One place as it is told: how urgent there, what was decided there. */
export function occurrenceOf(
  row: OccurrenceRow,
  from: RankInput & { readonly ref: string },
  decisions: readonly HoldingDecision[],
  vehicles: number,
): Occurrence {
  const contexts = row.places.length > 0 ? row.places.map(({ context }) => context) : [nowhere];
  const ranked = contexts
    .map((context) => ({ context, priority: priorityOf(priorityInput(from, row.strength, context)) }))
    .toSorted((a, b) => b.priority.rank - a.priority.rank);
  const [{ context, priority }] = ranked as [(typeof ranked)[0]];
  const [proof] = row.proofs as [OccurrenceRow['proofs'][0]];
  return {
    findingId: row.findingId,
    component: row.component,
    software: row.software,
    roles: row.places.filter(({ model }) => model !== '').map(({ model, role, name }) => ({ model, role, name })),
    because: [...(context?.because ?? ['it is not known where this software runs'])],
    exposure: priority.inputs.exposure.value,
    safety: priority.inputs.safety.value,
    environmental: scoreAt(priorityInput(from, row.strength, context), context, 'the place in the architecture'),
    priority: { outcome: priority.outcome, rank: priority.rank, reason: priority.reason },
    verdict: row.verdict,
    strength: row.strength,
    proof,
    ...decidedAt(row, decisions),
    code: row.code,
    vehicles,
  };
}

/** Where a vulnerability or a finding occurs, in pages by (finding, software). */
export const createOccurrences = (db: Db, fleet: Pick<FleetPort, 'vehiclesPerSoftware'>) => ({
  page: async (
    by: { readonly column: 'vulnerability_id' | 'id'; readonly id: string },
    vulnerabilityId: string,
    page: { readonly limit: number; readonly after?: readonly [string, string] },
  ): Promise<Occurrence[]> => {
    const rows = await createOccurrenceViews(db).of(by, page);
    const [ranked, decisions, vehicles] = await Promise.all([
      createMatchViews(db).ranked([vulnerabilityId]),
      createStateViews(db).activeDecisions([vulnerabilityId]),
      fleet.vehiclesPerSoftware([...new Set(rows.map(({ software }) => software.id))]),
    ]);
    const from = ranked.get(vulnerabilityId);
    if (!from) return [];
    const holding = decisions.get(vulnerabilityId) ?? [];
    return rows.map((row) => occurrenceOf(row, from, holding, vehicles.get(row.software.id) ?? 0));
  },

  /** Software versions that carry it; settled = decided as fixed or not affected everywhere in that version. */
  software: async (vulnerabilityId: string): Promise<{ readonly softwareId: string; readonly settled: boolean }[]> => {
    const decisions = (await createStateViews(db).activeDecisions([vulnerabilityId])).get(vulnerabilityId) ?? [];
    const settled = new Map<string, boolean>();
    const views = createOccurrenceViews(db);
    for (let after: readonly [string, string] | undefined, rows: OccurrenceRow[] = []; ; ) {
      rows = await views.of(
        { column: 'vulnerability_id', id: vulnerabilityId },
        { limit: 1_000, ...(after ? { after } : {}) },
      );
      for (const row of rows) {
        const done = settledStates.includes(decidedAt(row, decisions).state);
        settled.set(row.software.id, done && (settled.get(row.software.id) ?? true));
      }
      const last = rows.at(-1);
      if (!last || rows.length < 1_000) break;
      after = [last.findingId, last.software.id];
    }
    return [...settled].map(([softwareId, done]) => ({ softwareId, settled: done }));
  },
});
/** Nothing is left to do. */
export const settledStates: readonly FindingState[] = ['fixed', 'not-affected'];
