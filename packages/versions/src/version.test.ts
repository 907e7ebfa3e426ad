import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareVersions, parseVersion, type VersionScheme } from './version.ts';

/** Versions from the lowest to the highest; `=` joins equal ones. */
function assertOrder(scheme: VersionScheme, line: string): void {
  const ranked = line.split(' < ').flatMap((group, rank) => group.split(' = ').map((text) => ({ text, rank })));
  for (const a of ranked)
    for (const b of ranked)
      assert.equal(
        compareVersions(scheme, a.text, b.text),
        Math.sign(a.rank - b.rank),
        `${scheme}: ${a.text} and ${b.text}`,
      );
}

function irregular(scheme: VersionScheme, texts: readonly string[]): readonly string[] {
  return texts.filter((text) => parseVersion(scheme, text).irregular);
}

test('kernels: candidates are below their release, branches have a top, suffixes of vendors are ignored', () => {
  assertOrder('linux', '0 < 2.6.12-rc2 < 2.6.12 < 2.6.32 < 2.6.32.71 < 2.6.32.* < 2.6.* < 3.0 < 4.19.325');
  assertOrder(
    'linux',
    '5.10-rc1 < 5.10-rc10 = v5.10-rc10+ < 5.10 = 5.10.0 < 5.10.9 < 5.10.100 < 5.10.* < 5.11-rc1 < *',
  );
  assertOrder(
    'linux',
    '5.10.100 = 5.10.100-yocto-standard = 5.10.100+git0+abc < 5.10.101 < 6.1.55 = v6.1.55-91-generic',
  );
  assertOrder('linux', 'next-20230101 < 0 < 6.0 = 6.0.0 < 6.0.1 < 6.0.* < 6.1~rc3-1~exp1 < 6.1.0 = linux-6.1 < 6.*');
});

test('kernels: the ignored suffix is reported', () => {
  const suffix = (text: string): string | undefined => parseVersion('linux', text).irregularSuffix;
  assert.deepEqual(
    ['5.10.100-yocto-standard', '6.1.55+git0+1a2b', '5.15.0-91-generic', '6.1-rc3-dirty', '6.6.30', '6.1-rc3'].map(
      suffix,
    ),
    ['-yocto-standard', '+git0+1a2b', '-91-generic', '-dirty', undefined, undefined],
  );
  assert.deepEqual(irregular('linux', ['5.10.100-yocto', '5.10.*', '*', 'v6.1', 'next', '', 'abc1234']), [
    'next',
    '',
    'abc1234',
  ]);
});

test('components without a scheme: letters, patches and candidates stand where their projects mean them to', () => {
  assertOrder('generic', '1.0.2-beta3 < 1.0.2 = 1.0.2.0 = v1.0.2 < 1.0.2a < 1.0.2k < 1.0.2z < 1.0.2za < 1.0.3 < 1.1.0');
  assertOrder(
    'generic',
    '1.2~rc1 < 1.2-dev < 1.2a1 = 1.2-alpha1 < 1.2b1 < 1.2-pre3 < 1.2-rc1 = 1.2.0rc1 = 1.2_RC1 < 1.2',
  );
  assertOrder(
    'generic',
    '1.2 = 1.2-stable = 1.2.0-RELEASE = 1.2+dfsg < 1.2^git1 < 1.2_p1 = 1.2-p1 = 1.2pl1 < 1.2_p2 < 1.2-3 < 1.2.1',
  );
  assertOrder(
    'generic',
    '1.9.5 < 1.9.5p1 < 1.9.5p2 < 1.9.6 < 1.9.10 < 1.9.* < 1.10 < 2.87test4 < 2.87 < 5.66 < 5.66.1 < 1:0.1',
  );
  assertOrder('generic', '2020a < 2020b < 2021a < 2023-05-17 = 2023.05.17 < 20240101 < 99999999999999999999');
});

test('components without a scheme: a name in front is skipped, a text without a version is below all', () => {
  assertOrder(
    'generic',
    'master < 0 < 1_1_1 = OpenSSL_1_1_1 = 1.1.1 < OpenSSL_1_1_1w < lcms2.16rc1 < curl-7_57_0 = 7.57.0',
  );
  assertOrder(
    'generic',
    '9f1b2c3d4e < e1b2c3d4 < jackson-java8-2.13.4 = 2.13.4 < release-65-1 = 65.1 < gdb-99.1-rc1 < gdb-99.1',
  );
  assert.deepEqual(
    irregular('generic', [
      '1.2.3',
      'v1.2',
      '1.0.2k-fips',
      '1:2~rc1',
      '1.2+git1a2b',
      '1.2.*',
      'curl-7_57_0',
      'e1b2c3d4',
      '1.2 and up',
      '',
    ]),
    ['curl-7_57_0', 'e1b2c3d4', '1.2 and up', ''],
  );
  assert.equal(parseVersion('generic', '1.2+gitAUTOINC+0a1b').irregularSuffix, '+gitAUTOINC+0a1b');
});

test('semver: pre-releases by their identifiers, build ignored, repairs of everyday texts', () => {
  assertOrder(
    'semver',
    'nonsense < 1.0.0-0 < 1.0.0-2 < 1.0.0-10 < 1.0.0-a < 1.0.0-a.1 < 1.0.0-a-b < 1.0.0 = 1 = v1.0+x < 1.0.1',
  );
  assertOrder('semver', '1.2.3 < 1.2.3.4 < 1.2.3.5 < 1.2.3.10 < 1.2.4-rc.1 < 1.2.4');
  assert.deepEqual(irregular('semver', ['1.2.3', 'v1.2', '1.2.3-a.b+c', '1.2.3.4', '1.2.x', 'latest', '']), [
    '1.2.3.4',
    '1.2.x',
    'latest',
    '',
  ]);
});

test('deb: tilde, epoch, revision and repacking', () => {
  assertOrder(
    'deb',
    '1.0~~ < 1.0~rc1-1 < 1.0 = 0:1.0-0 < 1.0-1~deb12u1 < 1.0-1 < 1.0-1+b1 < 1.0-1.1 < 1.0a-1 < 1.0+dfsg-1 < 1:0.1',
  );
  assert.deepEqual(irregular('deb', ['1.0-1', '2:1.0~rc1+dfsg-1ubuntu2', 'v1.0', '1.0_1', '']), ['v1.0', '1.0_1', '']);
});

test('rpm: tilde, caret, epoch, and a missing release is below every release', () => {
  assertOrder('rpm', '1.0~rc1-1 < 1.0 < 1.0-1.el9 < 1.0-1.el9_2 < 1.0-2.el8 < 1.0^git1-1 < 1.0.1-1 < 1:0.1-1');
  assert.deepEqual(irregular('rpm', ['0:3.10.0-229.el7', '1.0^git1~pre-1', '1.0 1', '1-', '']), ['1.0 1', '1-', '']);
});

test('apk: suffixes, letters, revisions, and what apk-tools would refuse', () => {
  assertOrder(
    'apk',
    '1.2_alpha1-r0 < 1.2_rc2-r9 < 1.2 < 1.2-r0 < 1.2-r10 < 1.2_git20240101-r0 < 1.2_p1-r0 < 1.2a-r0 < 1.2.1-r0',
  );
  assertOrder('apk', '1.00 < 1.01 < 1.010 < 1.02 < 1.1 < 1.2 < 1.9.5p1-r1 < 1.9.5p2-r0 < 1.10');
  assert.deepEqual(irregular('apk', ['1.2.3-r0', '1.2b_p3~ab12-r1', '1.9.5p1-r1', '1.2-1', '1.2-r', 'x']), [
    '1.9.5p1-r1',
    '1.2-1',
    '1.2-r',
    'x',
  ]);
});

test('PEP 440: epochs, dev, pre, post and local versions; the rest is below', () => {
  assertOrder(
    'pep440',
    'legacy < 1.0.dev1 < 1.0a1.dev1 < 1.0a1 < 1.0b2 < 1.0c1 = 1.0rc1 = 1.0-preview_1 < 1.0 = v1.0.0',
  );
  assertOrder('pep440', '1.0 < 1.0+a < 1.0+a.1 < 1.0+1 < 1.0.post1.dev2 < 1.0-1 = 1.0.post1 = 1.0r1 < 1.0.1 < 1!0.1');
  assert.deepEqual(irregular('pep440', ['1.0', '1!1.0a1.post2.dev3+local.1', '1.0-final', '1.0.x', '']), [
    '1.0-final',
    '1.0.x',
    '',
  ]);
});

test('Maven: qualifiers around the release, nulls, and one order for dots and hyphens', () => {
  assertOrder(
    'maven',
    '1-alpha-1 = 1a1 < 1-beta < 1-m2 < 1-cr = 1-RC < 1-SNAPSHOT < 1 = 1.0.0 = 1.ga < 1-sp < 1-foo < 1-1 < 1.1',
  );
  assertOrder('maven', '1.1.RC1 < 1.1-RC1 < 1.1 < 1.1-0.1 < 1.1-1 < 1.1.0.1');
  assertOrder('maven', '2.0-RC1 < 2.0.0.RC1 < 2.0.0 = 2.0.0.Final < 2.0.0-jre < 2.0.0-1 < 2.0.1');
  assert.deepEqual(irregular('maven', ['1.0.0.Final', '31.1-jre', 'r09', '']), ['r09', '']);
});

test('RubyGems, Packagist, NuGet, pub, CRAN and Hackage by their own rules', () => {
  assertOrder('gem', '1.0.a < 1.0.b.1 < 1.0.b.2 = 1.0.b2 < 1-1 < 1 = 1.0.0 < 1.0.1.pre < 1.0.1');
  assertOrder('composer', '1.0-dev < 1.0a1 < 1.0-beta2 < 1.0RC1 = 1.0rc1 < 1.0 = v1.0 < 1.0.0 < 1.0pl1');
  assertOrder('nuget', '1.0-alpha < 1.0-BETA = 1.0.0-beta+x < 1.0 = 1.0.0.0 < 1.0.0.1');
  assertOrder('pub', '1.0.0-pre < 1.0.0-pre+b < 1.0.0 < 1.0.0+1 < 1.0.0+2 < 1.0.0+10 < 1.0.0+a');
  assertOrder('cran', '0.1-2 = 0.1.2 < 0.1-10 < 0.2 < 0.2.0 < 0.2.0beta');
  assertOrder('hackage', '1 < 1.0 < 1.0.0 < 1.0.1 < 1.10');
  assert.deepEqual(irregular('gem', ['1.0.0.pre', '1.0-x', '1..0', 'x']), ['1..0', 'x']);
  assert.deepEqual(irregular('composer', ['v1.0-beta.1', 'dev-main', '1.2.#', 'x']), ['1.2.#', 'x']);
  assert.deepEqual(irregular('cran', ['1.0-2', '1.0a', '']), ['1.0a', '']);
  assert.deepEqual(irregular('hackage', ['1.0', '1.0-2', '1.0.']), ['1.0-2', '1.0.']);
});
