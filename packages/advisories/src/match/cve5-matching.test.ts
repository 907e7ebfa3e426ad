import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ComponentIdentity } from '../model.ts';
import { advisoryOf, cveRecord, verdictOf } from '../testing.ts';
import { matchAdvisory } from './match-advisory.ts';

const cpe = 'cpe:2.3:a:example:libparse:*:*:*:*:*:*:*:*';
const entry = (versions: readonly unknown[], more: Record<string, unknown> = {}) => ({
  vendor: 'Example',
  product: 'libparse',
  defaultStatus: 'unaffected',
  cpes: [cpe],
  versions,
  ...more,
});
const part = (version?: string): ComponentIdentity => ({
  name: 'libparse',
  ...(version === undefined ? {} : { version }),
  cpe: 'cpe:2.3:a:example:libparse:*:*:*:*:*:*:*:*',
});
const affected = 'affected by cpe';

test('an object without an end is one exact version', () => {
  const record = cveRecord([entry([{ version: '1.2', status: 'affected' }])]);
  for (const [version, expected] of [
    ['1.2', affected],
    ['1.2.0', affected],
    ['1.2.1', 'no match'],
    ['1.1', 'no match'],
  ] as const) {
    assert.equal(verdictOf(record, part(version)), expected, version);
  }
});

test('the first object that contains the version decides, whatever follows', () => {
  const record = cveRecord([
    entry([
      { version: '1.4.7', lessThan: '1.5', status: 'unaffected', versionType: 'semver' },
      { version: '1.0', lessThan: '2.0', status: 'affected', versionType: 'semver' },
      { version: '1.8', lessThan: '1.9', status: 'unaffected', versionType: 'semver' },
    ]),
  ]);
  assert.equal(verdictOf(record, part('1.4.6')), affected);
  assert.equal(verdictOf(record, part('1.4.9')), 'no match');
  assert.equal(verdictOf(record, part('1.8.1')), affected);
  assert.equal(verdictOf(record, part('2.0')), 'no match');
});

test('changes hold from their version on', () => {
  const change = [
    { at: '1.3', status: 'unaffected' },
    { at: '1.5', status: 'affected' },
  ];
  const record = cveRecord([entry([{ version: '1.0', lessThanOrEqual: '2.0', status: 'affected', changes: change }])]);
  for (const [version, expected] of [
    ['1.2.9', affected],
    ['1.3', 'no match'],
    ['1.4', 'no match'],
    ['1.5', affected],
    ['2.0', affected],
  ] as const) {
    assert.equal(verdictOf(record, part(version)), expected, version);
  }
});

test('outside of all ranges the default decides, and an unknown default makes a fixed version no finding for ever', () => {
  const range = [{ version: '1.0', lessThan: '1.2', status: 'affected', versionType: 'custom' }];
  assert.equal(verdictOf(cveRecord([entry(range, { defaultStatus: 'affected' })]), part('3.0')), affected);
  assert.equal(verdictOf(cveRecord([entry(range, { defaultStatus: 'unknown' })]), part('3.0')), 'no match');
  assert.equal(verdictOf(cveRecord([entry(range, { defaultStatus: undefined })]), part('3.0')), 'no match');
});

test('a status that the record itself calls unknown, and a record without versions, are unsure', () => {
  assert.equal(verdictOf(cveRecord([entry([{ version: '1.0', status: 'unknown' }])]), part('1.0')), 'unsure by cpe');
  assert.equal(verdictOf(cveRecord([entry([], { defaultStatus: undefined })]), part('1.0')), 'unsure by cpe');
  assert.equal(verdictOf(cveRecord([entry([], { defaultStatus: 'affected' })]), part('1.0')), affected);
  assert.equal(verdictOf(cveRecord([entry([], { defaultStatus: 'unaffected' })]), part('1.0')), 'no match');
});

test('a component without a version, or with none that can be compared, is unsure unless every version is affected', () => {
  const range = cveRecord([entry([{ version: '1.0', lessThan: '1.2', status: 'affected' }])]);
  for (const version of [undefined, 'master', 'unknown', '446fda4f26822b2d42ab']) {
    assert.equal(verdictOf(range, part(version)), 'unsure by cpe', version);
  }
  const all = cveRecord([entry([{ version: '*', status: 'affected' }])]);
  assert.equal(verdictOf(all, part()), affected);
  const none = cveRecord([entry([{ version: '0', lessThan: '2', status: 'unaffected' }])]);
  assert.equal(verdictOf(none, part()), 'no match');
});

test('words lead to unsure, and to nothing where they only say what is not affected', () => {
  const words = cveRecord([entry([{ version: 'see vendor advisory', status: 'affected' }])]);
  assert.equal(verdictOf(words, part('1.0')), 'unsure by cpe');
  const good = cveRecord([
    entry([
      { version: 'newer builds', status: 'unaffected' },
      { version: '< 1.0', status: 'affected' },
    ]),
  ]);
  assert.equal(verdictOf(good, part('1.1')), 'no match');
  assert.equal(verdictOf(good, part('0.9')), affected);
});

test('release numbers that a record calls "git" are compared, commits are not', () => {
  const numbers = cveRecord([
    entry([{ version: '*', lessThanOrEqual: '3.5', versionType: 'git', status: 'affected' }]),
  ]);
  assert.equal(verdictOf(numbers, part('3.4.0')), affected);
  assert.equal(verdictOf(numbers, part('3.6')), 'no match');
  const commits = cveRecord([
    entry([{ version: '0', lessThan: 'a1b2c3d4e5f6', versionType: 'custom', status: 'affected' }]),
  ]);
  assert.equal(verdictOf(commits, part('3.4.0')), 'unsure by cpe');
});

test('letters of OpenSSL in ranges called semver are compared as OpenSSL means them', () => {
  const record = cveRecord([
    entry([{ version: '1.0.2', lessThan: '1.0.2zd', versionType: 'semver', status: 'affected' }]),
  ]);
  assert.equal(verdictOf(record, part('1.0.2k')), affected);
  assert.equal(verdictOf(record, part('1.0.2zc')), affected);
  assert.equal(verdictOf(record, part('1.0.2zd')), 'no match');
});

test('a third party that contradicts the issuer makes it unsure; where the issuer is silent it decides', () => {
  const cna = [entry([{ version: '0', lessThan: '1.2', status: 'affected', versionType: 'custom' }])];
  const cisa = (versions: readonly unknown[]) => ({
    adp: [
      {
        providerMetadata: { orgId: 'x', shortName: 'CISA-ADP' },
        affected: [entry(versions, { defaultStatus: 'unknown' })],
      },
    ],
  });
  const record = cveRecord(cna);
  const wide = {
    ...record,
    containers: { ...(record['containers'] as object), ...cisa([{ version: '0', lessThan: '9', status: 'affected' }]) },
  };
  assert.equal(verdictOf(wide, part('1.0')), affected);
  assert.equal(verdictOf(wide, part('1.3')), 'unsure by cpe');
  const alone = {
    ...wide,
    containers: {
      cna: (cveRecord([]) as { containers: { cna: object } }).containers.cna,
      ...cisa([{ version: '0', lessThan: '9', status: 'affected' }]),
    },
  };
  const match = matchAdvisory(advisoryOf(alone), part('1.3'));
  assert.equal(match?.verdict, 'affected');
  assert.equal(match?.proof.container, 'adp:CISA-ADP.affected[0]');
});

test('a rejected record matches nothing', () => {
  const record = cveRecord([entry([{ version: '*', status: 'affected' }])]);
  const rejected = {
    ...record,
    cveMetadata: { cveId: 'CVE-2026-10001', state: 'REJECTED', dateRejected: '2026-02-02T00:00:00' },
  };
  assert.equal(advisoryOf(rejected).withdrawn, '2026-02-02T00:00:00.000Z');
  assert.equal(verdictOf(rejected, part('1.0')), 'no match');
});

test('a match carries its proof: record, container, identifiers, range, scheme, version and fixes above it', () => {
  const record = cveRecord([
    entry([
      { version: '2.0', lessThan: '2.1', status: 'affected', versionType: 'semver' },
      { version: '1.0', lessThan: '1.2.4', status: 'affected', versionType: 'semver' },
      { version: '0.1', lessThan: '0.9', status: 'affected', versionType: 'semver' },
    ]),
  ]);
  assert.deepEqual(matchAdvisory(advisoryOf(record), part('1.2.3')), {
    verdict: 'affected',
    strength: 'cpe',
    proof: {
      record: 'CVE-2026-10001',
      container: 'cna.affected[0]',
      identifier: `${cpe} = ${cpe}`,
      range: '>= 1.0, < 1.2.4',
      scheme: 'semver',
      version: '1.2.3',
      fixed: ['1.2.4', '2.1'],
      notes: [],
    },
  });
});

test('packages of a collection are met by purl, entries of Red Hat by release', () => {
  const npm = cveRecord([
    {
      vendor: 'x',
      product: 'y',
      packageName: '@scope/parser',
      collectionURL: 'https://registry.npmjs.org',
      defaultStatus: 'unaffected',
      versions: [{ version: '0', lessThan: '2', status: 'affected', versionType: 'semver' }],
    },
  ]);
  assert.equal(verdictOf(npm, { name: 'parser', purl: 'pkg:npm/%40scope/parser@1.9.9' }), 'affected by purl');
  assert.equal(verdictOf(npm, { name: 'parser', purl: 'pkg:npm/parser@1.9.9' }), 'no match');
  const rhel = cveRecord([
    {
      vendor: 'Red Hat',
      product: 'Red Hat Enterprise Linux 9',
      packageName: 'glibc',
      collectionURL: 'https://access.redhat.com/downloads/content/package-browser/',
      cpes: ['cpe:/o:redhat:enterprise_linux:9::baseos'],
      defaultStatus: 'affected',
      versions: [{ version: '0:2.34-60.el9_2.7', lessThan: '*', status: 'unaffected', versionType: 'rpm' }],
    },
  ]);
  const glibc = (version: string, distro: string) => ({
    name: 'glibc',
    purl: `pkg:rpm/redhat/glibc@${version}?distro=${distro}`,
  });
  assert.equal(verdictOf(rhel, glibc('2.34-60.el9', 'rhel-9.2')), 'affected by distro');
  assert.equal(verdictOf(rhel, glibc('2.34-60.el9_2.7', 'rhel-9.2')), 'no match');
  assert.equal(verdictOf(rhel, glibc('2.28-1.el8', 'rhel-8.9')), 'no match');
  assert.equal(verdictOf(rhel, { name: 'glibc', version: '2.38', purl: 'pkg:yocto/core/glibc@2.38' }), 'no match');
});
