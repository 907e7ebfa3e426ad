import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIndex } from '../create-index.ts';
import type { Advisory, ComponentIdentity } from '../model.ts';
import { cveRecord, readRecords, skipWithoutData, verdictOf } from '../testing.ts';

const kernel = (version: string, more: Partial<ComponentIdentity> = {}): ComponentIdentity => ({
  name: 'linux-yocto',
  version,
  purl: `pkg:yocto/core/linux-yocto@${version}`,
  ...more,
});

function kernelRecords(): readonly Advisory[] {
  return readRecords('cve5-linux-kernel.ndjson.gz');
}

const expected = [
  ['5.4.200', 5541],
  ['5.10.100', 6726],
  ['5.15.150', 5499],
  ['6.1.55', 6319],
  ['6.6.30', 6314],
  ['6.12.8', 5626],
] as const;

test('kernels meet exactly the CVEs that the affected lists of all 14,626 kernel records name', {
  skip: skipWithoutData,
}, () => {
  const index = createIndex(kernelRecords());
  assert.equal(index.size, 14_626);

  const found = expected.map(([version]) => {
    const matches = index.match(kernel(version));
    assert.ok(matches.every(({ match }) => match.verdict === 'affected' && match.strength === 'purl'));
    return [version, matches.length];
  });

  assert.deepEqual(found, expected);
});

test('a vendor suffix, a recipe revision and the CPE name of a kernel change nothing', {
  skip: skipWithoutData,
}, () => {
  const index = createIndex(kernelRecords());
  const same: ComponentIdentity[] = [
    kernel('5.15.150-r0'),
    kernel('5.15.150+gitAUTOINC+abcdef0123-r0'),
    { name: 'kernel', cpe: 'cpe:2.3:o:linux:linux_kernel:5.15.150:*:*:*:*:*:*:*' },
    { name: 'linux-imx', version: '5.15.150', cpe: 'cpe:2.3:*:*:linux_kernel:5.15.150:*:*:*:*:*:*:*' },
    { name: 'our-kernel', version: '5.15.150-rt75', aliases: [{ vendor: 'Linux', product: 'Linux' }] },
  ];
  for (const component of same) assert.equal(index.match(component).length, 5499, JSON.stringify(component));
});

test('code that was not compiled in is not affected, with its proof, and is not dropped', {
  skip: skipWithoutData,
}, () => {
  const index = createIndex(kernelRecords());
  const compiledFiles = new Set(['net/can/isotp.c', 'net/can/raw.c', 'kernel/fork.c', 'include/linux/can.h']);

  const matches = index.match(kernel('5.15.150', { compiledFiles })).map(({ match }) => match);
  const absent = matches.filter(({ verdict }) => verdict === 'not-affected');
  const left = matches.filter(({ verdict }) => verdict === 'affected');

  assert.equal(absent.length + left.length, 5499);
  assert.ok(left.length > 0 && left.length < 200, `${left.length} left`);
  assert.ok(absent.every(({ proof }) => proof.notes.some((note) => note.startsWith('code not present'))));
  assert.ok(
    left.every(({ proof }) =>
      proof.notes.some((note) => /^(compiled in|the list of compiled files cannot)/.test(note)),
    ),
  );
});

const entry = (versions: readonly unknown[], more = {}) => ({
  vendor: 'Linux',
  product: 'Linux',
  defaultStatus: 'unaffected',
  versions,
  ...more,
});
const sha = '446fda4f26822b2d42ab3396aafcedf38a9ff2b6';

test('only objects of commits are passed over in an entry that mixes them with versions', () => {
  const record = cveRecord([
    entry([
      { version: sha, lessThan: '97bc3683c24999ee621d847c9348c75d2fe86272', status: 'affected', versionType: 'git' },
      { version: '5.10.20', lessThan: '5.10.30', status: 'affected', versionType: 'semver' },
    ]),
  ]);
  assert.equal(verdictOf(record, kernel('5.10.25')), 'affected by purl');
  assert.equal(verdictOf(record, kernel('5.10.30')), 'no match');
});

test('a record of commits alone says nothing about a version, which is unsure', () => {
  const record = cveRecord([entry([{ version: sha, status: 'affected', versionType: 'git' }])]);
  assert.equal(verdictOf(record, kernel('5.10.25')), 'unsure by purl');
});

test('the first object that contains the version decides, a release candidate lies below its release', () => {
  const record = cveRecord([
    entry(
      [
        { version: '5.9', status: 'affected' },
        { version: '0', lessThan: '5.9', status: 'unaffected', versionType: 'semver' },
        { version: '5.10.30', lessThanOrEqual: '5.10.*', status: 'unaffected', versionType: 'semver' },
        { version: '5.12', lessThanOrEqual: '*', status: 'unaffected', versionType: 'original_commit_for_fix' },
      ],
      { defaultStatus: 'affected' },
    ),
  ]);
  const affected = ['5.9', '5.9.1', '5.10.29', '5.11', '5.11.99', '5.12-rc3'];
  const not = ['5.8.18', '2.6.32.9', '5.9-rc1', '5.10.30', '5.10.199', '5.12', '5.12.1', '6.1'];
  for (const version of affected) assert.equal(verdictOf(record, kernel(version)), 'affected by purl', version);
  for (const version of not) assert.equal(verdictOf(record, kernel(version)), 'no match', version);
});

test('headers, firmware and tools named after the kernel are no kernel, and a distribution kernel is unsure', () => {
  const record = cveRecord([entry([{ version: '0', lessThan: '6.0', status: 'affected', versionType: 'semver' }])]);
  for (const name of ['linux-firmware', 'linux-libc-headers', 'linux-pam', 'linux-tools']) {
    assert.equal(verdictOf(record, { name, version: '5.1', purl: `pkg:yocto/core/${name}@5.1` }), 'no match', name);
  }
  const debian = (name: string) => `pkg:deb/debian/${name}@5.10.1-1?distro=debian-11&upstream=linux`;
  assert.equal(verdictOf(record, { name: 'linux-libc-dev', purl: debian('linux-libc-dev') }), 'no match');
  assert.equal(verdictOf(record, { name: 'linux-image-amd64', purl: debian('linux-image-amd64') }), 'unsure by purl');
  assert.equal(verdictOf(record, { name: 'linux', version: '5.1' }), 'unsure by name');
  assert.equal(verdictOf(record, { name: 'linux', version: '5.1', purl: 'pkg:npm/linux@5.1' }), 'no match');
});

test('a header or a Makefile cannot be called absent from a list of compiled units', () => {
  const files = (programFiles: readonly string[]) =>
    cveRecord([
      entry([{ version: '0', lessThan: '6.0', status: 'affected', versionType: 'semver' }], { programFiles }),
    ]);
  const built = (component: ComponentIdentity) => ({ ...component, compiledFiles: new Set(['a.c', 'b.c']) });
  assert.equal(verdictOf(files(['x/c.c']), built(kernel('5.1'))), 'not-affected by purl');
  assert.equal(verdictOf(files(['c.c', 'b.c']), built(kernel('5.1'))), 'affected by purl');
  assert.equal(verdictOf(files(['c.h']), built(kernel('5.1'))), 'affected by purl');
  assert.equal(verdictOf(files(['x/Makefile']), built(kernel('5.1'))), 'affected by purl');
  assert.equal(verdictOf(files([]), built(kernel('5.1'))), 'affected by purl');
});

test('a source beside compiled units may be a part of one, unless the list holds everything that was read', () => {
  const record = cveRecord([
    entry([{ version: '0', lessThan: '6.0', status: 'affected', versionType: 'semver' }], {
      programFiles: ['kernel/sched/deadline.c'],
    }),
  ]);
  const built = (...files: string[]) => ({ ...kernel('5.1'), compiledFiles: new Set(['init/main.c', ...files]) });
  // build_policy.c includes deadline.c
  assert.equal(verdictOf(record, built('kernel/sched/build_policy.c')), 'affected by purl');
  assert.equal(
    verdictOf(record, built('kernel/sched/build_policy.c', 'include/linux/sched.h')),
    'not-affected by purl',
  );
  assert.equal(verdictOf(record, built('kernel/fork.c')), 'not-affected by purl');
});
