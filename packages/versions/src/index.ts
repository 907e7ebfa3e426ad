export { VersionsError, type VersionsErrorCode } from './errors.ts';
export { inInterval, type VersionBound, type VersionInterval } from './interval.ts';
export { schemeOfEcosystem, schemeOfPurlType } from './scheme-of.ts';
export { parseVers, type Vers, type VersComparator, type VersConstraint, versContains } from './vers.ts';
export {
  compareParsed,
  compareVersions,
  maxVersionLength,
  type ParsedVersion,
  parseVersion,
  type VersionScheme,
} from './version.ts';
