import { purlOfName } from '../identity/registry.ts';

/** Whose package a `collectionURL` names (CVE record format: "the collection of packages that packageName is in"). */
export interface Collection {
  readonly purl?: string;
  readonly ecosystem?: string;
  readonly name?: string;
}

const registries: readonly (readonly [host: RegExp, type: string])[] = [
  [/^(registry\.npmjs\.org|(www\.)?npmjs\.com)$/, 'npm'],
  [/^(pypi\.org|pypi\.python\.org)$/, 'pypi'],
  [/^(repo1?\.maven\.(apache\.)?org|central\.sonatype\.com|mvnrepository\.com|search\.maven\.org)$/, 'maven'],
  [/^rubygems\.org$/, 'gem'],
  [/^crates\.io$/, 'cargo'],
  [/^(www\.)?(nuget\.org|api\.nuget\.org)$/, 'nuget'],
  [/^(packagist|repo\.packagist)\.org$/, 'composer'],
  [/^(pkg\.go\.dev|proxy\.golang\.org)$/, 'golang'],
  [/^hex\.pm$/, 'hex'],
  [/^pub\.dev$/, 'pub'],
  [/^hackage\.haskell\.org$/, 'hackage'],
  [/^cran\.r-project\.org$/, 'cran'],
  [/^conan\.io$/, 'conan'],
];

const ecosystems: readonly (readonly [host: RegExp, ecosystem: string])[] = [
  [/^(access|catalog)\.redhat\.com$/, 'Red Hat'],
  [/^packages\.fedoraproject\.org$/, 'Fedora'],
  [/^(packages|tracker|security-tracker|sources)\.debian\.org$/, 'Debian'],
  [/^launchpad\.net$/, 'Ubuntu'],
  [/^pkgs\.alpinelinux\.org$/, 'Alpine'],
  [/^wordpress\.org$/, 'WordPress'],
];

/** The package that collection and name stand for; nothing when the collection is none that is known. */
export function packageOfCollection(
  collectionUrl: string | undefined,
  name: string | undefined,
  cpes: readonly string[],
  product: string | undefined,
): Collection | undefined {
  if (collectionUrl === undefined || name === undefined) return undefined;
  const host = /^https?:\/\/([^/:?#]+)/i.exec(collectionUrl)?.[1]?.toLowerCase();
  if (host === undefined) return undefined;
  const type = registries.find(([pattern]) => pattern.test(host))?.[1];
  if (type !== undefined) {
    const purl = purlOfName(type, type === 'maven' && !name.includes(':') ? name.replace('/', ':') : name);
    return purl === undefined ? undefined : { purl };
  }
  const ecosystem = ecosystems.find(([pattern]) => pattern.test(host))?.[1];
  if (ecosystem === undefined) return undefined;
  const release = ecosystem === 'Red Hat' ? redHatRelease(cpes, product) : undefined;
  return { ecosystem: release === undefined ? ecosystem : `${ecosystem}:enterprise_linux:${release}`, name };
}

/** Red Hat's records tell the release by CPE (`cpe:/o:redhat:enterprise_linux:9::baseos`) or in the product's name. */
function redHatRelease(cpes: readonly string[], product: string | undefined): string | undefined {
  for (const cpe of cpes) {
    const release = /:redhat:(?:enterprise_linux|rhel_[a-z0-9]+):(\d+)/i.exec(cpe)?.[1];
    if (release !== undefined) return release;
  }
  return /^Red Hat Enterprise Linux (\d+)/i.exec(product ?? '')?.[1];
}
