import type { VersionScheme } from '@bulkhead/versions';
import type { AffectedPackage } from '../model.ts';
import { boundsOf, isSilent } from './contains.ts';
import { isRegular, looksLikeCommit } from './order.ts';

/** `versionType` words of CVE records that name a scheme; `custom` and unknown words name none. */
const schemeOfType: ReadonlyMap<string, VersionScheme> = new Map<string, VersionScheme>([
  ['semver', 'semver'],
  ['rpm', 'rpm'],
  ['deb', 'deb'],
  ['dpkg', 'deb'],
  ['apk', 'apk'],
  ['python', 'pep440'],
  ['pep440', 'pep440'],
  ['pypi', 'pep440'],
  ['maven', 'maven'],
  ['gem', 'gem'],
  ['rubygems', 'gem'],
  ['npm', 'semver'],
  ['nuget', 'nuget'],
  ['composer', 'composer'],
  ['original_commit_for_fix', 'linux'],
]);

const texts = new WeakMap<AffectedPackage, readonly string[]>();

/** All versions that the entry compares with. */
function comparedTexts(affected: AffectedPackage): readonly string[] {
  const before = texts.get(affected);
  if (before) return before;
  const found = new Set<string>();
  for (const statement of affected.versions) {
    if (statement.words !== undefined || isSilent(statement)) continue;
    for (const bound of boundsOf(statement)) found.add(bound.endsWith('.*') ? bound.slice(0, -2) : bound);
  }
  const list = [...found];
  texts.set(affected, list);
  return list;
}

/** The scheme that the record itself names for its versions; nothing where it names none, or several. */
function schemeOfRecord(affected: AffectedPackage): VersionScheme | undefined {
  const schemes = new Set<VersionScheme | undefined>();
  for (const statement of affected.versions) {
    if (statement.words !== undefined || isSilent(statement) || statement.type === undefined) continue;
    schemes.add(schemeOfType.get(statement.type.toLowerCase()));
  }
  const [only] = schemes;
  return schemes.size === 1 ? only : undefined;
}

/**
 * The scheme to compare in: that of the ecosystem where it is known, else the one the record names, as long as every
 * version is one of that scheme. OpenSSL's records call 1.0.2zd a `semver`, Siemens' FW13: those go by the generic order.
 */
export function chooseScheme(
  affected: AffectedPackage,
  version: string,
  known: VersionScheme | undefined,
): VersionScheme {
  if (known !== undefined && known !== 'generic') return known;
  const named = schemeOfRecord(affected);
  if (named === undefined) return 'generic';
  if (named !== 'semver') return named;
  const isStrict = isRegular(named, version) && comparedTexts(affected).every((text) => isRegular(named, text));
  return isStrict ? named : 'generic';
}

/** Whether anything can be said about a version of this text: `master`, `unknown` and commits are no versions. */
export function isUsableVersion(version: string): boolean {
  return /\d/.test(version) && !looksLikeCommit(version);
}
