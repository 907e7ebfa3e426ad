/**
 * Measures comparing on the shared test data: `node packages/versions/src/testing-speed.ts`. Each figure is the best of
 * several runs, in microseconds: comparing two texts, reading one, comparing two that were read before.
 */
import { comparisonFiles, readComparisons } from './testing.ts';
import { compareParsed, compareVersions, parseVersion, type VersionScheme } from './version.ts';

const runs = 60;
const rowsPerRun = 4000;

/** The best of several runs, per item, so that what else the machine does counts as little as possible. */
function best(count: number, run: () => number): string {
  let least = Number.POSITIVE_INFINITY;
  for (let n = 0; n < runs; n++) {
    const start = performance.now();
    if (Number.isNaN(run())) throw new Error('unreachable; it keeps the result in use');
    least = Math.min(least, performance.now() - start);
  }
  return ((least * 1000) / count).toFixed(2);
}

/** No table covers these two: neighbours in lists of what such versions look like. */
function pairs(versions: string): readonly { a: string; b: string }[] {
  const list = versions.split(' ');
  return list.map((a, at) => ({ a, b: list[(at + 1) % list.length] ?? a }));
}

const kernels = pairs(
  '5.10.100 5.10.100-yocto-standard 6.1.55+git0+1a2b 6.6-rc3 4.19.* 5.15.0-91-generic 6.12.8 2.6.32.71',
);
const components = pairs(
  '1.0.2k 1.1.1za 3.0.13 7.88.1 2.4.0-rc1 v5.66 1.9.5p2 2.36.1+gitAUTOINC+1a2b OpenSSL_1_1_1w 8.9_p1',
);

function measure(name: string, scheme: VersionScheme, all: readonly { a: string; b: string }[]): void {
  const rows = Array.from({ length: rowsPerRun }, (_, n) => all[(n * 7) % all.length]).filter(
    (row) => row !== undefined,
  );
  const parsed = rows.map(({ a, b }) => ({ a: parseVersion(scheme, a), b: parseVersion(scheme, b) }));
  const texts = best(rows.length, () => rows.reduce((sum, { a, b }) => sum + compareVersions(scheme, a, b), 0));
  const parse = best(rows.length, () => rows.reduce((sum, { a }) => sum + parseVersion(scheme, a).key.length, 0));
  const keys = best(rows.length, () => parsed.reduce((sum, { a, b }) => sum + compareParsed(a, b), 0));
  console.log(`${name.padEnd(34)} ${scheme.padEnd(9)} compare ${texts}  parse ${parse}  compare parsed ${keys}`);
}

for (const { scheme, file } of comparisonFiles) measure(file, scheme, readComparisons(file));
measure('kernels', 'linux', kernels);
measure('components', 'generic', components);
