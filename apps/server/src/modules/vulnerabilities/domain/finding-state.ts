import type { DecisionStatus, FindingState } from '@bulkhead/contract';

/** A decision as far as it says where it holds. */
export interface HoldingDecision {
  readonly id: string;
  readonly status: DecisionStatus;
  readonly scope: 'everywhere' | 'component' | 'model' | 'ecu' | 'software';
  /** `compiled-files` is the word of no person: it speaks of one build, and only where nobody else decided. */
  readonly origin: 'operator' | 'vex' | 'build-system' | 'compiled-files';
  readonly componentIds: readonly string[] | null;
  readonly softwareId: string | null;
  readonly softwareName: string | null;
  readonly softwareSince: Date | null;
  readonly role: string | null;
  readonly model: string | null;
  /** The contents (hashes) that each component had within the scope when it was decided, by component id; none = unknown. */
  readonly hashes: ReadonlyMap<string, readonly unknown[]>;
  readonly createdAt: Date;
}

/** One component in one software version on one ECU role of one model. */
export interface DecidedPlace {
  readonly componentId: string;
  readonly softwareId: string;
  readonly softwareName: string;
  readonly softwareCreatedAt: Date;
  readonly model: string;
  readonly role: string;
  readonly hashes: unknown;
}

const scopeOrder = ['everywhere', 'component', 'model', 'ecu', 'software'] as const;
/** What remains to be done comes first. */
const stateOrder: readonly FindingState[] = ['open', 'under-investigation', 'affected', 'fixed', 'not-affected'];

/** Content that nobody stated cannot be told apart. */
const sameContent = (known: readonly unknown[] | undefined, content: unknown) =>
  !known?.length ||
  content === undefined ||
  content === null ||
  known.some((one) => JSON.stringify(one) === JSON.stringify(content));

/**
 * Whether a decision reaches a place: inherited by later versions of the software as long as they carry the very component it was
 * made for, with the same content where hashes are known.
 */
export const holdsAt = (decision: HoldingDecision, place: DecidedPlace): boolean =>
  reaches(decision, place) && sameContent(decision.hashes.get(place.componentId), place.hashes);

/** Whether a place is within the scope of a decision, whatever its content is now. */
export function reaches(decision: HoldingDecision, place: DecidedPlace): boolean {
  const { componentIds, scope } = decision;
  if (componentIds && !componentIds.includes(place.componentId)) return false;
  switch (scope) {
    case 'everywhere':
    case 'component':
      return true;
    case 'model':
      return decision.model === place.model;
    case 'ecu':
      return decision.role === place.role && (decision.model === null || decision.model === place.model);
    case 'software':
      // another build may compile more: what a list says is inherited by no other version
      if (decision.origin === 'compiled-files') return decision.softwareId === place.softwareId;
      return (
        decision.softwareName === place.softwareName &&
        (decision.softwareSince === null || decision.softwareSince <= place.softwareCreatedAt)
      );
  }
}

/**
 * The decision that counts at a place: the most specific one, the newest of equals. What follows from a list of compiled files gives
 * way to everything that somebody decided, however wide.
 */
export function decisionAt(decisions: readonly HoldingDecision[], place: DecidedPlace): HoldingDecision | undefined {
  return decisions
    .filter((decision) => holdsAt(decision, place))
    .toSorted(
      (a, b) =>
        Number(a.origin === 'compiled-files') - Number(b.origin === 'compiled-files') ||
        scopeOrder.indexOf(b.scope) - scopeOrder.indexOf(a.scope) ||
        b.createdAt.getTime() - a.createdAt.getTime(),
    )
    .at(0);
}

/** What is left to do over several places: the least settled one. No place: nobody carries it, so nothing was decided. */
export function worstState(states: readonly FindingState[]): FindingState {
  return stateOrder.find((state) => states.includes(state)) ?? 'open';
}

/** The state of a finding from the decisions at every place where it occurs. */
export const findingState = (decisions: readonly HoldingDecision[], places: readonly DecidedPlace[]): FindingState =>
  worstState(places.map((place) => decisionAt(decisions, place)?.status ?? 'open'));
