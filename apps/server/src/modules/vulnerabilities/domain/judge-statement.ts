import type { DecisionStatus } from '@bulkhead/contract';

/** A statement and what it is about, as far as others are held against it. */
export interface Judged {
  readonly id: string;
  /** `key:<author>` when a signature proves whose words these are, `sbom:<software>` for a build, `name:<name>` otherwise. */
  readonly authorKey: string;
  readonly author: string;
  readonly ref: string;
  readonly vulnerabilityId: string | null;
  readonly status: DecisionStatus;
  readonly productKey: string;
  readonly statedAt: Date;
  readonly documentId: string;
  readonly componentIds: readonly string[];
  /** Nothing = whatever carries the components. */
  readonly softwareIds: readonly string[] | null;
}

export interface Standing extends Judged {
  readonly state: 'proposed' | 'applied' | 'conflicting' | 'unresolved';
}

/** Of two statements that share a component: whether they speak of the same software. */
const shareSoftware = (a: Judged, b: Judged): boolean =>
  a.softwareIds === null || b.softwareIds === null || a.softwareIds.some((id) => b.softwareIds?.includes(id));

/**
 * Statements that stand, found by what they are about. Kept small by the rule itself: of one author about one thing there is one.
 */
export function createStandings(known: readonly Standing[]) {
  const byKey = new Map<string, Map<string, Standing>>();
  const keysOf = ({ ref, vulnerabilityId, productKey, componentIds }: Judged): string[] => [
    `${ref} ${productKey}`,
    ...componentIds.map((id) => `${vulnerabilityId ?? ref} ${id}`),
  ];
  const add = (one: Standing): void => {
    for (const key of keysOf(one)) {
      const held = byKey.get(key) ?? new Map<string, Standing>();
      byKey.set(key, held.set(one.id, one));
    }
  };
  for (const one of known) add(one);
  return {
    add,
    remove: (one: Judged): void => {
      for (const key of keysOf(one)) byKey.get(key)?.delete(one.id);
    },
    about: (one: Judged): Standing[] => {
      const found = new Map<string, Standing>();
      for (const key of keysOf(one))
        for (const other of byKey.get(key)?.values() ?? [])
          if (other.id !== one.id && (other.productKey === one.productKey || shareSoftware(one, other)))
            found.set(other.id, other);
      return [...found.values()];
    },
  };
}
export type Standings = ReturnType<typeof createStandings>;

export interface Relation {
  /** A statement of the same author that holds instead of this one. */
  readonly newer: Standing | undefined;
  /** Statements of the same author that this one replaces. */
  readonly replaces: readonly Standing[];
  /** Statements of others that say something else. */
  readonly contradicts: readonly Standing[];
}

/**
 * The newest statement of an author holds. One that is not newer changes nothing, so that an old document that is played again,
 * signed as it may be, cannot bring back what was taken back. Statements of one document count in its order.
 */
export function relate(one: Judged, standings: Standings): Relation {
  const others = standings.about(one);
  const own = others.filter((other) => other.authorKey === one.authorKey);
  const isNewer = (other: Standing) =>
    other.statedAt > one.statedAt ||
    (other.statedAt.getTime() === one.statedAt.getTime() && other.documentId !== one.documentId);
  const newer = own.find(isNewer);
  return {
    newer,
    replaces: newer ? [] : own,
    contradicts: others.filter(
      (other) => other.authorKey !== one.authorKey && other.state !== 'unresolved' && other.status !== one.status,
    ),
  };
}
