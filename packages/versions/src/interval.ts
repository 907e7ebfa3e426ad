import { compareParsed, type ParsedVersion, parseVersion, type VersionScheme } from './version.ts';

/** A bound of an interval. */
export interface VersionBound {
  readonly version: string;
  readonly inclusive: boolean;
}

/**
 * A side without a bound is open: `{}` holds every version. So is a beginning with 0 included, which OSV and CVE records
 * write for "from the first version on": it also holds pre-releases of 0 and texts that are no version.
 */
export interface VersionInterval {
  readonly from?: VersionBound;
  readonly to?: VersionBound;
}

/** Whether the version lies between the bounds, in the order of the scheme. Never throws. */
export function inInterval(scheme: VersionScheme, version: string, interval: VersionInterval): boolean {
  const parsed = parseVersion(scheme, version);
  return isAbove(parsed, interval.from) && isBelow(parsed, interval.to);
}

function isAbove(version: ParsedVersion, bound: VersionBound | undefined): boolean {
  if (bound === undefined || (bound.version === '0' && bound.inclusive)) return true;
  const order = compareParsed(version, parseVersion(version.scheme, bound.version));
  return order > 0 || (order === 0 && bound.inclusive);
}

function isBelow(version: ParsedVersion, bound: VersionBound | undefined): boolean {
  if (bound === undefined) return true;
  const order = compareParsed(version, parseVersion(version.scheme, bound.version));
  return order < 0 || (order === 0 && bound.inclusive);
}
