import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareVersions, inRange } from './compare-versions.ts';
import { escapeHtml } from './dossier-page.ts';
import { emptyDossier } from './empty-dossier.ts';
import { releaseHash } from './release-hash.ts';

test('versions are ordered as people mean them', () => {
  const rising = [
    ['7.9', '7.10'],
    ['2.0-rc1', '2.0'],
    ['2.0-rc1', '2.0-rc2'],
    ['2.0', '2.0.1'],
    ['2.0', '2.0a'],
    ['HP21.40', 'HP21.44'],
    ['MPSS.4.1', 'MPSS.4.3'],
    ['2026.1', '2026.10'],
    ['1.08', '1.9'],
    ['99999999999999999999.1', '99999999999999999999.2'],
  ] as const;
  for (const [older, newer] of rising) {
    assert.equal(compareVersions(older, newer), -1, `${older} < ${newer}`);
    assert.equal(compareVersions(newer, older), 1, `${newer} > ${older}`);
  }
  assert.equal(compareVersions('1.08', '1.8'), 0);
});

test('the order of versions is total: antisymmetric and transitive', () => {
  const version = fc.stringMatching(/^[0-9a-c.-]{0,8}$/);
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      assert.equal(compareVersions(a, b) + compareVersions(b, a), 0);
      if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0)
        assert.ok(compareVersions(a, c) <= 0, `${a} ${b} ${c}`);
    }),
    { numRuns: 2_000 },
  );
});

test('a range takes its ends, and an open side takes all', () => {
  assert.ok(inRange('7.0', { from: { version: '7.0' }, to: { version: '7.0' } }));
  assert.ok(inRange('9', { from: { version: '7.0' } }) && inRange('1', {}));
  assert.ok(!inRange('7.1', { to: { version: '7.0' } }));
});

const item = {
  role: 'tcu',
  software_id: 'x',
  software: 'tcu-os',
  version: '1',
  from_software_id: null,
  sha256: Buffer.alloc(32),
  sha512: null,
  length: 1,
  file_name: 'a',
  hardware_ids: ['A', 'B'],
  release_counter: 1,
};
const release = {
  id: 'x',
  name: 'n',
  description: '',
  security: false,
  models: ['a', 'b'],
  items: [item, { ...item, role: 'gateway' }],
  rules: [],
  fixes: ['CVE-1', 'CVE-2'],
  rxswins: [],
  dossier: emptyDossier,
};

test('the hash of a release does not depend on the order of what is a set, nor on whether numbers come as text', () => {
  const other = {
    ...release,
    models: ['b', 'a'],
    fixes: ['CVE-2', 'CVE-1'],
    items: [{ ...item, role: 'gateway', hardware_ids: ['B', 'A'], length: '1' }, item],
  };
  assert.ok(releaseHash(other).equals(releaseHash(release)));
});

test('every member of a release and of its dossier is in the hash', () => {
  const hash = releaseHash(release).toString('hex');
  const changed = [
    ...Object.keys(item).map((key) => ({
      ...release,
      items: [
        { ...item, [key]: key === 'hardware_ids' ? ['Z'] : key.startsWith('sha') ? Buffer.alloc(32, 9) : 'changed' },
      ],
    })),
    ...(['id', 'name', 'description'] as const).map((key) => ({ ...release, [key]: 'changed' })),
    ...(['models', 'fixes', 'rxswins'] as const).map((key) => ({ ...release, [key]: ['changed'] })),
    { ...release, security: true },
    ...Object.keys(emptyDossier).map((key) => ({ ...release, dossier: { ...emptyDossier, [key]: 'changed' } })),
  ];
  assert.ok(changed.length > 25);
  const hashes = new Set(changed.map((one) => releaseHash(one as typeof release).toString('hex')));
  assert.equal(hashes.size, changed.length);
  assert.ok(!hashes.has(hash));
});

test('foreign text becomes text of a page', () => {
  assert.equal(escapeHtml(`<script>"&'`), '&lt;script&gt;&quot;&amp;&#39;');
});
