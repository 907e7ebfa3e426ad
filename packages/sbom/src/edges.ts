import { quote, SbomError } from './errors.ts';
import { type Place, pathOf } from './json/place.ts';
import type { SbomLimits } from './limits.ts';
import type { SbomDependency } from './model.ts';
import type { Warnings } from './warnings.ts';

export interface EdgeCollector {
  /** Adds an edge between two references of the document; what does not name a component is left out. */
  add(from: string, to: string, kind: SbomDependency['kind'], at: Place): void;
  list(): readonly SbomDependency[];
}

/**
 * Collects edges once each. Cycles are kept as they are: nothing here walks the graph. `known` are components and
 * subject, `others` are things of the document that are no components (services, files).
 */
export function collectEdges(
  known: ReadonlySet<string>,
  others: ReadonlySet<string>,
  limits: SbomLimits,
  warnings: Warnings,
): EdgeCollector {
  const edges: SbomDependency[] = [];
  const seen = new Map<string, Set<string>>();
  let count = 0;

  function isEnd(ref: string, at: Place): boolean {
    if (known.has(ref)) return true;
    const isOther = others.has(ref);
    const what = isOther ? 'is not a component' : 'is not in the document';
    const message = `the edge was left out: ${quote(ref)} ${what}`;
    warnings.add(isOther ? 'edge-left-out' : 'unknown-reference', () => pathOf(at), message);
    return false;
  }

  return {
    add(from, to, kind, at) {
      if (++count > limits.maxEdges) {
        const detail = `more than ${limits.maxEdges} dependency edges (maxEdges); split the document`;
        throw new SbomError('sbom.too-many-edges', pathOf(at), detail);
      }
      if (!isEnd(from, at) || !isEnd(to, at)) return;
      const key = `${kind} ${from}`;
      const targets = seen.get(key) ?? new Set();
      if (targets.has(to)) return;
      seen.set(key, targets.add(to));
      edges.push({ from, to, kind });
    },
    list: () => edges,
  };
}
