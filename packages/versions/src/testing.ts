import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { VersionScheme } from './version.ts';

/** One line of the shared comparisons. */
export interface Comparison {
  readonly a: string;
  readonly b: string;
  readonly expected: -1 | 0 | 1;
  readonly line: string;
}

const folder = fileURLToPath(new URL('../../../../shared/data/versions/', import.meta.url));

/** `false` when the data is there, else what to do. */
export const skipWithoutData = existsSync(folder)
  ? false
  : `the version test data is not at ${folder}; run inside the workspace that has it`;

/** All files of the data with their ecosystem and scheme. */
export const comparisonFiles: readonly { file: string; ecosystem: string; scheme: VersionScheme }[] = [
  { file: 'alpine-versions.txt', ecosystem: 'Alpine', scheme: 'apk' },
  { file: 'alpine-versions-generated.txt', ecosystem: 'Alpine', scheme: 'apk' },
  { file: 'cran-versions.txt', ecosystem: 'CRAN', scheme: 'cran' },
  { file: 'cran-versions-generated.txt', ecosystem: 'CRAN', scheme: 'cran' },
  { file: 'debian-versions.txt', ecosystem: 'Debian', scheme: 'deb' },
  { file: 'debian-versions-generated.txt', ecosystem: 'Debian', scheme: 'deb' },
  { file: 'hackage-versions.txt', ecosystem: 'Hackage', scheme: 'hackage' },
  { file: 'maven-versions.txt', ecosystem: 'Maven', scheme: 'maven' },
  { file: 'maven-versions-generated.txt', ecosystem: 'Maven', scheme: 'maven' },
  { file: 'nuget-versions.txt', ecosystem: 'NuGet', scheme: 'nuget' },
  { file: 'packagist-versions.txt', ecosystem: 'Packagist', scheme: 'composer' },
  { file: 'packagist-versions-generated.txt', ecosystem: 'Packagist', scheme: 'composer' },
  { file: 'pub-versions.txt', ecosystem: 'Pub', scheme: 'pub' },
  { file: 'pypi-versions.txt', ecosystem: 'PyPI', scheme: 'pep440' },
  { file: 'pypi-versions-generated.txt', ecosystem: 'PyPI', scheme: 'pep440' },
  { file: 'redhat-versions.txt', ecosystem: 'Red Hat', scheme: 'rpm' },
  { file: 'rubygems-versions.txt', ecosystem: 'RubyGems', scheme: 'gem' },
  { file: 'rubygems-versions-generated.txt', ecosystem: 'RubyGems', scheme: 'gem' },
  { file: 'semver-versions.txt', ecosystem: 'npm', scheme: 'semver' },
];

/** The comparisons of a file: `a < b`, `a = b` or `a > b` in each line but comments. A line of any other form throws. */
export function readComparisons(file: string): readonly Comparison[] {
  return readFileSync(`${folder}${file}`, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('//'))
    .map((line) => {
      const parts = /^(\S+) ([<=>]) (\S+)$/.exec(line);
      if (parts === null) throw new Error(`${file}: "${line}" is no comparison`);
      const [, a = '', sign, b = ''] = parts;
      return { a, b, expected: sign === '<' ? -1 : sign === '>' ? 1 : 0, line };
    });
}
