/**
 * Measures comparing on the shared test data: `node packages/versions/src/testing-speed.ts`. Each figure is the best of
 * several runs, in microseconds: comparing two texts, reading one, comparing two that were read before.
 */
import { comparisonFiles, readComparisons } from './testing.ts';
import { compareParsed, compareVersions, parseVersion } from './version.ts';

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

for (const { scheme, file } of comparisonFiles) {
  const all = readComparisons(file);
  const rows = Array.from({ length: rowsPerRun }, (_, n) => all[(n * 7) % all.length]).filter(
    (row) => row !== undefined,
  );
  const parsed = rows.map(({ a, b }) => ({ a: parseVersion(scheme, a), b: parseVersion(scheme, b) }));
  const texts = best(rows.length, () => rows.reduce((sum, { a, b }) => sum + compareVersions(scheme, a, b), 0));
  const parse = best(rows.length, () => rows.reduce((sum, { a }) => sum + parseVersion(scheme, a).key.length, 0));
  const keys = best(rows.length, () => parsed.reduce((sum, { a, b }) => sum + compareParsed(a, b), 0));
  console.log(`${file.padEnd(34)} ${scheme.padEnd(9)} compare ${texts}  parse ${parse}  compare parsed ${keys}`);
}
