import { compareParsed, type ParsedVersion, parseVersion, type VersionScheme } from '@bulkhead/versions';

const maxKept = 50_000;
const kept = new Map<VersionScheme, Map<string, ParsedVersion>>();

/** The parsed version; the same few thousand texts come back in every record of a product, so that they are kept. */
export function readVersion(scheme: VersionScheme, text: string): ParsedVersion {
  const ofScheme = kept.get(scheme) ?? new Map<string, ParsedVersion>();
  const before = ofScheme.get(text);
  if (before) return before;
  const made = parseVersion(scheme, text);
  if (ofScheme.size >= maxKept) ofScheme.clear();
  kept.set(scheme, ofScheme.set(text, made));
  return made;
}

export function compareIn(scheme: VersionScheme, a: string, b: string): -1 | 0 | 1 {
  return a === b ? 0 : compareParsed(readVersion(scheme, a), readVersion(scheme, b));
}

export function isRegular(scheme: VersionScheme, text: string): boolean {
  return !readVersion(scheme, text).irregular;
}

/** A commit hash stands for a place in a history that is not at hand: it can not be compared with a version number. */
export function looksLikeCommit(text: string): boolean {
  if (text.length < 7 || text.length > 64 || !/^[0-9a-f]+$/i.test(text)) return false;
  return text.length >= 20 || (/[a-f]/i.test(text) && /\d/.test(text));
}
