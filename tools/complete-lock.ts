/**
 * Adds to package-lock.json the optional packages of other platforms that npm left out because the registry it was
 * written against does not carry them. Without their entries `npm ci` refuses the lock file everywhere. Versions are
 * those the parents pin; npm fetches their addresses and hashes where such a platform installs them.
 * Run after every `npm install`: `node tools/complete-lock.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './lib/repository-root.ts';

interface Entry {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

const systems: Readonly<Record<string, string>> = {
  darwin: 'darwin',
  linux: 'linux',
  win32: 'win32',
  windows: 'win32',
  freebsd: 'freebsd',
  android: 'android',
  openharmony: 'openharmony',
  netbsd: 'netbsd',
  openbsd: 'openbsd',
  sunos: 'sunos',
  aix: 'aix',
};
const processors = ['x64', 'arm64', 'ppc64', 's390x', 'riscv64', 'loong64', 'mips64el', 'ia32', 'arm', 'wasm32'];

const path = join(repositoryRoot, 'package-lock.json');
const lock = JSON.parse(readFileSync(path, 'utf8')) as { packages: Record<string, Entry> };
const { packages } = lock;

/** The folder a package would be found in from another one, as Node looks it up. */
function find(from: string, name: string): string | undefined {
  for (
    let base = from;
    ;
    base = base.includes('/node_modules/') ? base.slice(0, base.lastIndexOf('/node_modules/')) : ''
  ) {
    const at = `${base === '' ? '' : `${base}/`}node_modules/${name}`;
    if (packages[at]) return at;
    if (base === '') return undefined;
  }
}

/** Where a platform package may be installed, read from its name: `@x/cli-linux-arm64-musl`. */
function platformOf(name: string): Pick<Entry, 'os' | 'cpu' | 'libc'> {
  const words = name.split(/[-/@.]/);
  const system = words.map((word) => systems[word]).find((word) => word !== undefined);
  const processor = /armv7|gnueabihf|musleabihf|arm-eabi/.test(name)
    ? 'arm'
    : words.includes('ppc64le') || words.includes('ppc64')
      ? 'ppc64'
      : processors.find((word) => words.includes(word));
  return {
    ...(system ? { os: [system] } : {}),
    ...(processor ? { cpu: [processor] } : {}),
    ...(system === 'linux' && name.includes('musl') ? { libc: ['musl'] } : {}),
  };
}

let added = 0;
for (const [from, parent] of Object.entries(packages)) {
  for (const [name, range] of Object.entries(parent.optionalDependencies ?? {})) {
    if (find(from, name)) continue;
    const version = (range.startsWith('npm:') ? range.slice(range.lastIndexOf('@') + 1) : range).replace(/^[\^~]/, '');
    packages[`node_modules/${name}`] = {
      version,
      ...(parent.dev ? { dev: true } : {}),
      optional: true,
      ...platformOf(name),
    };
    added += 1;
  }
}
const { '': root, ...rest } = packages;
const sorted = Object.fromEntries(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(path, `${JSON.stringify({ ...lock, packages: { '': root, ...sorted } }, null, 2)}\n`);
process.stdout.write(`${added} packages of other platforms added to package-lock.json\n`);
