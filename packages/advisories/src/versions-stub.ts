/** The schemes of @bulkhead/versions. */
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
