import { recordBounds } from '../limits.ts';
import type { VersionStatement } from '../model.ts';

type Bounds = Omit<VersionStatement, 'status' | 'type' | 'changes' | 'limits' | 'repo'>;

const everything = /^(\*|all|any|all versions?|any versions?|every version)$/i;
/** A bound that says "from the start" or that nothing is known: as a lower bound both leave the range open. */
const openStart = /^(0|\*|-|n\/?a|none|unspecified|unknown|all|all versions|any|)$/i;
const noVersion = /^(-|n\/?a|none|unspecified|unknown|various|multiple|not applicable|)$/i;
const operator = /^(<=|>=|==|<|>|=)\s*v?\.?\s*(\S+)$/i;
const sentences: readonly (readonly [pattern: RegExp, key: 'before' | 'upTo'])[] = [
  [/^(?:all )?(?:versions? )?(?:before|prior to|earlier than|below|lower than) (?:version )?(\S+)$/i, 'before'],
  [/^(?:all )?(?:versions? )?(?:through|up to and including|up to|until) (?:version )?(\S+)$/i, 'upTo'],
  [/^(?:all )?(?:versions? )?(\S+) (?:and|or) (?:earlier|below|prior|before|older|lower)(?: versions?)?$/i, 'upTo'],
];

// OpenSSL's older records, curl's, and plain "4.10 to 5.6".
const spans: readonly RegExp[] = [
  /^Fixed in [^()]{1,60} \(Affected (\d[^\s,()-]*)(?:-(\d[^\s,()]*))?\)$/i,
  /^(\d[\w.]*) (?:to|through|-) (\d[\w.]*)$/i,
];
const fixedIn = /^Fixed in (?:version )?v?(\d\S*)$/i;

/** A lower bound as CVE records write it; nothing = from the first version on. */
export function startBound(text: string | undefined): string | undefined {
  return text === undefined || openStart.test(text.trim()) ? undefined : text.trim();
}

/**
 * What one `version` text of a record means that stands alone: an exact version, everything, or a range written out, as
 * GitHub ("< 4.2.1", ">= 4.0.0, < 4.2.1") and Siemens ("All versions < V4.1.4") do. What cannot be understood is kept in
 * its words, which leads to "unsure" and never to "not affected".
 */
export function readVersionWords(given: string): Bounds {
  const text = given.trim().slice(0, recordBounds.maxVersionLength);
  if (everything.test(text)) return {};
  if (noVersion.test(text)) return { words: text === '' ? 'no version given' : text };
  // Alone, "0" is neither a release nor a range with an end.
  if (text === '0') return { words: 'from the start, no end given' };
  const stripped = text.replace(/^(?:all )?versions?:?\s*(?=[<>=]|V?\d+(?:\.\d+)*$)/i, '');
  const parts = stripped.split(',').map((part) => part.trim());
  const compared = parts.length <= 2 ? parts.map(readComparison) : [undefined];
  if (compared.every((part) => part !== undefined)) {
    const merged: Bounds = Object.assign({}, ...compared);
    return Object.keys(merged).length >= compared.length ? merged : { words: text };
  }
  const sentence = readSentence(text);
  if (sentence) return sentence;
  return /\s/.test(text) || !/\d/.test(text) || /[<>=|,;]/.test(text) ? { words: text } : { exact: text };
}

function readSentence(text: string): Bounds | undefined {
  for (const [pattern, key] of sentences) {
    const found = pattern.exec(text)?.[1];
    if (found !== undefined && /\d/.test(found)) return { [key]: found };
  }
  for (const pattern of spans) {
    const [, from, upTo] = pattern.exec(text) ?? [];
    if (from !== undefined) return upTo === undefined ? { exact: from } : { from, upTo };
  }
  const fix = fixedIn.exec(text)?.[1];
  return fix === undefined ? undefined : { before: fix };
}

function readComparison(part: string): Bounds | undefined {
  const found = operator.exec(part);
  const version = found?.[2];
  if (!found || version === undefined || !/\d/.test(version) || /[<>=|;]/.test(version)) return undefined;
  switch (found[1]) {
    case '<':
      return { before: version };
    case '<=':
      return { upTo: version };
    case '>':
      return { from: version, fromExcluded: true };
    case '>=':
      return version === '0' ? { from: '0' } : { from: version };
    default:
      return { exact: version };
  }
}
