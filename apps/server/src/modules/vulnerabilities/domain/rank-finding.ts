import {
  type Cvss,
  createCvssCache,
  type EcuContext,
  type Priority,
  type PriorityInput,
  priorityOf,
} from '@bulkhead/scoring';

export interface RankInput {
  readonly vector: string | null;
  readonly epss: number | null;
  readonly kevAdded: string | null;
  readonly kevDue: string | null;
  readonly kevRansomware: boolean;
  readonly exploitation: 'none' | 'poc' | 'active';
  readonly exploitationSource: string | null;
  readonly automatable: boolean | null;
}

/** Scoring a CVSS 4.0 vector takes a fraction of a millisecond, and the same vectors come again and again. */
const vectors = createCvssCache(10_000);
const cvssOf = (vector: string | null): Cvss | undefined => (vector === null ? undefined : vectors.score(vector));

export function priorityInput(
  from: RankInput,
  matchStrength: PriorityInput['matchStrength'],
  context: EcuContext | undefined,
): PriorityInput {
  const cvss = cvssOf(from.vector);
  return {
    matchStrength,
    ...(cvss ? { cvss } : {}),
    ...(from.epss === null ? {} : { epss: from.epss }),
    ...(from.kevAdded === null
      ? {}
      : {
          kev: {
            dateAdded: from.kevAdded,
            ransomware: from.kevRansomware,
            ...(from.kevDue === null ? {} : { dueDate: from.kevDue }),
          },
        }),
    ssvc: {
      ...(from.exploitationSource === 'own' ? { source: 'own assessment' } : {}),
      ...(from.exploitationSource === null ? {} : { exploitation: from.exploitation }),
      ...(from.automatable === null ? {} : { automatable: from.automatable }),
    },
    ...(context ? { context } : {}),
  };
}

/** The priority at the place that weighs most: exposure of one ECU is never mixed with the safety of another. */
export function rankFinding(
  from: RankInput,
  strength: PriorityInput['matchStrength'],
  contexts: readonly EcuContext[],
): Priority {
  const [first, ...rest] = (contexts.length > 0 ? contexts : [undefined]).map((context) =>
    priorityOf(priorityInput(from, strength, context)),
  ) as [Priority, ...Priority[]];
  return rest.reduce((worst, one) => (one.rank > worst.rank ? one : worst), first);
}
