import type { DecisionStatus, FindingState } from '@bulkhead/contract';

/** A decision as far as it says where it holds. */
export interface HoldingDecision {
  readonly id: string;
  readonly status: DecisionStatus;
  readonly scope: 'everywhere' | 'component' | 'model' | 'ecu' | 'software';
  readonly componentIds: readonly string[] | null;
  readonly softwareName: string | null;
  readonly softwareSince: Date | null;
  readonly role: string | null;
  readonly model: string | null;
  /** Content hashes of the components when it was decided, canonical JSON by component id. */
  readonly hashes: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
}

/** One component in one software version on one ECU role of one model. */
export interface DecidedPlace {
  readonly componentId: string;
  readonly softwareName: string;
  readonly softwareCreatedAt: Date;
  readonly model: string;
  readonly role: string;
  readonly hashes: unknown;
}

const scopeOrder = ['everywhere', 'component', 'model', 'ecu', 'software'] as const;
/** What remains to be done comes first. */
const stateOrder: readonly FindingState[] = ['open', 'under-investigation', 'affected', 'fixed', 'not-affected'];

const sameContent = (a: unknown, b: unknown) =>
  a === undefined || a === null || b === undefined || b === null || JSON.stringify(a) === JSON.stringify(b);

/**
 * Whether a decision reaches a place: inherited by later versions of the software as long as they carry the very component it was
 * made for, with the same content where hashes are known.
 */
export function holdsAt(decision: HoldingDecision, place: DecidedPlace): boolean {
  const { componentIds, hashes, scope } = decision;
  if (componentIds && !componentIds.includes(place.componentId)) return false;
  if (!sameContent(hashes[place.componentId], place.hashes)) return false;
  switch (scope) {
    case 'everywhere':
    case 'component':
      return true;
    case 'model':
      return decision.model === place.model;
    case 'ecu':
      return decision.role === place.role && (decision.model === null || decision.model === place.model);
    case 'software':
      return (
        decision.softwareName === place.softwareName &&
        (decision.softwareSince === null || decision.softwareSince <= place.softwareCreatedAt)
      );
  }
}

/** The decision that counts at a place: the most specific one, the newest of equals. */
export function decisionAt(decisions: readonly HoldingDecision[], place: DecidedPlace): HoldingDecision | undefined {
  return decisions
    .filter((decision) => holdsAt(decision, place))
    .toSorted(
      (a, b) =>
        scopeOrder.indexOf(b.scope) - scopeOrder.indexOf(a.scope) || b.createdAt.getTime() - a.createdAt.getTime(),
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
