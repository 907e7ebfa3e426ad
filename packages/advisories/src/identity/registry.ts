import { formatPurl, type Purl, parsePurl, SbomError } from '@bulkhead/sbom';

/** OSV ecosystems whose names are those of one package registry, and the purl type of that registry. */
const purlTypeOfEcosystem: ReadonlyMap<string, string> = new Map([
  ['npm', 'npm'],
  ['pypi', 'pypi'],
  ['maven', 'maven'],
  ['go', 'golang'],
  ['crates.io', 'cargo'],
  ['rubygems', 'gem'],
  ['nuget', 'nuget'],
  ['packagist', 'composer'],
  ['pub', 'pub'],
  ['hex', 'hex'],
  ['hackage', 'hackage'],
  ['cran', 'cran'],
  ['conancenter', 'conan'],
  ['swifturl', 'swift'],
  ['bitnami', 'bitnami'],
  ['julia', 'julia'],
]);

/** Types that name a package in a registry of their own: `pkg:npm/curl` is never the C library curl. */
const registryTypes: ReadonlySet<string> = new Set([
  ...purlTypeOfEcosystem.values(),
  'cocoapods',
  'conda',
  'cpan',
  'huggingface',
  'luarocks',
  'vscode-extension',
  'chrome-extension',
  'wordpress',
]);

const distroTypes: ReadonlySet<string> = new Set(['deb', 'rpm', 'apk', 'alpm', 'opkg']);

/** Whose names a purl type uses: those of a registry, of a distribution, or of the projects themselves. */
export function namespaceOfType(type: string): 'registry' | 'distro' | 'upstream' {
  // Conan recipes carry the names of the C and C++ projects.
  if (registryTypes.has(type) && type !== 'conan') return 'registry';
  return distroTypes.has(type) ? 'distro' : 'upstream';
}

/** Whether the names of an OSV ecosystem are those of a registry of its own. */
export function isRegistryEcosystem(ecosystem: string): boolean {
  const base = (ecosystem.split(':', 1)[0] ?? '').toLowerCase();
  return registryTypes.has(purlTypeOfEcosystem.get(base) ?? base) || /^(android|github actions|vscode)$/.test(base);
}

/** The purl of a package of a language ecosystem; nothing for other ecosystems and for names that make no purl. */
export function purlOfEcosystem(ecosystem: string, name: string): string | undefined {
  const base = (ecosystem.split(':', 1)[0] ?? '').toLowerCase();
  // OSS-Fuzz names projects of C and C++; its newer records spell them as pkg:generic themselves.
  const type = base === 'oss-fuzz' ? 'generic' : purlTypeOfEcosystem.get(base);
  return type === undefined ? undefined : purlOfName(type, name);
}

/** The purl of a package named as its registry names it: `@scope/name`, `group:artifact`, `vendor/package`. */
export function purlOfName(type: string, name: string): string | undefined {
  const separator = type === 'maven' ? ':' : '/';
  const cut = name.lastIndexOf(separator);
  const namespace = cut === -1 ? undefined : name.slice(0, cut);
  try {
    return formatPurl({ type, namespace, name: name.slice(cut + 1) });
  } catch (error) {
    if (error instanceof SbomError) return undefined;
    throw error;
  }
}

/** The parts of a purl, or nothing when it cannot be read: a broken identifier identifies nothing. */
export function tryPurl(text: string): Purl | undefined {
  try {
    return parsePurl(text, 'lenient');
  } catch (error) {
    if (error instanceof SbomError) return undefined;
    throw error;
  }
}

/** The canonical purl without version and subpath; qualifiers stay, since they may select a distribution's release. */
export function unversionedPurl(purl: Purl): string {
  const { version: _version, subpath: _subpath, ...rest } = purl;
  return formatPurl(rest);
}

/** What two purls of one package share: type, namespace and name, folded where the registry folds. */
export function packageOf(purl: Purl): string {
  const namespace = purl.namespace === undefined ? '' : `${purl.namespace}/`;
  return `${purl.type}/${namespace}${foldName(purl.type, purl.name)}`;
}

function foldName(type: string, name: string): string {
  if (type === 'pypi') return name.toLowerCase().replace(/[-_.]+/g, '-'); // PEP 503
  if (type === 'nuget') return name.toLowerCase();
  if (type === 'cargo') return name.replaceAll('_', '-');
  return name;
}

/** `pkg:github/owner/name` of a repository URL on a forge that purl knows; nothing for others. */
export function purlOfRepository(url: string): string | undefined {
  const found =
    /^(?:https?|git|ssh):\/\/(?:[^@/]*@)?(github\.com|bitbucket\.org)\/([^/?#]+)\/([^/?#]+?)(?:\.git)?\/?$/i.exec(url);
  if (!found) return undefined;
  const [, host, namespace, name] = found;
  return purlOfName(host?.toLowerCase() === 'github.com' ? 'github' : 'bitbucket', `${namespace}/${name}`);
}
