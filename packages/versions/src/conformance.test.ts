import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparisonFiles, readComparisons, skipWithoutData } from './testing.ts';
import { compareVersions, type VersionScheme } from './version.ts';

const skip = skipWithoutData;

const rowsPerEcosystem = {
  Alpine: 14_757,
  CRAN: 78,
  Debian: 14_472,
  Hackage: 11,
  Maven: 14_854,
  NuGet: 35,
  Packagist: 10_725,
  Pub: 100,
  PyPI: 12_412,
  'Red Hat': 165,
  RubyGems: 4_123,
  npm: 86,
};

/**
 * Rows that no order can hold: with the others of their file they form a circle. The circle begins with what the row
 * says is greater and climbs to what it says is smaller (or, for an equal row, from one of the two to the other).
 */
const contradictions: readonly { file: string; row: string; circle: readonly string[]; scheme: VersionScheme }[] = [
  {
    // 2.9.0-1 < 2.9.0.RC1 < 2.9.0 < 2.9.0-1: the same file holds `2.9.0.RC3 < 2.9.0` and `2.9.0 < 2.9.0-1`.
    file: 'maven-versions-generated.txt',
    row: '2.9.0-1 < 2.9.0.RC1',
    circle: ['2.9.0.RC1', '2.9.0.RC3', '2.9.0', '2.9.0-1'],
    scheme: 'maven',
  },
  {
    // Likewise, with `1.1.0.Beta2 < 1.1.0.Final` and the hand-written `1.0.0 < 1.0-1`.
    file: 'maven-versions-generated.txt',
    row: '1.1.0-01-glassfish < 1.1.0.Beta1',
    circle: ['1.1.0.Beta1', '1.1.0.Beta2', '1.1.0.Final', '1.1.0-01-glassfish'],
    scheme: 'maven',
  },
  {
    // Likewise, with `1.0.0 < 1.0.0-gradle-rework-beta1`, and a candidate is below its release.
    file: 'maven-versions-generated.txt',
    row: '1.0.0-gradle-rework-beta3 < 1.0.0.RC7-3',
    circle: ['1.0.0.RC7-3', '1.0.0.RC8', '1.0.0', '1.0.0-gradle-rework-beta1', '1.0.0-gradle-rework-beta3'],
    scheme: 'maven',
  },
  {
    // The file also says 1.2.3.# = 1.2.3, and 1.2.3 < 1.2.3.1 is how version_compare treats every longer version.
    file: 'packagist-versions.txt',
    row: '1.2.3.# = 1.2.3.1',
    circle: ['1.2.3.#', '1.2.3.1'],
    scheme: 'composer',
  },
];

test('every comparison of the shared tables is answered as the ecosystem answers it, in both directions', {
  skip,
}, () => {
  const seen: Record<string, number> = {};
  const wrong: string[] = [];
  for (const { file, ecosystem, scheme } of comparisonFiles)
    for (const { a, b, expected, line } of readComparisons(file)) {
      seen[ecosystem] = (seen[ecosystem] ?? 0) + 1;
      if (compareVersions(scheme, a, b) !== expected || compareVersions(scheme, b, a) !== 0 - expected)
        wrong.push(`${file}: ${line}`);
    }
  assert.deepEqual(wrong.sort(), contradictions.map(({ file, row }) => `${file}: ${row}`).sort());
  assert.deepEqual(seen, rowsPerEcosystem);
  assert.equal(
    Object.values(seen).reduce((sum, count) => sum + count, 0),
    71_818,
  );
});

test('the rows answered otherwise contradict the rest of their table', { skip }, () => {
  for (const { file, row, circle, scheme } of contradictions) {
    const { a, b } = readComparisons(file).find(({ line }) => line === row) ?? assert.fail(`${row} is not in ${file}`);
    assert.deepEqual([circle[0], circle.at(-1)].sort(), [a, b].sort());
    for (const [at, version] of circle.slice(1).entries())
      assert.equal(compareVersions(scheme, circle[at] ?? '', version), -1, `${circle[at]} < ${version}`);
  }
});
