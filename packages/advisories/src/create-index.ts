import { componentKeysOf, packageKeysOf } from './identity/keys.ts';
import { matchAdvisory } from './match/match-advisory.ts';
import type { Advisory, ComponentIdentity, Match } from './model.ts';

export interface AdvisoryIndex {
  readonly size: number;
  /** The advisories that share a key with the component, once each. */
  candidates(component: ComponentIdentity): readonly Advisory[];
  /** All matches of the component. */
  match(component: ComponentIdentity): readonly { readonly advisory: Advisory; readonly match: Match }[];
}

/** Files advisories under their keys, so that a component meets only those that may speak of it. In memory. */
export function createIndex(advisories: Iterable<Advisory>): AdvisoryIndex {
  const byKey = new Map<string, Advisory[]>();
  let size = 0;
  for (const advisory of advisories) {
    size++;
    if (advisory.withdrawn !== undefined) continue;
    for (const key of packageKeysOf(advisory)) {
      const filed = byKey.get(key);
      if (filed) filed.push(advisory);
      else byKey.set(key, [advisory]);
    }
  }
  function candidates(component: ComponentIdentity): readonly Advisory[] {
    const found = new Set<Advisory>();
    for (const key of componentKeysOf(component)) for (const advisory of byKey.get(key) ?? []) found.add(advisory);
    return [...found];
  }
  return Object.freeze({
    size,
    candidates,
    match: (component: ComponentIdentity) =>
      candidates(component).flatMap((advisory) => {
        const match = matchAdvisory(advisory, component);
        return match ? [{ advisory, match }] : [];
      }),
  });
}
