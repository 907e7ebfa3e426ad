import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareParsed, compareVersions, maxVersionLength, parseVersion, type VersionScheme } from './version.ts';

const schemes: readonly VersionScheme[] = [
  'semver',
  'deb',
  'rpm',
  'apk',
  'pep440',
  'maven',
  'gem',
  'composer',
  'nuget',
  'pub',
  'cran',
  'hackage',
  'linux',
  'generic',
];

const pieces = [
  '0',
  '00',
  '1',
  '01',
  '2',
  '9',
  '10',
  '99999999999999999999',
  'a',
  'b',
  'm',
  'p',
  'r',
  'z',
  'A',
  'alpha',
  'beta',
  'rc',
  'RC',
  'dev',
  'post',
  'pre',
  'sp',
  'ga',
  'Final',
  'SNAPSHOT',
  'git',
  'foo',
  'v',
  'deadbeef1234',
  '_p',
  '_rc',
  '.',
  '.',
  '.',
  '-',
  '-',
  '_',
  '+',
  '~',
  '^',
  ':',
  '!',
  '#',
  '*',
  '-r',
  '-rc',
  ' ',
  'é',
  '\0',
  '"',
  '|',
];
const versionLike = fc.array(fc.constantFrom(...pieces), { maxLength: 9 }).map((parts) => parts.join(''));
const anyText = fc.oneof({ weight: 4, arbitrary: versionLike }, fc.string({ unit: 'binary', maxLength: 30 }));
const anyScheme = fc.constantFrom(...schemes);

test('in every scheme the order is antisymmetric and transitive, whatever the texts are', () => {
  let strict = 0;
  fc.assert(
    fc.property(anyScheme, anyText, anyText, anyText, (scheme, a, b, c) => {
      const ab = compareVersions(scheme, a, b);
      const bc = compareVersions(scheme, b, c);
      const ac = compareVersions(scheme, a, c);
      assert.equal(compareVersions(scheme, b, a), 0 - ab);
      assert.equal(compareVersions(scheme, a, a), 0);
      if (ab === bc) assert.equal(ac, ab);
      if (ab === 0) assert.equal(ac, bc);
      if (bc === 0) assert.equal(ac, ab);
      if (ab !== 0) strict++;
    }),
    { numRuns: 20_000 },
  );
  assert.ok(strict > 10_000, `only ${strict} pairs differed`);
});

test('keys are printable ASCII and order as the versions do, by characters and by bytes', () => {
  fc.assert(
    fc.property(anyScheme, anyText, anyText, (scheme, a, b) => {
      const [left, right] = [parseVersion(scheme, a), parseVersion(scheme, b)];
      assert.match(left.key, /^[!-~]+$/);
      assert.equal(
        Math.sign(Buffer.compare(Buffer.from(left.key), Buffer.from(right.key))),
        compareParsed(left, right),
      );
      assert.equal(compareParsed(left, right), compareVersions(scheme, a, b));
    }),
    { numRuns: 5000 },
  );
});

test('no key of a version is the beginning of another, so that what a scheme appends never disturbs the order', () => {
  const regular = fc
    .array(fc.constantFrom('0', '1', '2', '10', '.', '.', '-', 'a', 'rc', 'beta'), { minLength: 1, maxLength: 9 })
    .map((parts) => `1${parts.join('')}`);
  const schemesOfEndings = fc.constantFrom<VersionScheme>('deb', 'rpm', 'gem', 'maven', 'linux', 'pub');
  let seen = 0;
  fc.assert(
    fc.property(schemesOfEndings, regular, regular, (scheme, a, b) => {
      const [left, right] = [parseVersion(scheme, a), parseVersion(scheme, b)];
      if (left.irregular || right.irregular) return;
      assert.ok(left.key === right.key || !left.key.startsWith(right.key), `${scheme}: ${a} and ${b}`);
      seen++;
    }),
    { numRuns: 5000 },
  );
  assert.ok(seen > 1000, `only ${seen} pairs were versions`);
});

test('white space around a version is no part of it', () => {
  for (const scheme of schemes) assert.equal(compareVersions(scheme, ' 1.2.3\n', '1.2.3'), 0);
});

test('* is above every version', () => {
  fc.assert(
    fc.property(anyScheme, anyText, (scheme, text) => {
      assert.equal(compareVersions(scheme, text, '*'), text.trim() === '*' ? 0 : -1);
    }),
  );
});

test('versions of different schemes go by the generic order', () => {
  assert.equal(compareParsed(parseVersion('deb', '1.2-1'), parseVersion('rpm', '1.10')), -1);
  assert.equal(compareParsed(parseVersion('maven', '1.2'), parseVersion('semver', '1.2.0')), 0);
});

/** The least of a few runs, in milliseconds: what a busy machine adds is no cost of the text. */
function leastTime(run: () => void): number {
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return Math.min(...times);
}

test('hostile texts of 100 KB are cut, marked irregular and cost no more than short ones', () => {
  const size = 100_000;
  const units = [
    '1',
    '0',
    'a',
    '.',
    '-',
    '~',
    '1.',
    '0.',
    '1-',
    'a1',
    '1a',
    '-r',
    '_p',
    '.0-',
    '+a',
    '1!',
    'é',
    '\0',
    ' ',
  ];
  let count = 0;
  for (const scheme of schemes)
    for (const unit of units)
      for (const text of [unit.repeat(size / unit.length), `1.0${unit.repeat(size / unit.length)}x`]) {
        const parsed = parseVersion(scheme, text);
        const took = leastTime(() => compareVersions(scheme, text, `${text}1`));
        assert.ok(took < 5, `${scheme} took ${took} ms over "${unit}" repeated`);
        assert.ok(parsed.irregular, `${scheme} takes "${unit}" repeated for a version`);
        assert.ok(parsed.key.length <= 8 * maxVersionLength, `${scheme} makes a key of ${parsed.key.length}`);
        count++;
      }
  assert.equal(count, schemes.length * units.length * 2);
});
