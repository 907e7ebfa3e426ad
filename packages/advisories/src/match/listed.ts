import type { VersionScheme } from '@bulkhead/versions';
import { knownPackage } from '../identity/known-package.ts';
import { foldName } from '../identity/names.ts';
import type { AffectedPackage } from '../model.ts';
import { isRegular, readVersion } from './order.ts';

/** Versions of an entry by text and by sort key. */
interface ListedIndex {
  readonly byText: ReadonlyMap<string, string>;
  readonly byKey: ReadonlyMap<string, string>;
}

const indexes = new WeakMap<AffectedPackage, Map<VersionScheme, ListedIndex>>();

/**
 * Whether the version is one of those listed. Lists of C and C++ projects hold git tags (`curl-7_57_0`,
 * `v4.8.1-stable`): the project's own name in front is taken off; a foreign one (`tiny-curl-7_72_0`) makes another
 * product of it. `comparable` tells whether the list holds versions at all.
 */
export function isListed(
  affected: AffectedPackage,
  version: string,
  scheme: VersionScheme,
): { readonly found?: string; readonly comparable: boolean } {
  const listed = affected.listed ?? [];
  if (listed.length === 0) return { comparable: false };
  const { byText, byKey } = indexOf(affected, listed, scheme);
  const comparable = byKey.size > 0;
  const exact = byText.get(version);
  if (exact !== undefined) return { found: exact, comparable };
  const near = isRegular(scheme, version) ? byKey.get(readVersion(scheme, version).key) : undefined;
  return near === undefined ? { comparable } : { found: near, comparable };
}

function indexOf(affected: AffectedPackage, listed: readonly string[], scheme: VersionScheme): ListedIndex {
  const ofEntry = indexes.get(affected) ?? new Map<VersionScheme, ListedIndex>();
  const before = ofEntry.get(scheme);
  if (before) return before;
  const byText = new Map<string, string>();
  const byKey = new Map<string, string>();
  for (const text of listed) {
    byText.set(text, text);
    const version = untagged(text, affected.name ?? knownPackage(affected).purls[0]?.purl.name);
    if (version !== undefined && isRegular(scheme, version)) byKey.set(readVersion(scheme, version).key, text);
  }
  const made = { byText, byKey };
  indexes.set(affected, ofEntry.set(scheme, made));
  return made;
}

/** The version in a git tag; nothing when a word in front shows that the tag is of something else. */
function untagged(tag: string, project: string | undefined): string | undefined {
  const name = project === undefined ? '' : foldName(project).replace(/[^a-z0-9]/g, '');
  const lower = tag.toLowerCase();
  const start = lower.search(/\d/);
  if (start === -1) return undefined;
  // A project's name may itself hold digits (libxml2, lz4): then the first number after the name counts.
  const named = afterName(lower, name);
  const at = named ?? start;
  const word = named === undefined ? lower.slice(0, start).replace(/[^a-z]/g, '') : '';
  if (!/^(v|r|ver|version|rel|release|stable|tag)?$/.test(word)) return undefined;
  return tag.slice(at).replace(/^[^\d]*/, '');
}

/** Where the project's own name ends at the start of a tag, separators passed over. */
function afterName(lower: string, name: string): number | undefined {
  if (name === '') return undefined;
  let matched = 0;
  for (let i = 0; i < lower.length && matched < name.length; i++) {
    if (lower[i] === name[matched]) matched++;
    else if (/[a-z0-9]/.test(lower[i] as string)) return undefined;
    if (matched === name.length) return i + 1;
  }
  return undefined;
}
