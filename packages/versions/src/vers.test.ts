import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { VersionsError } from './errors.ts';
import { parseVers, versContains } from './vers.ts';

function assertHolds(range: string, inside: readonly string[], outside: readonly string[]): void {
  const vers = parseVers(range);
  for (const version of inside) assert.ok(versContains(vers, version), `${range} holds ${version}`);
  for (const version of outside) assert.ok(!versContains(vers, version), `${range} does not hold ${version}`);
}

test('a range is read into its constraints, in the scheme of its type', () => {
  const vers = parseVers('vers:deb/>=1.2|!=1.5-1|<2.0');
  assert.deepEqual(
    { ...vers, constraints: vers.constraints.map(({ comparator, version }) => [comparator, version.text]) },
    {
      type: 'deb',
      scheme: 'deb',
      any: false,
      constraints: [
        ['>=', '1.2'],
        ['!=', '1.5-1'],
        ['<', '2.0'],
      ],
      repairs: [],
    },
  );
  assert.deepEqual(
    ['vers:pypi/*', 'vers:alpine/1', 'vers:semver/1', 'vers:openssl/1.0.2k', 'vers:test/1'].map(
      (text) => parseVers(text).scheme,
    ),
    ['pep440', 'apk', 'semver', 'generic', 'generic'],
  );
});

test('a version lies in a range as the specification says', () => {
  assertHolds('vers:deb/>=1.2|<2.0', ['1.2', '1.2-1', '2.0~rc1'], ['1.2~rc1', '2.0', '1:1.5']);
  assertHolds('vers:npm/1.2.3|>=2.0.0|<5.0.0', ['1.2.3', 'v1.2.3', '2.0.0', '4.9.9'], ['1.2.4', '5.0.0', '2.0.0-rc.1']);
  assertHolds('vers:gem/>=2.2.0|!=2.2.1|<2.3.0', ['2.2.0', '2.2.2'], ['2.2.1', '2.3.0', '2.1']);
  assertHolds('vers:pypi/<=1.3.0|3.0.0', ['1.0.0', '1.3', '3.0'], ['1.3.1', '2', '3.0.1']);
  assertHolds('vers:pypi/<=1.0.0|>=2.0.0', ['0.1', '1.0', '2.0', '9'], ['1.5']);
  assertHolds('vers:maven/<1|>=2|<3|>=4', ['0.9', '2', '2.9', '4', '99'], ['1', '1.5', '3', '3.9']);
  assertHolds('vers:generic/>1.0.2k|<1.0.3', ['1.0.2l', '1.0.2za'], ['1.0.2k', '1.0.3', '1.0.2']);
  assertHolds('vers:npm/*', ['1.0.0', 'nonsense'], []);
  assertHolds('vers:npm/!=1.0.0|!=2.0.0', ['1.0.1', '0.1.0'], ['1.0.0', '2.0.0']);
  assertHolds('vers:npm/1.0.0|!=2.0.0', ['1.0.0'], ['2.0.0', '3.0.0']);
});

test('percent-encoding is undone once', () => {
  assert.equal(parseVers('vers:npm/1.0%252F0').constraints[0]?.version.text, '1.0%2F0');
  assertHolds('vers:deb/>=1%3A2.0%2Bdfsg|<2:0', ['1:2.0+dfsg', '1:3'], ['2.0', '1:2.0']);
});

test('what breaks the specification but can only mean one thing is repaired and named', () => {
  for (const [text, repair] of [
    ['vers:npm/<2.0.0|>=1.0.0', /sorted/],
    ['vers:npm/>=1.0.0| <2.0.0', /white space/],
    [' vers:npm/>=1.0.0|<2.0.0', /white space/],
    ['vers:npm/>= 1.0.0|<2.0.0', /white space/],
    ['vers:npm/|>=1.0.0|<2.0.0', /pipe/],
    ['vers:npm/>=1.0.0||<2.0.0|', /pipe/],
    ['VERS:npm/>=1.0.0|<2.0.0', /lower case/],
    ['vers:NPM/>=1.0.0|<2.0.0', /lower case/],
    ['vers:npm/=1.0.0|>1.0.1|<2.0.0', /equality/],
  ] as const) {
    assert.match(parseVers(text).repairs.join(), repair, text);
    assertHolds(text, ['1.0.0', '1.9.9'], ['0.9.0', '2.0.0']);
  }
});

test('what leaves the meaning open is refused', () => {
  const texts = [
    '',
    'vers:',
    'vers:npm',
    'vers:npm/',
    'vers:/1',
    'vers:1a/1',
    'purl:npm/1',
    'vers:npm/|',
    'vers:npm/>=',
    'vers:invalid/1',
    'vers:npm/*|1.0.0',
    'vers:npm/>*',
    'vers:npm/1 2',
    'vers:npm/==1',
    'vers:npm/><1',
    'vers:npm/1.0%2G0',
    'vers:npm/%',
    'vers:npm/1.0.0|1.0.0',
    'vers:npm/>=1.0|<1.0.0',
    'vers:npm/>1|>2',
    'vers:npm/<1|<2',
    'vers:npm/>1|2',
    'vers:npm/1|<2',
  ];
  for (const text of texts)
    assert.throws(() => parseVers(text), { constructor: VersionsError, code: 'versions.bad-range' }, text);
  assert.equal(texts.length, 23);
});

test('long ranges are refused before they are read, and any text is either read or refused', () => {
  assert.throws(() => parseVers(`vers:npm/${'1'.repeat(70_000)}`), VersionsError);
  assert.throws(() => parseVers(`vers:npm/${Array.from({ length: 2001 }, (_, n) => n).join('|')}`), /2000 constraints/);
  assert.equal(parseVers(`vers:npm/${Array.from({ length: 2000 }, (_, n) => n).join('|')}`).constraints.length, 2000);
  const part = fc.constantFrom('1', '2.0', '>', '<=', '!=', '=', '*', '|', '%', '%20', ' ', 'é', '/', ':');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      try {
        versContains(parseVers(`vers:npm/${parts.join('')}`), '1.5.0');
      } catch (error) {
        assert.ok(error instanceof VersionsError);
      }
    }),
    { numRuns: 3000 },
  );
});
