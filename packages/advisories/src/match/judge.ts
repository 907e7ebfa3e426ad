import type { VersionScheme } from '@bulkhead/versions';
import type { AffectedPackage, AffectedStatus, VersionStatement } from '../model.ts';
import { contains, isSameVersion, isSilent, statusAt } from './contains.ts';
import { isListed } from './listed.ts';
import { compareIn, looksLikeCommit } from './order.ts';

/** What an entry of a record says about one version, and which part of it says so. */
export interface Judgement {
  /** `silent`: the entry says nothing about version numbers. */
  readonly status: AffectedStatus | 'silent';
  readonly by:
    | { readonly kind: 'statement'; readonly statement: VersionStatement }
    | { readonly kind: 'listed'; readonly version: string }
    | { readonly kind: 'default' }
    | { readonly kind: 'open'; readonly statements: readonly VersionStatement[] };
}

/**
 * Walks the statements in order; the first that contains the version decides, else the default (CVE record format,
 * `affected.versions`). OSV entries are the same with ranges that are all `affected` and versions listed beside them.
 */
export function judge(affected: AffectedPackage, version: string, scheme: VersionScheme): Judgement {
  const open: VersionStatement[] = [];
  let spoke = false;
  let silent = false;
  for (const statement of affected.versions) {
    const found = contains(statement, version, scheme);
    if (found === 'inside') {
      const status = statusAt(statement, version, scheme);
      const contested = open.filter((other) => other.status !== status);
      if (contested.length > 0) return { status: 'unknown', by: { kind: 'open', statements: contested } };
      return { status, by: { kind: 'statement', statement } };
    }
    if (found === 'open' && statement.status !== 'unaffected') open.push(statement);
    if (found === 'outside') spoke = true;
    if (found === 'silent') silent = true;
  }
  const listed = isListed(affected, version, scheme);
  if (listed.found !== undefined) return { status: 'affected', by: { kind: 'listed', version: listed.found } };
  if (open.length > 0) return { status: 'unknown', by: { kind: 'open', statements: open } };
  return byDefault(affected, spoke || listed.comparable, silent);
}

function byDefault(affected: AffectedPackage, spoke: boolean, silent: boolean): Judgement {
  const by = { kind: 'default' } as const;
  if (!spoke && (silent || affected.listed?.length)) return { status: 'silent', by };
  // CVE records default to "unknown", and CISA writes it nearly everywhere: where ranges were given and the version is
  // outside of them all, "unknown" would make every fixed version a finding for ever.
  return { status: spoke && affected.defaultStatus === 'unknown' ? 'unaffected' : affected.defaultStatus, by };
}

/** What can be said without a version: nothing is affected where the entry names no affected version at all. */
export function judgeWithoutVersion(affected: AffectedPackage): AffectedStatus | 'silent' {
  const { versions, listed, defaultStatus } = affected;
  if (versions.length > 0 && versions.every(isSilent) && !listed?.length) return 'silent';
  const some = defaultStatus !== 'unaffected' || versions.some(({ status }) => status !== 'unaffected');
  if (!some && !listed?.length) return 'unaffected';
  const all = versions.every(({ status, exact, from, before, upTo, words }) => {
    const unbounded =
      [exact, from, before, words].every((bound) => bound === undefined) && (upTo === undefined || upTo === '*');
    return status === 'affected' && unbounded;
  });
  const isAll = all && (versions.length > 0 || defaultStatus === 'affected');
  return isAll ? 'affected' : 'unknown';
}

/** Versions with the fix that lie above the given one, lowest first. */
export function fixesAbove(affected: AffectedPackage, version: string, scheme: VersionScheme): string[] {
  const ends = affected.versions.flatMap(({ status, before, from, changes = [] }) => [
    ...(status === 'affected' && before !== undefined ? [before] : []),
    ...(status === 'unaffected' && affected.defaultStatus === 'affected' && from !== undefined ? [from] : []),
    ...changes.filter((change) => change.status === 'unaffected').map((change) => change.at),
  ]);
  return distinctAbove([...(affected.fixed ?? []), ...ends], version, scheme);
}

function distinctAbove(candidates: readonly string[], version: string, scheme: VersionScheme): string[] {
  const kept: string[] = [];
  for (const candidate of candidates) {
    if (looksLikeCommit(candidate) || compareIn(scheme, candidate, version) <= 0) continue;
    if (!kept.some((other) => isSameVersion(other, candidate, scheme))) kept.push(candidate);
    if (kept.length >= 50) break;
  }
  return kept.sort((a, b) => compareIn(scheme, a, b));
}
