import type { FindingState, Outcome } from '@bulkhead/contract';
import type { SafetyImpact } from '@bulkhead/scoring';

/** One place where a vulnerability occurs, as far as a case needs it. */
export interface CasePlace {
  readonly softwareId: string;
  readonly software: string;
  readonly supplier: string;
  readonly function: string;
  readonly outcome: Outcome;
  readonly rank: number;
  readonly safety: SafetyImpact;
  readonly state: FindingState;
}

/** What the places of one program add up to. */
export interface ProgramFacts {
  readonly software: string;
  readonly supplier: string;
  readonly function: string;
  readonly outcome: Outcome;
  readonly safety: SafetyImpact;
  /** Versions that carry it and are not decided as fixed or not affected. */
  readonly affected: readonly string[];
  /** Versions that carry it and are decided so. */
  readonly settled: readonly string[];
}

const safeties: readonly SafetyImpact[] = ['negligible', 'marginal', 'critical', 'catastrophic'];
const isSettled = ({ state }: CasePlace) => state === 'fixed' || state === 'not-affected';

/** A case is about a program: the worst of its places that are left counts. */
export function programsOf(places: readonly CasePlace[]): ProgramFacts[] {
  return [...Map.groupBy(places, ({ software }) => software)].map(([software, group]) => {
    const left = group.filter((place) => !isSettled(place));
    const byRank = (left.length > 0 ? left : group).toSorted((a, b) => b.rank - a.rank);
    const [worst] = byRank as [CasePlace];
    const safety = byRank.reduce(
      (most, place) => (safeties.indexOf(place.safety) > safeties.indexOf(most) ? place.safety : most),
      worst.safety,
    );
    const affected = [...new Set(left.map(({ softwareId }) => softwareId))];
    const settled = [...new Set(group.map(({ softwareId }) => softwareId))].filter((id) => !affected.includes(id));
    return {
      software,
      supplier: worst.supplier,
      function: worst.function,
      outcome: worst.outcome,
      safety,
      affected,
      settled,
    };
  });
}

/** Whether a case opens by itself: urgent, and carried by a vehicle. */
export const opensByItself = ({ outcome, affected }: ProgramFacts, vehicles: number): boolean =>
  (outcome === 'immediate' || outcome === 'out-of-cycle') && affected.length > 0 && vehicles > 0;

export interface FieldCounts {
  readonly total: number;
  readonly fixed: number;
  readonly remaining: number;
  readonly unknown: number;
}

/**
 * Why a case is over, or undefined while it is not: only what vehicles report closes it. Vehicles that never reported
 * keep it open.
 */
export function closingReason(
  withdrawn: boolean,
  facts: ProgramFacts | undefined,
  { total, remaining, unknown }: FieldCounts,
): 'fixed-in-field' | 'not-affected' | 'withdrawn' | 'gone' | undefined {
  if (withdrawn) return 'withdrawn';
  if (facts === undefined) return 'gone';
  if (facts.affected.length === 0) return 'not-affected';
  if (total === 0) return 'gone';
  return remaining + unknown === 0 ? 'fixed-in-field' : undefined;
}

/** The state that follows from what is known of an open case. */
export function openState(known: {
  readonly paused: boolean;
  readonly campaign: boolean;
  readonly fix: boolean;
  readonly waiting: boolean;
}): 'paused' | 'shipping' | 'fix-available' | 'waiting-for-supplier' | 'open' {
  if (known.paused) return 'paused';
  if (known.campaign && known.fix) return 'shipping';
  if (known.fix) return 'fix-available';
  return known.waiting ? 'waiting-for-supplier' : 'open';
}
