import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIndex } from '../create-index.ts';
import { matchAdvisory } from '../match/match-advisory.ts';
import type { ComponentIdentity } from '../model.ts';
import { readAdvisory } from '../read-advisory.ts';
import { assertRefused } from '../testing.ts';
import { readVex } from '../vex/read-vex.ts';

type Json = Record<string, unknown>;

function csaf(productTree: Json, vulnerabilities: readonly Json[], more: Json = {}): Json {
  return {
    document: {
      category: 'csaf_security_advisory',
      csaf_version: '2.0',
      title: 'Example: memory errors in the gateway',
      publisher: { category: 'vendor', name: 'Example Supplier', namespace: 'https://supplier.example.com' },
      tracking: {
        id: 'ES-2026-001',
        status: 'final',
        version: '2',
        initial_release_date: '2026-01-10T10:00:00.000Z',
        current_release_date: '2026-02-10T10:00:00.000Z',
      },
      ...more,
    },
    product_tree: productTree,
    vulnerabilities,
  };
}

const leaf = (id: string, category: string, name: string, helper?: Json) => ({
  category,
  name,
  product: { product_id: id, name: `product ${id}`, ...(helper ? { product_identification_helper: helper } : {}) },
});

const gateway = {
  branches: [
    {
      category: 'vendor',
      name: 'Example Supplier',
      branches: [
        {
          category: 'product_name',
          name: 'Gateway OS',
          branches: [
            leaf('P1', 'product_version', '4.1.0'),
            leaf('P2', 'product_version_range', 'vers:generic/>=3.0|<4.0'),
            leaf('P3', 'product_version', '4.2.0'),
            leaf('P4', 'product_version_range', '<2.0'),
          ],
        },
      ],
    },
  ],
};
const os = (version: string): ComponentIdentity => ({
  name: 'Gateway OS',
  version,
  aliases: [{ vendor: 'Example Supplier', product: 'Gateway OS' }],
});
const verdict = (json: Json, component: ComponentIdentity, i = 0) => {
  const advisory = readAdvisory(json)[i];
  assert.ok(advisory);
  const match = matchAdvisory(advisory, component);
  return match ? `${match.verdict} by ${match.strength}` : 'no match';
};

test('each vulnerability becomes an advisory that names document, publisher and CVE', () => {
  const advisories = readAdvisory(
    csaf(gateway, [
      {
        cve: 'CVE-2026-1111',
        cwe: { id: 'CWE-787', name: 'Out-of-bounds Write' },
        notes: [{ category: 'description', text: 'A length is not checked.' }],
        product_status: { known_affected: ['P1'] },
        scores: [
          {
            products: ['P1'],
            cvss_v3: { version: '3.1', vectorString: 'CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', baseScore: 8.8 },
          },
        ],
        remediations: [{ category: 'vendor_fix', details: 'Install 4.2.0.', product_ids: ['P1'] }],
      },
      { ids: [{ system_name: 'Example', text: 'EX-7' }], product_status: { fixed: ['P3'] } },
    ]),
  );

  assert.deepEqual(
    advisories.map(({ id, aliases }) => [id, aliases]),
    [
      ['ES-2026-001/CVE-2026-1111', ['CVE-2026-1111']],
      ['ES-2026-001/EX-7', ['EX-7']],
    ],
  );
  const [first] = advisories;
  assert.deepEqual(first?.severities, [
    { version: '3.1', vector: 'CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', score: 8.8, source: 'vendor' },
  ]);
  assert.deepEqual(
    [first?.cwes, first?.summary, first?.remedies],
    [['CWE-787'], 'A length is not checked.', ['vendor_fix: Install 4.2.0.']],
  );
  assert.deepEqual(first?.document, { id: 'ES-2026-001', publisher: 'Example Supplier', revision: '2' });
  assert.equal(first?.modified, '2026-02-10T10:00:00.000Z');
});

test('versions and ranges of the branches decide, and what is said of one version outranks what is said of many', () => {
  const json = csaf(gateway, [
    { cve: 'CVE-2026-1', product_status: { known_affected: ['P1', 'P2', 'P4'], fixed: ['P3'] } },
  ]);
  for (const version of ['4.1.0', '3.0', '3.9.9', '1.9'])
    assert.equal(verdict(json, os(version)), 'affected by alias', version);
  for (const version of ['4.0', '4.2.0', '2.5', '5.0']) assert.equal(verdict(json, os(version)), 'no match', version);
  assert.deepEqual(matchAdvisory(readAdvisory(json)[0] as never, os('4.1.0'))?.proof.fixed, ['4.2.0']);
  assert.equal(verdict(json, { name: 'Gateway OS', version: '4.1.0' }), 'unsure by name');
});

test('under investigation is unsure, and below a fix alone nothing is known of a vendor product', () => {
  const json = (status: Json) => csaf(gateway, [{ cve: 'CVE-2026-1', product_status: status }]);
  assert.equal(verdict(json({ under_investigation: ['P1'] }), os('4.1.0')), 'unsure by alias');
  assert.equal(verdict(json({ fixed: ['P3'] }), os('4.1.9')), 'unsure by alias');
  assert.equal(verdict(json({ fixed: ['P3'] }), os('4.3.0')), 'no match');
  assert.equal(verdict(json({ known_not_affected: ['P1'] }), os('4.1.0')), 'no match');
});

test('a distribution says where it is fixed: older builds of the same release are affected', () => {
  const tree = {
    full_product_names: [
      {
        product_id: 'RHEL9',
        name: 'Red Hat Enterprise Linux 9',
        product_identification_helper: { cpe: 'cpe:/o:redhat:enterprise_linux:9::baseos' },
      },
      {
        product_id: 'ssl',
        name: 'openssl-3.0.7-25.el9',
        product_identification_helper: { purl: 'pkg:rpm/redhat/openssl@3.0.7-25.el9?arch=x86_64&epoch=1' },
      },
    ],
    relationships: [
      {
        category: 'default_component_of',
        product_reference: 'ssl',
        relates_to_product_reference: 'RHEL9',
        full_product_name: { product_id: 'RHEL9:ssl', name: 'openssl of RHEL 9' },
      },
    ],
  };
  const json = csaf(tree, [{ cve: 'CVE-2026-1', product_status: { fixed: ['RHEL9:ssl'] } }]);
  const openssl = (version: string, distro = 'rhel-9.2') => ({
    name: 'openssl',
    purl: `pkg:rpm/redhat/openssl@${version}?epoch=1&distro=${distro}`,
  });
  assert.equal(verdict(json, openssl('3.0.7-24.el9')), 'affected by distro');
  assert.equal(verdict(json, openssl('3.0.7-25.el9')), 'no match');
  assert.equal(verdict(json, openssl('3.0.7-24.el9', 'rhel-8.9')), 'no match');
  assert.equal(createIndex(readAdvisory(json)).match(openssl('3.0.7-24.el9')).length, 1);
});

test('CPE names and hashes of the helper are read, products of relationships are components in their surroundings', () => {
  const tree = {
    full_product_names: [
      {
        product_id: 'A',
        name: 'stack',
        product_identification_helper: {
          cpe: 'cpe:2.3:a:vector:microsar:4.2:*:*:*:*:*:*:*',
          hashes: [{ filename: 'x', file_hashes: [{ algorithm: 'sha256', value: 'AB'.repeat(32) }] }],
        },
      },
      { product_id: 'B', name: 'ECU' },
    ],
    relationships: [
      {
        category: 'installed_on',
        product_reference: 'A',
        relates_to_product_reference: 'B',
        full_product_name: { product_id: 'AB', name: 'stack on ECU' },
      },
    ],
  };
  const json = csaf(tree, [{ cve: 'CVE-2026-1', product_status: { known_affected: ['AB'] } }]);
  const stack = { name: 'x', cpe: 'cpe:2.3:a:vector:microsar:4.2:*:*:*:*:*:*:*' };
  assert.equal(verdict(json, stack), 'affected by cpe');
  const [statement] = readVex(json);
  assert.deepEqual(statement?.products[0]?.subcomponents?.[0]?.hashes, [
    { algorithm: 'SHA-256', value: 'ab'.repeat(32) },
  ]);
  assert.equal(statement?.products[0]?.name, 'ECU');
});

test('a ring of relationships ends where it would come back', () => {
  const relation = (id: string, of: string) => ({
    category: 'default_component_of',
    product_reference: of,
    relates_to_product_reference: of,
    full_product_name: { product_id: id, name: id },
  });
  const json = csaf(
    { relationships: [relation('A', 'B'), relation('B', 'C'), relation('C', 'A'), relation('S', 'S')] },
    [{ cve: 'CVE-2026-1', product_status: { known_affected: ['A', 'S'] } }],
  );
  assert.equal(readAdvisory(json)[0]?.affected.length, 2);
  assert.equal(readVex(json).length, 1);
});

test('ids defined twice, ids not defined and branches without end are refused with their place', () => {
  const twice = {
    full_product_names: [
      { product_id: 'A', name: 'a' },
      { product_id: 'A', name: 'b' },
    ],
  };
  assertRefused(
    () => readAdvisory(csaf(twice, [])),
    'advisory.wrong-value',
    '$.product_tree.full_product_names[1].product_id',
  );
  assertRefused(
    () => readAdvisory(csaf(gateway, [{ cve: 'CVE-2026-1', product_status: { fixed: ['P1', 'P9'] } }])),
    'advisory.wrong-value',
    '$.vulnerabilities[0].product_status.fixed[1]',
  );
  let deep: Json = leaf('X', 'product_version', '1');
  for (let i = 0; i < 40; i++) deep = { category: 'product_family', name: 'f', branches: [deep] };
  assert.throws(() => readAdvisory(csaf({ branches: [deep] }, [])), /branches deeper than 30/);
  assertRefused(
    () => readAdvisory(csaf({}, [], { csaf_version: '1.2' })),
    'advisory.unsupported-version',
    '$.document.csaf_version',
  );
});

test('flags and threats explain what is not affected, remediations what is, groups of products are opened', () => {
  const tree = { ...gateway, product_groups: [{ group_id: 'G', product_ids: ['P1', 'P2'] }] };
  const statements = readVex(
    csaf(tree, [
      {
        cve: 'CVE-2026-1',
        product_status: { known_not_affected: ['P1', 'P2', 'P4'], known_affected: ['P3'] },
        flags: [{ label: 'vulnerable_code_not_present', group_ids: ['G'], date: '2026-01-20T00:00:00Z' }],
        threats: [{ category: 'impact', details: 'The module is not linked.', product_ids: ['P4'] }],
        remediations: [{ category: 'workaround', details: 'Close the port.', product_ids: ['P3'] }],
      },
    ]),
  );
  assert.deepEqual(
    statements.map(({ status, justification, impact, action, at, products }) => [
      status,
      justification ?? impact ?? action?.text,
      at.slice(0, 10),
      products.length,
    ]),
    [
      ['affected', 'Close the port.', '2026-02-10', 1],
      ['not_affected', 'vulnerable_code_not_present', '2026-01-20', 2],
      ['not_affected', 'The module is not linked.', '2026-02-10', 1],
    ],
  );
});
