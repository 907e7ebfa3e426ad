import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inInterval } from './interval.ts';
import { schemeOfEcosystem, schemeOfPurlType } from './scheme-of.ts';

test('the scheme follows from the purl type, and from nothing else', () => {
  const types = [
    'deb',
    'rpm',
    'apk',
    'npm',
    'cargo',
    'golang',
    'pypi',
    'maven',
    'gem',
    'composer',
    'nuget',
    'pub',
    'cran',
  ];
  assert.deepEqual(
    types.map((type) => schemeOfPurlType(type)),
    ['deb', 'rpm', 'apk', 'semver', 'semver', 'semver', 'pep440', 'maven', 'gem', 'composer', 'nuget', 'pub', 'cran'],
  );
  assert.equal(schemeOfPurlType('DEB'), 'deb');
  for (const type of ['yocto', 'generic', 'conan', 'github', 'alpm', '', '__proto__', 'constructor'])
    assert.equal(schemeOfPurlType(type), 'generic');
});

test('the scheme follows from the ecosystem of OSV, whatever its release', () => {
  const ecosystems = [
    'Debian:12',
    'Ubuntu:22.04:LTS',
    'AlmaLinux:9',
    'Red Hat:enterprise_linux:9::baseos',
    'Alpine:v3.18',
  ];
  assert.deepEqual(
    [...ecosystems, 'PyPI', 'npm', 'Go', 'crates.io', 'OSS-Fuzz', 'Linux', 'Root:Alpine:3.18'].map(schemeOfEcosystem),
    ['deb', 'deb', 'rpm', 'rpm', 'apk', 'pep440', 'semver', 'semver', 'semver', 'generic', 'linux', 'apk'],
  );
  for (const ecosystem of ['', 'FreeBSD', 'GIT', 'Debian12', '__proto__', ':Debian'])
    assert.equal(schemeOfEcosystem(ecosystem), undefined);
});

test('an interval takes its bounds in or leaves them out, and is open where it has none', () => {
  const from = { version: '1:2.0-1', inclusive: true };
  const to = { version: '1:2.4-3', inclusive: false };
  const inside = (version: string): boolean => inInterval('deb', version, { from, to });
  assert.deepEqual(['1:2.0-1', '1:2.4-2', '1:2.4-3~deb12u1'].map(inside), [true, true, true]);
  assert.deepEqual(['1:2.0-1~', '1:2.4-3', '2.2', '2:0'].map(inside), [false, false, false, false]);
  assert.ok(!inInterval('deb', '1:2.0-1', { from: { ...from, inclusive: false } }));
  assert.ok(inInterval('deb', '1:2.4-3', { to: { ...to, inclusive: true } }));
  assert.ok(inInterval('deb', 'anything', {}));
});

test('an interval that begins with 0 begins before everything, as OSV and CVE records mean it', () => {
  const to = { version: '2.0.0', inclusive: false };
  for (const version of ['0.0.0-alpha', '1.0.0', 'a1b2c3d4', 'nightly'])
    assert.ok(inInterval('semver', version, { from: { version: '0', inclusive: true }, to }), version);
  assert.ok(!inInterval('semver', '0', { from: { version: '0', inclusive: false }, to }));
});

test('the wildcards of CVE records are bounds: the top of a branch, and no bound at all', () => {
  const upTo = (scheme: 'linux' | 'generic' | 'semver', version: string, top: string): boolean =>
    inInterval(scheme, version, { from: { version: '0', inclusive: true }, to: { version: top, inclusive: true } });
  for (const scheme of ['linux', 'generic', 'semver'] as const) {
    assert.deepEqual(
      ['5.10', '5.10.0', '5.10.100', '5.10.9999'].map((version) => upTo(scheme, version, '5.10.*')),
      [true, true, true, true],
    );
    assert.deepEqual(
      ['5.11-rc1', '5.11', '5.100.1', '6.0'].map((version) => upTo(scheme, version, '5.10.*')),
      [false, false, false, false],
    );
    assert.deepEqual(
      [upTo(scheme, '6.0.9', '6.0.*'), upTo(scheme, '6.1', '6.0.*'), upTo(scheme, '99', '*')],
      [true, false, true],
    );
  }
});
