import { componentKeysOf, entryKeysOf } from './identity/keys.ts';
import { matchEntries } from './match/match-advisory.ts';
import type { Advisory, AffectedPackage, ComponentIdentity, Match } from './model.ts';

export interface AdvisoryIndex {
  readonly size: number;
  /** The advisories that share a key with the component, once each. */
  candidates(component: ComponentIdentity): readonly Advisory[];
  /** All matches of the component. */
  match(component: ComponentIdentity): readonly { readonly advisory: Advisory; readonly match: Match }[];
}

/** Room for the entries of one advisory in a posting, which is `advisory * maxEntries + entry`. */
const maxEntries = 2 ** 20;

/** Files advisories under their keys, so that a component meets only those that may speak of it. In memory. */
export function createIndex(advisories: Iterable<Advisory>): AdvisoryIndex {
  const all = [...advisories];
  const postings = new Map<string, number[]>();
  for (const [a, advisory] of all.entries()) {
    if (advisory.withdrawn !== undefined) continue;
    for (const [e, entry] of advisory.affected.entries()) {
      for (const key of entryKeysOf(entry)) {
        const posting = postings.get(key);
        if (posting) posting.push(a * maxEntries + e);
        else postings.set(key, [a * maxEntries + e]);
      }
    }
  }

  /** Advisories with the entries that share a key, in the order of the records. */
  function meetings(component: ComponentIdentity): Map<Advisory, AffectedPackage[]> {
    const found = new Set<number>();
    for (const key of componentKeysOf(component)) for (const posting of postings.get(key) ?? []) found.add(posting);
    const met = new Map<Advisory, AffectedPackage[]>();
    for (const posting of Float64Array.from(found).sort()) {
      const advisory = all[Math.floor(posting / maxEntries)] as Advisory;
      const entry = advisory.affected[posting % maxEntries] as AffectedPackage;
      const entries = met.get(advisory);
      if (entries) entries.push(entry);
      else met.set(advisory, [entry]);
    }
    return met;
  }

  return Object.freeze({
    size: all.length,
    candidates: (component: ComponentIdentity) => [...meetings(component).keys()],
    match: (component: ComponentIdentity) =>
      [...meetings(component)].flatMap(([advisory, entries]) => {
        const match = matchEntries(advisory, entries, component);
        return match ? [{ advisory, match }] : [];
      }),
  });
}
