import type { Cvss } from './cvss.ts';
import { tryScoreCvss } from './score-cvss.ts';

export interface CvssCache {
  /** As `tryScoreCvss`; the same vector text gives the same object while it is remembered. */
  readonly score: (vector: string) => Cvss | undefined;
  readonly size: () => number;
}

/** Longer texts are refused anyway and must not be kept as keys. */
const longestKey = 500;

/** Remembers the scores of the `size` vectors used last: feeds repeat a few thousand vectors over many records. */
export function createCvssCache(size: number): CvssCache {
  // A Map keeps the order of insertion, so the first key is the one used longest ago.
  const kept = new Map<string, Cvss | undefined>();
  return Object.freeze({
    size: () => kept.size,
    score: (vector: string) => {
      if (vector.length > longestKey) return undefined;
      const known = kept.has(vector);
      const cvss = known ? kept.get(vector) : tryScoreCvss(vector);
      if (known) kept.delete(vector);
      kept.set(vector, cvss);
      if (!(kept.size <= size)) kept.delete(kept.keys().next().value ?? '');
      return cvss;
    },
  });
}
