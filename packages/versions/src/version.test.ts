import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareVersions, type VersionScheme } from './version.ts';

/** Each line lists versions from the lowest to the highest; `=` joins equal ones. */
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

test('kernels: candidates are below their release, suffixes of vendors are ignored', () => {
  assertOrder(
    'linux',
    '2.6.12-rc2 < 2.6.12 < 2.6.32 < 2.6.32.71 < 3.0 < 5.10-rc1 < 5.10-rc10 < 5.10 = 5.10.0 < 5.10.9',
  );
  assertOrder(
    'linux',
    '5.10.100 = 5.10.100-yocto-standard = 5.10.100+git0+abc < 5.10.101 < 6.1.55 = v6.1.55-91-generic',
  );
});

test('components without a scheme: letters, patches and candidates stand where their projects mean them to', () => {
  assertOrder('generic', '1.0.2-beta3 < 1.0.2 = 1.0.2.0 = v1.0.2 < 1.0.2a < 1.0.2k < 1.0.2z < 1.0.2za < 1.0.3 < 1.1.0');
  assertOrder(
    'generic',
    '1.2~rc1 < 1.2-alpha < 1.2b1 < 1.2-rc1 = 1.2.0rc1 < 1.2 = 1.2-stable < 1.2_p1 = 1.2-p1 < 1.2_p2',
  );
  assertOrder('generic', '1_1_1 = OpenSSL_1_1_1 = 1.1.1 < curl-7_57_0 = 7.57.0 < 7.57.1 = 7.57.1+git1a2b3c');
});
