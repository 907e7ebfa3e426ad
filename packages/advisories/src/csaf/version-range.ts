import { parseVers, type VersConstraint, VersionsError } from '@bulkhead/versions';
import { readVersionWords } from '../cve5/version-words.ts';
import type { VersionStatement } from '../model.ts';

type Bounds = Omit<VersionStatement, 'status'>;

/**
 * A version range as CSAF documents and VEX statements write it: `vers:`, a comparison ("<V3.1"), or words. `except`
 * holds the versions that the range leaves out (`!=`).
 */
export function readRangeText(text: string): {
  readonly bounds: readonly Bounds[];
  readonly except: readonly string[];
} {
  if (!/^vers:/i.test(text.trim())) return { bounds: [readVersionWords(text)], except: [] };
  try {
    const { any, constraints, type } = parseVers(text.trim());
    if (any) return { bounds: [{ upTo: '*' }], except: [] };
    return {
      bounds: intervals(constraints, type),
      except: constraints.filter(isExcept).map(({ version }) => version.text),
    };
  } catch (error) {
    if (error instanceof VersionsError) return { bounds: [{ words: text.slice(0, 200) }], except: [] };
    throw error;
  }
}

function isExcept({ comparator }: VersConstraint): boolean {
  return comparator === '!=';
}

/** Constraints come sorted; a lower bound opens an interval that the next upper bound closes (VERS 5.4). */
function intervals(constraints: readonly VersConstraint[], type: string): Bounds[] {
  const found: Bounds[] = [];
  let open: Bounds | undefined;
  for (const { comparator, version } of constraints.filter((constraint) => !isExcept(constraint))) {
    const { text } = version;
    if (comparator === '=') found.push({ type, exact: text });
    else if (comparator === '>' || comparator === '>=') {
      open ??= { type, from: text, ...(comparator === '>' ? { fromExcluded: true } : {}) };
    } else {
      found.push({ ...(open ?? { type }), ...(comparator === '<' ? { before: text } : { upTo: text }) });
      open = undefined;
    }
  }
  if (open) found.push({ ...open, upTo: '*' });
  // Only exceptions: everything else is meant.
  return found.length === 0 ? [{ type, upTo: '*' }] : found;
}
