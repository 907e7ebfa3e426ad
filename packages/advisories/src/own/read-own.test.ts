import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAdvisory } from '../read-advisory.ts';
import { advisoryOf, assertRefused, verdictOf } from '../testing.ts';

const own = (affected: readonly unknown[], more: Record<string, unknown> = {}) => ({
  bulkheadAdvisory: 1,
  id: 'ACME-2026-001',
  title: 'Diagnostic session without authentication',
  affected,
  ...more,
});
const product = (more: Record<string, unknown>) => ({
  vendor: 'Acme',
  product: 'DiagStack',
  versions: ['< 2.4'],
  ...more,
});

test('an advisory typed by hand is read and matched like any other', () => {
  const record = own(
    [
      product({}),
      { purl: 'pkg:generic/acme/diag', versions: ['>= 1.0, < 1.5', '1.7'], unaffected: ['1.2'], fixed: ['1.8'] },
    ],
    {
      severities: [{ vector: 'CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:L/I:H/A:H' }],
      aliases: ['CVE-2026-4444'],
      cwes: ['CWE-306'],
      remedies: ['Install 2.4.'],
      published: '2026-03-01',
    },
  );
  const advisory = advisoryOf(record);
  assert.deepEqual(
    [advisory.format, advisory.published, advisory.severities[0]?.source],
    ['own', '2026-03-01T00:00:00.000Z', 'own'],
  );
  const diag = (version: string) => ({ name: 'diag', purl: `pkg:generic/acme/diag@${version}` });
  assert.deepEqual(
    ['1.0', '1.2', '1.4.9', '1.5', '1.7', '1.8'].map((version) => verdictOf(record, diag(version))),
    ['affected by purl', 'no match', 'affected by purl', 'no match', 'affected by purl', 'no match'],
  );
  assert.equal(
    verdictOf(record, { name: 'x', version: '2.3', aliases: [{ vendor: 'Acme', product: 'DiagStack' }] }),
    'affected by alias',
  );
});

test('every fault of the form is named with its place and what to write', () => {
  const cases: readonly (readonly [unknown, string, RegExp])[] = [
    [own([]), '$.affected', /at least one/],
    [own([product({ version: ['1'] })]), '$.affected[0].version', /did you mean "versions"/],
    [own([product({ versions: [] })]), '$.affected[0].versions', /say which versions/],
    [own([product({ versions: ['older ones'] })]), '$.affected[0].versions[0]', /is no range; write/],
    [own([product({ purl: 'pkg:generic/a@1' })]), '$.affected[0].purl', /leave the version out/],
    [own([product({ purl: 'generic/a' })]), '$.affected[0].purl', /pkg:/],
    [own([product({ cpe: 'cpe:2.3:a:x' })]), '$.affected[0].cpe', /is no CPE name/],
    [own([{ versions: ['1'] }]), '$.affected[0]', /name the product/],
    [own([{ product: 'x', versions: ['1'] }]), '$.affected[0]', /go together/],
    [own([{ ecosystem: 'Nowhere', name: 'x', versions: ['1'] }]), '$.affected[0].ecosystem', /ecosystem of OSV/],
    [own([product({})], { id: 'CVE-2026-1' }), '$.id', /id of your own/],
    [own([product({})], { id: 'a b' }), '$.id', /letters, digits/],
    [own([product({})], { cwes: ['79'] }), '$.cwes[0]', /CWE-787/],
    [own([product({})], { severities: [{ vector: 'high' }] }), '$.severities[0].vector', /no CVSS vector/],
    [own([product({})], { references: [{ url: 'javascript:1' }] }), '$.references[0].url', /https/],
    [own([product({})], { published: 'yesterday' }), '$.published', /no date/],
    [own([product({})], { tittle: 'x' }), '$.tittle', /is not a field/],
    [own([product({})], { bulkheadAdvisory: 2 }), '$.bulkheadAdvisory', /write 1/],
    [
      JSON.parse('{"bulkheadAdvisory":1,"id":"abc","title":"t","affected":[],"__proto__":{"x":1}}'),
      '$.__proto__',
      /is not a field/,
    ],
  ];
  for (const [record, path, remedy] of cases) {
    assert.throws(
      () => readAdvisory(record),
      (error: Error & { path?: string }) => {
        assert.equal(error.path, path);
        assert.match(error.message, remedy);
        return true;
      },
    );
  }
  assertRefused(() => readAdvisory(own([product({})], { title: undefined })), 'advisory.missing-field', '$.title');
});
