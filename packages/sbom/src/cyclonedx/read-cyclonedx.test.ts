import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSbom } from '../read-sbom.ts';
import { assertRefused, bom, part } from '../testing.ts';

function codes(text: string): string[] {
  return readSbom(text)
    .warnings.map(({ code }) => code)
    .filter((code) => code !== 'no-subject');
}

test('a component comes out with its canonical purl, lower-case hashes, licences and supplier', () => {
  const sbom = readSbom(
    bom({
      serialNumber: 'urn:uuid:3E671687-395B-41F5-A30F-A58921A69B79',
      metadata: {
        timestamp: '2026-03-01T09:00:00+01:00',
        tools: { components: [{ type: 'application', name: 'builder', version: '4', group: 'acme' }] },
        component: { type: 'firmware', name: 'gateway', 'bom-ref': 'gw' },
      },
      components: [
        part({
          'bom-ref': 'can',
          group: 'org.acme',
          purl: 'pkg:NPM/%40acme/CAN@2.4.1?b=2&a=1',
          cpe: 'cpe:2.3:a:acme:can_stack:2.4.1:*:*:*:*:*:*:*',
          hashes: [{ alg: 'SHA-1', content: 'AB'.repeat(20) }],
          licenses: [{ license: { id: 'Apache-2.0', acknowledgement: 'declared' } }],
          supplier: { name: 'Acme' },
          scope: 'optional',
        }),
      ],
    }),
  );

  assert.equal(sbom.serial, 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79');
  assert.equal(sbom.created, '2026-03-01T08:00:00.000Z');
  assert.deepEqual(sbom.tools, [{ name: 'builder', version: '4', vendor: 'acme' }]);
  assert.equal(sbom.subject?.ref, 'gw');
  assert.deepEqual(sbom.components, [
    {
      ref: 'can',
      type: 'library',
      name: 'can-stack',
      version: '2.4.1',
      group: 'org.acme',
      supplier: 'Acme',
      purl: 'pkg:npm/%40acme/can@2.4.1?a=1&b=2',
      cpe: 'cpe:2.3:a:acme:can_stack:2.4.1:*:*:*:*:*:*:*',
      hashes: [{ algorithm: 'SHA-1', value: 'ab'.repeat(20) }],
      licences: [{ id: 'Apache-2.0', acknowledgement: 'declared' }],
      scope: 'optional',
    },
  ]);
  assert.deepEqual(sbom.warnings, []);
});

test('nested components are flattened and remember what they are a part of', () => {
  const inner = part({ 'bom-ref': 'inner' });
  const subject = { type: 'firmware', name: 'ecu', 'bom-ref': 'ecu', components: [part({ 'bom-ref': 'boot' })] };

  const sbom = readSbom(
    bom({ metadata: { component: subject }, components: [part({ 'bom-ref': 'outer', components: [inner] })] }),
  );

  assert.deepEqual(
    sbom.components.map(({ ref, parent }) => [ref, parent]),
    [
      ['boot', 'ecu'],
      ['outer', undefined],
      ['inner', 'outer'],
    ],
  );
});

test('vulnerabilities become statements in the words of the document, never components', () => {
  const vulnerabilities = [
    {
      id: 'CVE-2026-0001',
      updated: '2026-02-01T00:00:00Z',
      analysis: {
        state: 'not_affected',
        justification: 'code_not_present',
        detail: 'The parser is not built',
        response: ['will_not_fix'],
        lastUpdated: '2026-03-01T01:00:00+01:00',
      },
      affects: [{ ref: 'a' }, { ref: 'urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#b' }],
    },
    { references: [{ id: 'GHSA-1', source: { name: 'g' } }], affects: [{ ref: 'urn:cdx:0/1#elsewhere' }] },
  ];
  const serialNumber = 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79';
  const components = ['a', 'b'].map((ref) => part({ 'bom-ref': ref }));

  const sbom = readSbom(bom({ serialNumber, components, vulnerabilities }));

  assert.equal(sbom.components.length, 2);
  assert.deepEqual(sbom.statements, [
    {
      vulnerability: 'CVE-2026-0001',
      status: 'not_affected',
      justification: 'code_not_present',
      detail: 'The parser is not built',
      responses: ['will_not_fix'],
      refs: ['a', 'b'],
      at: '2026-03-01T00:00:00.000Z',
    },
    { vulnerability: 'GHSA-1', responses: [], refs: ['urn:cdx:0/1#elsewhere'] },
  ]);
});

test('authors, completeness and the facts about the delivered file are read for the quality gate', () => {
  const delivered = part({
    'bom-ref': 'a',
    manufacturer: { name: 'Acme', contact: [{ name: 'PSIRT', email: 'psirt@acme.example' }] },
    externalReferences: [
      { type: 'distribution', url: 'https://acme.example/a', hashes: [{ alg: 'SHA-512', content: 'AB'.repeat(64) }] },
    ],
    properties: [
      { name: 'bsi:component:filename', value: 'libcan.so' },
      { name: 'bsi:component:executable', value: 'executable' },
      { name: 'bsi:component:archive', value: 'no archive' },
      { name: 'bsi:component:structured', value: 'something else' },
    ],
  });
  const metadata = {
    authors: [{ name: 'Ada', email: 'ada@acme.example' }],
    supplier: { name: 'Acme', url: ['https://acme.example'] },
  };

  const sbom = readSbom(
    bom({ metadata, components: [delivered], compositions: [{ aggregate: 'complete', assemblies: ['a'] }] }),
  );

  assert.deepEqual(sbom.authors, [
    { name: 'Ada', contact: 'ada@acme.example' },
    { name: 'Acme', contact: 'https://acme.example' },
  ]);
  assert.equal(sbom.completeness, 'complete');
  assert.equal(sbom.components[0]?.supplierContact, 'psirt@acme.example');
  assert.deepEqual(sbom.components[0]?.delivery, {
    filename: 'libcan.so',
    sha512: 'ab'.repeat(64),
    executable: true,
    archive: false,
  });
});

test('a cycle of dependencies is read as it stands, each edge once', () => {
  const components = ['a', 'b'].map((ref) => part({ 'bom-ref': ref }));
  const dependencies = [
    { ref: 'a', dependsOn: ['b', 'b'] },
    { ref: 'b', dependsOn: ['a', 'b'] },
  ];

  const sbom = readSbom(bom({ components, dependencies }));

  assert.deepEqual(
    sbom.dependencies.map(({ from, to }) => from + to),
    ['ab', 'ba', 'bb'],
  );
});

test('an edge to a service or to nothing is left out with a warning', () => {
  const dependencies = [{ ref: 'a', dependsOn: ['svc', 'ghost'] }];
  const text = bom({
    components: [part({ 'bom-ref': 'a' })],
    services: [{ name: 's', 'bom-ref': 'svc' }],
    dependencies,
  });

  assert.deepEqual(readSbom(text).dependencies, []);
  assert.deepEqual(codes(text), ['edge-left-out', 'unknown-reference']);
});

test('a repeated bom-ref keeps the first holder; the second stays in the inventory under another reference', () => {
  const components = [part({ 'bom-ref': 'a' }), part({ 'bom-ref': 'a', name: 'other' }), part()];

  const sbom = readSbom(bom({ components }));

  assert.deepEqual(
    sbom.components.map(({ ref }) => ref),
    ['a', '$.components[1]', '$.components[2]'],
  );
  assert.ok(sbom.warnings.some(({ code, path }) => code === 'duplicate-reference' && path === '$.components[1]'));
});

test('the same component twice in one list is refused', () => {
  const components = [
    { name: 'x', type: 'library' },
    { type: 'library', name: 'x' },
  ];

  assertRefused(() => readSbom(bom({ components })), 'sbom.wrong-value', '$.components[1]');
});

test('a broken purl, CPE or hash costs the identifier, not the component', () => {
  const broken = part({
    purl: 'pkg:swift/NoNamespace',
    cpe: 'cpe:2.3:a:short',
    hashes: [{ alg: 'MD5', content: 'a'.repeat(64) }],
  });
  const text = bom({ components: [broken] });

  const [component] = readSbom(text).components;

  assert.deepEqual([component?.purl, component?.cpe, component?.hashes], [undefined, undefined, []]);
  assert.deepEqual(codes(text).sort(), ['bad-cpe', 'bad-hash', 'bad-purl']);
});

test('a licence expression with an unknown identifier is kept with a warning', () => {
  const text = bom({ components: [part({ licenses: [{ expression: 'MIT OR Unheard-1.0' }] })] });

  assert.deepEqual(readSbom(text).components[0]?.licences, [{ expression: 'MIT OR Unheard-1.0' }]);
  assert.deepEqual(codes(text), ['bad-licence']);
});

test('each fault names its place', () => {
  const cases = [
    [{ specVersion: '1.1' }, 'sbom.unsupported-version', '$.specVersion'],
    [{ serialNumber: 'urn:uuid:1' }, 'sbom.wrong-value', '$.serialNumber'],
    [{ version: 0 }, 'sbom.wrong-value', '$.version'],
    [{ extra: 1 }, 'sbom.unknown-field', '$.extra'],
    [{ components: {} }, 'sbom.wrong-type', '$.components'],
    [{ components: [null] }, 'sbom.wrong-type', '$.components[0]'],
    [{ components: [part({ 'bom-ref': '' })] }, 'sbom.wrong-value', '$.components[0]["bom-ref"]'],
    [
      { components: [part({ components: [{ type: 'library' }] })] },
      'sbom.missing-field',
      '$.components[0].components[0].name',
    ],
    [{ metadata: { timestamp: '2026-02-30T00:00:00Z' } }, 'sbom.wrong-value', '$.metadata.timestamp'],
    [{ dependencies: [{ dependsOn: [] }] }, 'sbom.missing-field', '$.dependencies[0].ref'],
    [
      { components: [part({ licenses: [{ license: { id: 'apache-2.0' } }] })] },
      'sbom.wrong-value',
      '$.components[0].licenses[0].license.id',
    ],
  ] as const;
  for (const [change, code, path] of cases) assertRefused(() => readSbom(bom(change)), code, path);
});

test('words and fields belong to their version: newer words are refused, newer fields only noted', () => {
  const asset = part({ type: 'cryptographic-asset' });
  assertRefused(
    () => readSbom(bom({ specVersion: '1.5', components: [asset] })),
    'sbom.wrong-value',
    '$.components[0].type',
  );
  assert.equal(readSbom(bom({ components: [asset] })).components[0]?.type, 'cryptographic-asset');
  assert.deepEqual(codes(bom({ specVersion: '1.4', components: [part({ tags: ['x'] })] })), ['newer-field']);
  assert.deepEqual(codes(bom({ specVersion: '1.2', extra: 1 })), ['unknown-field']);
  assertRefused(
    () => readSbom(bom({ specVersion: '1.3', components: [{ type: 'file', name: 'f' }] })),
    'sbom.missing-field',
    '$.components[0].version',
  );
});
