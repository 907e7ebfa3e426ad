/** A distribution and, where it has releases, which one: advisories of one release say nothing about another. */
export interface DistroStream {
  /** `debian`, `almalinux`, `alpine`... */
  readonly distro: string;
  readonly stream?: string;
}

interface DistroRule {
  /** As OSV writes it, lower case. */
  readonly ecosystems: readonly string[];
  /** purl type and namespaces. */
  readonly type: 'deb' | 'rpm' | 'apk' | 'alpm';
  readonly namespaces: readonly string[];
  /** Words of the `distro` qualifier; the namespaces as well. */
  readonly ids?: readonly string[];
  /** How many numbers name the release; 0 = rolling, no releases. */
  readonly numbers: 0 | 1 | 2;
}

const rules: ReadonlyMap<string, DistroRule> = new Map<string, DistroRule>([
  ['debian', { ecosystems: ['debian'], type: 'deb', namespaces: ['debian'], numbers: 1 }],
  ['ubuntu', { ecosystems: ['ubuntu'], type: 'deb', namespaces: ['ubuntu'], numbers: 2 }],
  ['alpine', { ecosystems: ['alpine'], type: 'apk', namespaces: ['alpine'], numbers: 2 }],
  ['wolfi', { ecosystems: ['wolfi'], type: 'apk', namespaces: ['wolfi'], numbers: 0 }],
  ['chainguard', { ecosystems: ['chainguard'], type: 'apk', namespaces: ['chainguard'], numbers: 0 }],
  ['almalinux', { ecosystems: ['almalinux'], type: 'rpm', namespaces: ['almalinux', 'alma'], numbers: 1 }],
  [
    'rocky',
    { ecosystems: ['rocky linux'], type: 'rpm', namespaces: ['rocky', 'rocky-linux', 'rockylinux'], numbers: 1 },
  ],
  [
    'rhel',
    { ecosystems: ['red hat'], type: 'rpm', namespaces: ['redhat', 'rhel'], ids: ['rhel', 'el', 'redhat'], numbers: 1 },
  ],
  ['centos', { ecosystems: ['centos'], type: 'rpm', namespaces: ['centos'], numbers: 1 }],
  ['oracle', { ecosystems: ['oracle linux'], type: 'rpm', namespaces: ['oracle', 'oraclelinux', 'ol'], numbers: 1 }],
  ['fedora', { ecosystems: ['fedora'], type: 'rpm', namespaces: ['fedora'], numbers: 1 }],
  ['amazon', { ecosystems: ['amazon linux'], type: 'rpm', namespaces: ['amazon', 'amzn'], numbers: 1 }],
  ['mageia', { ecosystems: ['mageia'], type: 'rpm', namespaces: ['mageia'], numbers: 1 }],
  ['openeuler', { ecosystems: ['openeuler'], type: 'rpm', namespaces: ['openeuler'], numbers: 2 }],
  ['photon', { ecosystems: ['photon os'], type: 'rpm', namespaces: ['photon'], numbers: 2 }],
  ['azurelinux', { ecosystems: ['azure linux'], type: 'rpm', namespaces: ['azurelinux', 'mariner'], numbers: 1 }],
  ['opensuse', { ecosystems: ['opensuse'], type: 'rpm', namespaces: ['opensuse'], numbers: 2 }],
  ['suse', { ecosystems: ['suse'], type: 'rpm', namespaces: ['suse', 'sles', 'sle'], numbers: 2 }],
  ['arch', { ecosystems: ['arch linux'], type: 'alpm', namespaces: ['arch', 'archlinux'], numbers: 0 }],
]);

const distroOfOsv = new Map([...rules].flatMap(([id, rule]) => rule.ecosystems.map((name) => [name, id] as const)));
const distroOfNamespace: ReadonlyMap<string, string> = new Map(
  [...rules].flatMap(([id, rule]) => rule.namespaces.map((name) => [`${rule.type}/${name}`, id] as const)),
);

const codenames = new Map(
  Object.entries({
    jessie: '8',
    stretch: '9',
    buster: '10',
    bullseye: '11',
    bookworm: '12',
    trixie: '13',
    forky: '14',
    trusty: '14.04',
    xenial: '16.04',
    bionic: '18.04',
    focal: '20.04',
    jammy: '22.04',
    kinetic: '22.10',
    lunar: '23.04',
    mantic: '23.10',
    noble: '24.04',
    oracular: '24.10',
    plucky: '25.04',
    questing: '25.10',
  }),
);

const maxKept = 1000;
const kept = new Map<string, DistroStream | undefined>();

/** The distribution behind an OSV ecosystem (`Ubuntu:22.04:LTS`, `Alpine:v3.18`); nothing for language ecosystems. */
export function distroOfEcosystem(ecosystem: string): DistroStream | undefined {
  if (kept.has(ecosystem)) return kept.get(ecosystem);
  const found = readEcosystem(ecosystem);
  if (kept.size >= maxKept) kept.clear();
  kept.set(ecosystem, found);
  return found;
}

function readEcosystem(ecosystem: string): DistroStream | undefined {
  const colon = ecosystem.indexOf(':');
  const base = (colon === -1 ? ecosystem : ecosystem.slice(0, colon)).trim().toLowerCase();
  const distro = distroOfOsv.get(base);
  if (distro === undefined) return undefined;
  return withStream(distro, colon === -1 ? '' : ecosystem.slice(colon + 1));
}

/** The distribution of a purl: type and namespace name it, the `distro` qualifier its release. */
export function distroOfPurl(
  type: string,
  namespace: string | undefined,
  qualifier?: string,
): DistroStream | undefined {
  const first = (namespace ?? '').split('/', 1)[0] ?? '';
  const distro = distroOfNamespace.get(`${type}/${first.toLowerCase()}`);
  return distro === undefined ? undefined : withStream(distro, qualifierRelease(distro, qualifier ?? ''));
}

/** `debian-12`, `rhel-9.3`, `opensuse-leap-15.5`, `el9`, `bookworm`, `12` name a release; another distribution's does not. */
function qualifierRelease(distro: string, qualifier: string): string {
  const text = qualifier.trim().toLowerCase();
  const release = /^([a-z]+(?:[-_][a-z]+)*)?[-_ ]?v?(\d.*)?$/.exec(text);
  if (!release) return '';
  const [, word, number] = release;
  if (number === undefined) return word ?? '';
  if (word === undefined) return number;
  const rule = rules.get(distro);
  const names = [distro, ...(rule?.namespaces ?? []), ...(rule?.ids ?? [])];
  return names.some((name) => word === name || word.startsWith(`${name}-`)) ? number : '';
}

function withStream(distro: string, release: string): DistroStream {
  const numbers = rules.get(distro)?.numbers ?? 0;
  if (numbers === 0) return { distro, stream: 'rolling' };
  const known = codenames.get(release.toLowerCase());
  const found = known ?? /\d+(?:\.\d+)*/.exec(servicePack(release).slice(0, 100))?.[0];
  if (found === undefined) return { distro };
  const parts = found.split('.').map((part) => part.replace(/^0+(?=\d\d)/, ''));
  // Alpine 3.18.4 is of the stream 3.18, Debian 12.5 of 12; SLES 15 is 15.0.
  const wanted = Array.from({ length: numbers }, (_, i) => parts[i] ?? '0');
  return { distro, stream: wanted.join('.') };
}

/** SUSE: "Linux Enterprise Server 15 SP4" is release 15.4. */
function servicePack(release: string): string {
  return release.replace(/(\d+)[ -]?SP(\d+)/i, '$1.$2');
}
