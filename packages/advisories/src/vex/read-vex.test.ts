import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSbom } from '@bulkhead/sbom';
import type { ComponentIdentity } from '../model.ts';
import { assertRefused } from '../testing.ts';
import { vexApplies } from './applies.ts';
import type { VexProduct } from './model.ts';
import { readVex } from './read-vex.ts';
import { statementsOfSbom } from './statements-of-sbom.ts';

const openVex = (statements: readonly unknown[], more: Record<string, unknown> = {}) => ({
  '@context': 'https://openvex.dev/ns/v0.2.0',
  '@id': 'https://example.com/vex/1',
  author: 'Supplier',
  timestamp: '2026-01-01T00:00:00Z',
  version: 1,
  statements,
  ...more,
});

test('an OpenVEX statement inherits what it does not say, and last_updated outranks timestamp', () => {
  const read = readVex(
    openVex([
      { vulnerability: { name: 'CVE-2026-1' }, products: [{ '@id': 'pkg:generic/a@1' }], status: 'fixed' },
      {
        vulnerability: { name: 'CVE-2026-2' },
        products: [],
        status: 'affected',
        timestamp: '2026-02-01T00:00:00+01:00',
        last_updated: '2026-03-01T00:00:00Z',
      },
    ]),
  );
  assert.deepEqual(
    read.map(({ at, author, documentId, path }) => [at, author, documentId, path]),
    [
      ['2026-01-01T00:00:00.000Z', 'Supplier', 'https://example.com/vex/1', '$.statements[0]'],
      ['2026-03-01T00:00:00.000Z', 'Supplier', 'https://example.com/vex/1', '$.statements[1]'],
    ],
  );
});

test('OpenVEX 0.0.1 with plain strings is read too', () => {
  const [statement] = readVex(
    openVex(
      [
        {
          vulnerability: 'CVE-2026-1',
          products: ['pkg:oci/image'],
          subcomponents: ['pkg:apk/wolfi/git@2.39'],
          status: 'under_investigation',
        },
      ],
      { '@context': 'https://openvex.dev/ns' },
    ),
  );
  assert.deepEqual(statement?.products, [
    {
      id: 'pkg:oci/image',
      purl: 'pkg:oci/image',
      subcomponents: [{ id: 'pkg:apk/wolfi/git@2.39', purl: 'pkg:apk/wolfi/git@2.39' }],
    },
  ]);
});

test('what a VEX document must say and does not is refused with its place', () => {
  const one = { vulnerability: { name: 'CVE-2026-1' }, products: [{ '@id': 'x' }], status: 'fixed' };
  assertRefused(
    () => readVex(openVex([{ ...one, status: 'wontfix' }])),
    'advisory.wrong-value',
    '$.statements[0].status',
  );
  assertRefused(
    () => readVex(openVex([{ ...one, products: [{}] }])),
    'advisory.missing-field',
    '$.statements[0].products[0]',
  );
  assertRefused(
    () => readVex(openVex([one], { timestamp: 'today' })),
    'advisory.missing-field',
    '$.statements[0].timestamp',
  );
  assertRefused(() => readVex(openVex([one], { author: ' ' })), 'advisory.wrong-value', '$.author');
  assertRefused(
    () => readVex(openVex([one], { '@context': 'https://openvex.dev/ns/v9' })),
    'advisory.unsupported-version',
    '$["@context"]',
  );
  const bom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    vulnerabilities: [{ id: 'x', analysis: { state: 'not_affected' } }],
  };
  assertRefused(() => readVex(bom), 'advisory.missing-field', '$.metadata');
  assertRefused(
    () => readVex(bom, { author: 'a' }),
    'advisory.missing-field',
    '$.vulnerabilities[0].analysis.lastUpdated',
  );
  assert.equal(readVex(bom, { author: 'a', at: '2026-01-01T00:00:00.000Z' }).length, 1);
});

test('a CycloneDX justification that the five words do not know keeps its word', () => {
  const bom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    metadata: { timestamp: '2026-01-01T00:00:00Z', supplier: { name: 's' } },
    vulnerabilities: [
      {
        id: 'CVE-2026-1',
        analysis: { state: 'not_affected', justification: 'requires_dependency', response: ['will_not_fix', 'update'] },
        affects: [{ ref: 'urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#c' }],
      },
    ],
  };
  const [statement] = readVex(bom);
  assert.deepEqual(
    [statement?.justification, statement?.mappedJustification, statement?.action, statement?.products],
    [
      'requires_dependency',
      'vulnerable_code_not_in_execute_path',
      { kind: 'will_not_fix,update' },
      [{ id: 'urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#c' }],
    ],
  );
});

test('verdicts inside an SBOM come out with their components, mentions do not', () => {
  const sbom = readSbom(
    JSON.stringify({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      version: 1,
      serialNumber: 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79',
      metadata: { timestamp: '2026-01-01T00:00:00Z' },
      components: [{ type: 'library', 'bom-ref': 'c', name: 'zlib', version: '1.3', purl: 'pkg:generic/zlib@1.3' }],
      vulnerabilities: [
        {
          id: 'CVE-2026-1',
          analysis: { state: 'not_affected', justification: 'code_not_reachable', detail: 'not called' },
          affects: [{ ref: 'c' }],
        },
        { id: 'CVE-2026-2', affects: [{ ref: 'c' }] },
      ],
    }),
  );
  const statements = statementsOfSbom(sbom, { author: 'build system' });
  assert.equal(statements.length, 1);
  const [statement] = statements;
  assert.deepEqual(
    [
      statement?.vulnerability,
      statement?.status,
      statement?.mappedJustification,
      statement?.impact,
      statement?.author,
      statement?.products[0]?.purl,
      statement?.at,
    ],
    [
      'CVE-2026-1',
      'not_affected',
      'vulnerable_code_not_in_execute_path',
      'not called',
      'build system',
      'pkg:generic/zlib@1.3',
      '2026-01-01T00:00:00.000Z',
    ],
  );
});

const openssl: ComponentIdentity = {
  name: 'openssl',
  version: '3.0.7-24.el9',
  purl: 'pkg:rpm/redhat/openssl@3.0.7-24.el9?arch=x86_64&epoch=1&distro=rhel-9.2',
  cpe: 'cpe:2.3:a:openssl:openssl:3.0.7:*:*:*:*:*:*:*',
  hashes: [{ algorithm: 'SHA-256', value: 'ab'.repeat(32) }],
};
const applies = (product: VexProduct, component = openssl) => {
  const found = vexApplies(product, component);
  return found ? `${found.by} ${found.covers}${found.sure ? '' : ' unsure'}` : undefined;
};

test('a statement applies to the very version it names, to all where it names none, and to no other', () => {
  assert.equal(applies({ purl: 'pkg:rpm/redhat/openssl@3.0.7-24.el9?epoch=1' }), 'purl version');
  assert.equal(applies({ purl: 'pkg:rpm/redhat/openssl@3.0.7-24.el9' }), undefined);
  assert.equal(applies({ purl: 'pkg:rpm/redhat/openssl@3.0.7-25.el9?epoch=1' }), undefined);
  assert.equal(applies({ purl: 'pkg:rpm/redhat/openssl' }), 'purl all');
  assert.equal(applies({ purl: 'pkg:rpm/redhat/openssl', versionRange: 'vers:rpm/<1:3.0.7-25.el9' }), 'purl range');
  assert.equal(applies({ purl: 'pkg:rpm/redhat/openssl', versionRange: 'vers:rpm/<1:3.0.7-24.el9' }), undefined);
  assert.equal(applies({ purl: 'pkg:rpm/redhat/openssl', versionRange: 'the old ones' }), undefined);
});

test('qualifiers narrow: a verdict for another architecture or release does not apply', () => {
  assert.equal(applies({ purl: 'pkg:rpm/redhat/openssl?arch=aarch64' }), undefined);
  assert.equal(applies({ purl: 'pkg:rpm/redhat/openssl?arch=x86_64' }), 'purl all');
  assert.equal(applies({ purl: 'pkg:rpm/redhat/openssl?distro=rhel-8.9' }), undefined);
});

test('an equal hash proves it, a weak or different one proves nothing, a name alone is never sure', () => {
  assert.equal(applies({ hashes: [{ algorithm: 'SHA-256', value: 'ab'.repeat(32) }] }), 'hash version');
  assert.equal(applies({ hashes: [{ algorithm: 'SHA-256', value: 'cd'.repeat(32) }] }), undefined);
  const weak = { ...openssl, hashes: [{ algorithm: 'MD5', value: 'ab'.repeat(16) }] };
  assert.equal(applies({ hashes: [{ algorithm: 'MD5', value: 'ab'.repeat(16) }] }, weak), undefined);
  const named: ComponentIdentity = { name: 'BootManager', version: '2.1' };
  assert.equal(applies({ vendor: 'Acme', name: 'bootmanager', version: '2.1' }, named), 'name version unsure');
  assert.equal(applies({ name: 'bootmanager', version: '2.2' }, named), undefined);
  const confirmed = { ...named, aliases: [{ vendor: 'Acme', product: 'BootManager' }] };
  assert.equal(applies({ vendor: 'Acme', name: 'BootManager' }, confirmed), 'name all');
  assert.equal(applies({ purl: 'pkg:generic/openssl@9', name: 'openssl' }), undefined);
});

test('a CPE name applies when vendor and product are equal; an open vendor is not sure', () => {
  assert.equal(
    applies({ cpe: 'cpe:2.3:a:openssl:openssl:3.0.7:*:*:*:*:*:*:*' }, { name: 'x', cpe: openssl.cpe ?? '' }),
    'cpe version',
  );
  assert.equal(
    applies(
      { cpe: 'cpe:2.3:a:openssl:openssl:*:*:*:*:*:*:*:*' },
      { name: 'x', cpe: 'cpe:2.3:*:*:openssl:3.0.7:*:*:*:*:*:*:*' },
    ),
    'cpe all unsure',
  );
  assert.equal(
    applies({ cpe: 'cpe:2.3:a:redhat:openssl:*:*:*:*:*:*:*:*' }, { name: 'x', cpe: openssl.cpe ?? '' }),
    undefined,
  );
});

test('a component meant as a part says within which product', () => {
  const found = vexApplies(
    { name: 'Gateway', version: '7', subcomponents: [{ purl: 'pkg:rpm/redhat/openssl' }] },
    openssl,
  );
  assert.deepEqual(found, { by: 'purl', sure: true, covers: 'all', within: { name: 'Gateway', version: '7' } });
  assert.equal(vexApplies({ name: 'Gateway', subcomponents: [{ purl: 'pkg:generic/zlib' }] }, openssl), undefined);
});
