import type { VersionScheme } from './version.ts';

/** purl types whose versions have a scheme of their own; all others are read by the generic rules. */
const byPurlType: ReadonlyMap<string, VersionScheme> = new Map<string, VersionScheme>([
  ['apk', 'apk'],
  ['bitnami', 'semver'],
  ['cargo', 'semver'],
  // CocoaPods compares with Gem::Version.
  ['cocoapods', 'gem'],
  ['composer', 'composer'],
  ['cran', 'cran'],
  ['deb', 'deb'],
  ['elm', 'semver'],
  ['gem', 'gem'],
  ['golang', 'semver'],
  ['hackage', 'hackage'],
  ['hex', 'semver'],
  ['julia', 'semver'],
  ['maven', 'maven'],
  ['npm', 'semver'],
  ['nuget', 'nuget'],
  // opam and opkg say in their manuals that they order as Debian does.
  ['opam', 'deb'],
  ['opkg', 'deb'],
  ['pub', 'pub'],
  ['pypi', 'pep440'],
  ['rpm', 'rpm'],
  ['swift', 'semver'],
  ['vscode-extension', 'semver'],
]);

/** The ecosystems of the OSV schema (section "affected[].package"), without what follows the colon. */
const byEcosystem: ReadonlyMap<string, VersionScheme> = new Map<string, VersionScheme>([
  ['almalinux', 'rpm'],
  ['alpaquita', 'apk'],
  ['alpine', 'apk'],
  ['android', 'generic'],
  ['azure linux', 'rpm'],
  ['bellsoft hardened containers', 'apk'],
  ['bioconductor', 'semver'],
  ['bitnami', 'semver'],
  ['chainguard', 'apk'],
  ['cleanstart', 'apk'],
  ['conancenter', 'generic'],
  ['cran', 'cran'],
  ['crates.io', 'semver'],
  ['debian', 'deb'],
  ['echo', 'deb'],
  ['fedora', 'rpm'],
  ['ghc', 'hackage'],
  ['github actions', 'semver'],
  ['go', 'semver'],
  ['hackage', 'hackage'],
  ['hex', 'semver'],
  ['julia', 'semver'],
  ['kubernetes', 'semver'],
  ['linux', 'linux'],
  ['mageia', 'rpm'],
  ['maven', 'maven'],
  ['minimos', 'apk'],
  ['npm', 'semver'],
  ['nuget', 'nuget'],
  ['opam', 'deb'],
  ['openeuler', 'rpm'],
  ['opensuse', 'rpm'],
  ['oss-fuzz', 'generic'],
  ['packagist', 'composer'],
  ['photon os', 'rpm'],
  ['pub', 'pub'],
  ['pypi', 'pep440'],
  ['red hat', 'rpm'],
  ['rocky linux', 'rpm'],
  ['rubygems', 'gem'],
  ['suse', 'rpm'],
  ['swifturl', 'semver'],
  ['ubuntu', 'deb'],
  ['vcpkg', 'generic'],
  ['vscode', 'semver'],
  ['wolfi', 'apk'],
]);

/** The scheme of a purl type (`deb`, `npm`...). A type without a scheme of its own, or an unknown one, is generic. */
export function schemeOfPurlType(type: string): VersionScheme {
  return byPurlType.get(type.toLowerCase()) ?? 'generic';
}

/**
 * The scheme of an OSV ecosystem, release included (`Debian:12`, `Alpine:v3.18`; `Root:Alpine:3.18` names another one);
 * `undefined` when it is unknown or has versions of several kinds.
 */
export function schemeOfEcosystem(ecosystem: string): VersionScheme | undefined {
  const [first = '', second = ''] = ecosystem.toLowerCase().split(':', 2);
  return byEcosystem.get((first === 'root' ? second : first).trim());
}
