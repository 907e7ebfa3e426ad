import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ComponentIdentity } from '../model.ts';
import { advisoryOf, osvRecord, verdictOf } from '../testing.ts';

type Event = Record<string, string>;
const npm = (events: readonly Event[], more: Record<string, unknown> = {}) =>
  osvRecord([{ package: { ecosystem: 'npm', name: 'p' }, ranges: [{ type: 'SEMVER', events }], ...more }]);
const at = (version: string): ComponentIdentity => ({ name: 'p', purl: `pkg:npm/p@${version}` });

function check(record: Record<string, unknown>, inside: readonly string[], outside: readonly string[]): void {
  for (const version of inside) assert.equal(verdictOf(record, at(version)), 'affected by purl', version);
  for (const version of outside) assert.equal(verdictOf(record, at(version)), 'no match', version);
}

test('introduced 0 is from the start, fixed ends before itself, last_affected with itself', () => {
  check(npm([{ introduced: '0' }, { fixed: '1.2.0' }]), ['0.0.1-a', '1.1.9', '1.2.0-rc.1'], ['1.2.0', '2.0.0']);
  check(npm([{ introduced: '1.0.0' }, { last_affected: '1.2.0' }]), ['1.0.0', '1.2.0'], ['0.9.0', '1.2.1', '1.0.0-a']);
});

test('events are sorted by version before they are read', () => {
  const events = [{ fixed: '3.1.0' }, { introduced: '3.0.0' }, { fixed: '1.5.0' }, { introduced: '1.0.0' }];
  check(npm(events), ['1.0.0', '1.4.9', '3.0.5'], ['0.9.9', '1.5.0', '2.9.9', '3.1.0']);
});

test('an interval that is never closed goes on, and one fixed where it begins is empty', () => {
  check(npm([{ introduced: '2.0.0' }]), ['2.0.0', '99.0.0'], ['1.9.9']);
  check(npm([{ introduced: '2.0.0' }, { fixed: '2.0.0' }, { introduced: '3.0.0' }]), ['3.0.0'], ['1.0.0']);
});

test('a limit bounds all that the range says; the star bounds nothing', () => {
  check(npm([{ introduced: '1.0.0' }, { limit: '2.0.0' }]), ['1.0.0', '1.9.9'], ['2.0.0', '3.0.0']);
  check(npm([{ introduced: '1.0.0' }, { limit: '2.0.0' }, { limit: '*' }]), ['2.0.0'], ['0.9.0']);
});

test('listed versions count beside the ranges', () => {
  const record = npm([{ introduced: '0' }, { fixed: '1.0.0' }], { versions: ['5.0.0', '5.0.1'] });
  check(record, ['0.5.0', '5.0.1'], ['1.0.0', '5.0.2']);
});

test('commits say nothing about versions; with a list of versions the list decides', () => {
  const git = {
    type: 'GIT',
    repo: 'https://github.com/x/p',
    events: [{ introduced: '0' }, { fixed: 'a'.repeat(39) + '1' }],
  };
  const record = (more: Record<string, unknown>) =>
    osvRecord([{ package: { ecosystem: 'npm', name: 'p' }, ranges: [git], ...more }]);
  assert.equal(verdictOf(record({}), at('1.0.0')), 'unsure by purl');
  check(record({ versions: ['1.0.0'] }), ['1.0.0'], ['1.0.1']);
});

test('a withdrawn record matches nothing, and the same record restored matches again', () => {
  const record = npm([{ introduced: '0' }]);
  assert.equal(verdictOf({ ...record, withdrawn: '2026-01-01T00:00:00Z' }, at('1.0.0')), 'no match');
  assert.equal(verdictOf({ ...record, withdrawn: null }, at('1.0.0')), 'affected by purl');
});

test('the ecosystem of the record chooses how versions are compared', () => {
  const record = (ecosystem: string, fixed: string) =>
    osvRecord([
      { package: { ecosystem, name: 'p' }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }] },
    ]);
  const pypi = (version: string) => verdictOf(record('PyPI', '1.0'), { name: 'p', purl: `pkg:pypi/p@${version}` });
  assert.deepEqual(['1.0.dev1', '1.0rc1', '1.0', '1.0.post1'].map(pypi), [
    'affected by purl',
    'affected by purl',
    'no match',
    'no match',
  ]);
  const maven = (version: string) => verdictOf(record('Maven', '1.0'), { name: 'p', purl: `pkg:maven/g/p@${version}` });
  assert.equal(maven('1.0-alpha-1'), 'no match'); // another artifact: the record has no group
});

test('severities keep their version and vector, CVE ids of distributions are related, GitHub CWE ids are read', () => {
  const advisory = advisoryOf(
    npm([{ introduced: '0' }], {
      severity: [{ type: 'CVSS_V4', score: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N' }],
    }),
  );
  assert.equal(advisory.severities[0]?.version, '4.0');
  const more = advisoryOf({
    ...npm([{ introduced: '0' }]),
    aliases: ['CVE-2026-1', 'CVE-2026-1'],
    upstream: ['CVE-2026-2'],
    severity: [
      { type: 'CVSS_V3', score: 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' },
      { type: 'Ubuntu', score: 'high' },
    ],
    database_specific: { cwe_ids: ['CWE-79', 7, 'x'] },
    references: [
      { type: 'WEB', url: 'javascript:alert(1)' },
      { type: 'FIX', url: 'https://example.com/1' },
    ],
  });
  assert.deepEqual([more.aliases, more.related, more.cwes], [['CVE-2026-1'], ['CVE-2026-2'], ['CWE-79']]);
  assert.deepEqual(
    more.severities.map(({ version }) => version),
    ['3.0'],
  );
  assert.deepEqual(more.references, [{ url: 'https://example.com/1', kind: 'fix' }]);
});
