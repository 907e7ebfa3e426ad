import type { VersionScheme } from '@bulkhead/versions';
import type { AffectedStatus, VersionStatement } from '../model.ts';
import { compareIn, isRegular, looksLikeCommit } from './order.ts';

/**
 * `silent`: it speaks of commits and says nothing about a version number. `open`: it may contain the version, but is
 * given in words or in versions that cannot be compared.
 */
export type Containment = 'inside' | 'outside' | 'silent' | 'open';

/** The texts of a statement that are compared with a version. */
export function boundsOf({ exact, from, before, upTo }: VersionStatement): string[] {
  return [exact, from, before, upTo === '*' ? undefined : upTo].filter((text) => text !== undefined);
}

/**
 * The kernel mixes commits and versions in one entry, so that single statements are passed over, never the whole
 * entry. The type alone does not tell: Zephyr's records call their release numbers `git`.
 */
export function isSilent(statement: VersionStatement): boolean {
  if (statement.words !== undefined) return false;
  const bounds = boundsOf(statement);
  if (bounds.some(looksLikeCommit)) return true;
  return /^git$/i.test(statement.type ?? '') && bounds.length === 0;
}

export function contains(statement: VersionStatement, version: string, scheme: VersionScheme): Containment {
  if (statement.words !== undefined) return 'open';
  if (isSilent(statement)) return 'silent';
  const { exact, from, fromExcluded, before, upTo, limits } = statement;
  if (exact !== undefined) return isSameVersion(exact, version, scheme) ? 'inside' : 'outside';
  if (!boundsOf(statement).every((bound) => isComparable(bound, scheme))) return 'open';
  if (from !== undefined) {
    const order = compareIn(scheme, version, from);
    if (order < 0 || (order === 0 && fromExcluded === true)) return 'outside';
  }
  if (before !== undefined && compareIn(scheme, version, before) >= 0) return 'outside';
  if (upTo !== undefined && !isUpTo(version, upTo, scheme)) return 'outside';
  // OSV schema, "limit": outside when it is not below any of the limits.
  if (limits && !limits.some((limit) => limit === '*' || compareIn(scheme, version, limit) < 0)) return 'outside';
  return 'inside';
}

function isComparable(bound: string, scheme: VersionScheme): boolean {
  const plain = bound.endsWith('.*') ? bound.slice(0, -2) : bound;
  return isRegular(scheme, plain) || /^\D{0,3}\d/.test(plain);
}

/** Equal text is equal whatever the scheme; an irregular text is equal to nothing else. */
export function isSameVersion(a: string, b: string, scheme: VersionScheme): boolean {
  if (a === b) return true;
  if (!isRegular(scheme, a) || !isRegular(scheme, b)) return a.trim().toLowerCase() === b.trim().toLowerCase();
  return compareIn(scheme, a, b) === 0;
}

/** `5.10.*` holds all of the branch 5.10 and what is below; `*` is without end (CVE record format, `lessThanOrEqual`). */
function isUpTo(version: string, upTo: string, scheme: VersionScheme): boolean {
  if (upTo === '*') return true;
  if (!upTo.endsWith('.*')) return compareIn(scheme, version, upTo) <= 0;
  const branch = upTo.slice(0, -2);
  return compareIn(scheme, leadingParts(version, branch.split('.').length), branch) <= 0;
}

function leadingParts(version: string, count: number): string {
  let at = -1;
  for (let i = 0; i < count; i++) {
    at = version.indexOf('.', at + 1);
    if (at === -1) return version;
  }
  return version.slice(0, at);
}

/** The status inside the statement, changes applied (CVE record format, `changes`: each holds from its version on). */
export function statusAt(statement: VersionStatement, version: string, scheme: VersionScheme): AffectedStatus {
  let status = statement.status;
  for (const change of statement.changes ?? []) {
    if (compareIn(scheme, version, change.at) >= 0) status = change.status;
  }
  return status;
}
