import { TOP, type VersionKey } from './keys.ts';
import { apkKey } from './schemes/apk.ts';
import { composerKey } from './schemes/composer.ts';
import { debKey } from './schemes/deb.ts';
import { gemKey } from './schemes/gem.ts';
import { genericKey } from './schemes/generic.ts';
import { linuxKey } from './schemes/linux.ts';
import { mavenKey } from './schemes/maven.ts';
import { cranKey, hackageKey } from './schemes/numbers.ts';
import { pep440Key } from './schemes/pep440.ts';
import { rpmKey } from './schemes/rpm.ts';
import { nugetKey, pubKey, semverKey } from './schemes/semver.ts';

/** How versions are ordered; chosen by the ecosystem (`schemeOfPurlType`, `schemeOfEcosystem`), never guessed. */
export type VersionScheme =
  | 'semver'
  | 'deb'
  | 'rpm'
  | 'apk'
  | 'pep440'
  | 'maven'
  | 'gem'
  | 'composer'
  | 'nuget'
  | 'pub'
  | 'cran'
  | 'hackage'
  | 'linux'
  | 'generic';

export interface ParsedVersion {
  readonly scheme: VersionScheme;
  readonly text: string;
  /** The text is no version of the scheme. It is still ordered, but say so where the result is shown. */
  readonly irregular: boolean;
  /** A vendor's addition that the order ignores: `-yocto-standard` of a kernel, `+git...` of a component. */
  readonly irregularSuffix?: string;
  /**
   * Sorts as the version does within its scheme, by code units or bytes (in PostgreSQL: `COLLATE "C"`). Printable ASCII.
   * Not for reading, and not stable between releases of this package: derive it again when the package changes.
   */
  readonly key: string;
}

/** Longer texts are cut: no version is that long, and work and keys stay bounded. */
export const maxVersionLength = 512;

const keyOf: Readonly<Record<VersionScheme, (text: string) => VersionKey>> = {
  semver: semverKey,
  deb: debKey,
  rpm: rpmKey,
  apk: apkKey,
  pep440: pep440Key,
  maven: mavenKey,
  gem: gemKey,
  composer: composerKey,
  nuget: nugetKey,
  pub: pubKey,
  cran: cranKey,
  hackage: hackageKey,
  linux: linuxKey,
  generic: genericKey,
};

/**
 * Reads a version for comparing. Never throws: what is no version of the scheme is marked `irregular` and ordered by
 * what could be read of it. Surrounding white space is no part of a version. `*`, as CVE records write an open bound,
 * is above every version.
 */
export function parseVersion(scheme: VersionScheme, text: string): ParsedVersion {
  const { key, irregular, suffix } = readKey(scheme, text);
  const isIrregular = irregular || text.length > maxVersionLength;
  return suffix === undefined
    ? { scheme, text, irregular: isIrregular, key }
    : { scheme, text, irregular: isIrregular, irregularSuffix: suffix, key };
}

function readKey(scheme: VersionScheme, text: string): VersionKey {
  const bounded = text.length > maxVersionLength ? text.slice(0, maxVersionLength) : text;
  const version = bounded.trim();
  return version === '*' ? { key: TOP, irregular: false } : keyOf[scheme](version);
}

/** Orders two versions of one scheme. Versions of different schemes have no common order: they go by the generic one. */
export function compareParsed(a: ParsedVersion, b: ParsedVersion): -1 | 0 | 1 {
  if (a.scheme !== b.scheme) return compareVersions('generic', a.text, b.text);
  return compareKeys(a.key, b.key);
}

/** A total order for each scheme: antisymmetric, transitive, and defined on every text. */
export function compareVersions(scheme: VersionScheme, a: string, b: string): -1 | 0 | 1 {
  return a === b ? 0 : compareKeys(readKey(scheme, a).key, readKey(scheme, b).key);
}

function compareKeys(a: string, b: string): -1 | 0 | 1 {
  return a === b ? 0 : a < b ? -1 : 1;
}
