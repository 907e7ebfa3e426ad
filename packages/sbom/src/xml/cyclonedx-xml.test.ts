import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSbom } from '../read-sbom.ts';
import { assertRefused } from '../testing.ts';

const serial = 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79';
const xml = (content: string, version = '1.6', attributes = '') =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<bom xmlns="http://cyclonedx.org/schema/bom/${version}"${attributes}>${content}</bom>`;

const document = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  serialNumber: serial,
  version: 3,
  metadata: {
    timestamp: '2026-03-01T09:00:00+01:00',
    tools: { components: [{ type: 'application', name: 'builder', version: '4' }] },
    authors: [{ name: 'Ada', email: 'ada@acme.example' }],
    component: { type: 'firmware', name: 'gateway', 'bom-ref': 'gw' },
    supplier: { name: 'Acme', url: ['https://acme.example'], contact: [{ name: 'PSIRT' }] },
    properties: [{ name: 'line', value: 'A & B' }],
  },
  components: [
    {
      type: 'library',
      'bom-ref': 'can',
      'mime-type': 'application/x-sharedlib',
      supplier: { name: 'Acme' },
      group: 'org.acme',
      name: 'can-stack',
      version: '2.4.1',
      scope: 'optional',
      hashes: [{ alg: 'SHA-1', content: 'AB'.repeat(20) }],
      licenses: [{ license: { id: 'Apache-2.0', acknowledgement: 'declared' } }],
      purl: 'pkg:npm/%40acme/can@2.4.1',
      modified: true,
      externalReferences: [
        {
          type: 'distribution',
          url: 'https://acme.example/can',
          hashes: [{ alg: 'SHA-512', content: 'cd'.repeat(64) }],
        },
      ],
      components: [{ type: 'library', 'bom-ref': 'inner', name: 'inner', version: '1' }],
      properties: [{ name: 'bsi:component:filename', value: 'libcan.so' }],
    },
    {
      type: 'library',
      'bom-ref': 'ssl',
      name: 'openssl',
      version: '3.0',
      licenses: [{ expression: 'MIT OR Apache-2.0' }],
    },
  ],
  dependencies: [
    { ref: 'gw', dependsOn: ['can', 'ssl'] },
    { ref: 'can', dependsOn: ['ssl'] },
  ],
  compositions: [{ aggregate: 'incomplete', assemblies: ['gw'] }],
  vulnerabilities: [
    {
      id: 'CVE-2026-0001',
      source: { name: 'NVD', url: 'https://nvd.example' },
      cwes: [79],
      analysis: { state: 'exploitable', response: ['update', 'workaround_available'], detail: 'Parser' },
      affects: [{ ref: 'ssl' }],
    },
  ],
};

const twin = xml(
  `<metadata><timestamp>2026-03-01T09:00:00+01:00</timestamp>
    <tools><components><component type="application"><name>builder</name><version>4</version></component></components></tools>
    <authors><author><name>Ada</name><email>ada@acme.example</email></author></authors>
    <component type="firmware" bom-ref="gw"><name>gateway</name></component>
    <supplier><name>Acme</name><url>https://acme.example</url><contact><name>PSIRT</name></contact></supplier>
    <properties><property name="line">A &amp; B</property></properties></metadata>
  <components>
    <component type="library" bom-ref="can" mime-type="application/x-sharedlib">
      <supplier><name>Acme</name></supplier><group>org.acme</group><name>can-stack</name><version>2.4.1</version>
      <scope>optional</scope><hashes><hash alg="SHA-1">${'AB'.repeat(20)}</hash></hashes>
      <licenses><license acknowledgement="declared"><id>Apache-2.0</id></license></licenses>
      <purl>pkg:npm/%40acme/can@2.4.1</purl><modified>true</modified>
      <externalReferences><reference type="distribution"><url>https://acme.example/can</url>
        <hashes><hash alg="SHA-512">${'cd'.repeat(64)}</hash></hashes></reference></externalReferences>
      <components><component type="library" bom-ref="inner"><name>inner</name><version>1</version></component></components>
      <properties><property name="bsi:component:filename">libcan.so</property></properties>
    </component>
    <component type="library" bom-ref="ssl"><name><![CDATA[openssl]]></name><version>3.0</version>
      <licenses><expression>MIT OR Apache-2.0</expression></licenses></component>
  </components>
  <dependencies><dependency ref="gw"><dependency ref="can"/><dependency ref="ssl"/></dependency>
    <dependency ref="can"><dependency ref="ssl"/></dependency></dependencies>
  <compositions><composition><aggregate>incomplete</aggregate><assemblies><assembly ref="gw"/></assemblies></composition></compositions>
  <vulnerabilities><vulnerability><id>CVE-2026-0001</id><source><name>NVD</name><url>https://nvd.example</url></source>
    <cwes><cwe>79</cwe></cwes>
    <analysis><state>exploitable</state><responses><response>update</response><response>workaround_available</response></responses>
      <detail>Parser</detail></analysis><affects><target><ref>ssl</ref></target></affects></vulnerability></vulnerabilities>`,
  '1.6',
  ` serialNumber="${serial}" version="3"`,
);

test('an XML document gives the very model of the JSON document that says the same', () => {
  assert.deepEqual(readSbom(twin), readSbom(JSON.stringify(document)));
  assert.equal(readSbom(new TextEncoder().encode(`\ufeff${twin}`)).components.length, 3);
});

test('every version from 1.2 to 1.7 is read, also with a prefix for the namespace', () => {
  for (const version of ['1.2', '1.3', '1.4', '1.5', '1.6', '1.7']) {
    const text = xml(
      '<components><component type="library"><name>a</name><version>1</version></component></components>',
      version,
    );
    assert.equal(readSbom(text).specVersion, version);
  }
  const prefixed = '<c:bom xmlns:c="http://cyclonedx.org/schema/bom/1.5"><c:components/></c:bom>';
  assert.equal(readSbom(prefixed).specVersion, '1.5');
});

test('the rules of the JSON form hold: each fault names its place there', () => {
  const component = (inner: string, attributes = 'type="library"') =>
    `<components><component ${attributes}>${inner}</component></components>`;
  const cases = [
    [component('<version>1</version>'), 'sbom.missing-field', '$.components[0].name'],
    [component('<name>a</name>', 'type="spaceship"'), 'sbom.wrong-value', '$.components[0].type'],
    [component('<name>a</name><extra>1</extra>'), 'sbom.unknown-field', '$.components[0].extra'],
    [component('<name>good</name><name>evil</name>'), 'sbom.wrong-value', '$.components[0].name'],
    [component('', 'type="library" name="a"'), 'sbom.missing-field', '$.components[0].name'],
    [
      component('<name>a</name><licenses><license><id>Nope</id></license></licenses>'),
      'sbom.wrong-value',
      '$.components[0].licenses[0].license.id',
    ],
    ['<components><part/></components>', 'sbom.unknown-field', '$.components'],
    ['<dependencies><dependency/></dependencies>', 'sbom.missing-field', '$.dependencies[0].ref'],
    ['<metadata><timestamp>yesterday</timestamp></metadata>', 'sbom.wrong-value', '$.metadata.timestamp'],
    ['<__proto__><polluted>1</polluted></__proto__>', 'sbom.unknown-field', '$.__proto__'],
  ] as const;
  for (const [content, code, path] of cases) assertRefused(() => readSbom(xml(content)), code, path);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

test('attributes that the schema does not know and elements of foreign vocabularies are ignored and reported', () => {
  const text = xml(
    `<components><component type="library" foo="bar" x:y="z" xmlns:x="urn:x"><name>a</name><version>1</version>
      <x:note>hello</x:note><hashes><hash alg="SHA-1" at="3">${'ab'.repeat(20)}</hash></hashes></component></components>`,
  );

  const { warnings, components } = readSbom(text);

  assert.equal(components[0]?.name, 'a');
  assert.deepEqual(
    warnings.map(({ code, path }) => [code, path]),
    [
      ['unknown-field', '$.components[0]'],
      ['unknown-field', '$.components[0]'],
      ['unknown-field', '$.components[0].hashes[0]'],
      ['no-subject', '$.metadata.component'],
    ],
  );
});

test('a time without a zone, which XML allows, is one of UTC', () => {
  const content = `<metadata><timestamp>2026-03-01T09:00:00</timestamp></metadata>
    <vulnerabilities><vulnerability><id>CVE-2026-0001</id>
      <analysis><state>resolved</state><lastUpdated>2026-03-02T09:00:00.5</lastUpdated></analysis></vulnerability></vulnerabilities>`;

  const { created, statements } = readSbom(xml(content));

  assert.equal(created, '2026-03-01T09:00:00.000Z');
  assert.equal(statements[0]?.at, '2026-03-02T09:00:00.500Z');
});

test('names that differ between the forms are those of the JSON form', () => {
  const content = (distribution: string) => `<metadata>${distribution}</metadata>
    <components><component type="library" isExternal="true"><name>a</name><version>1</version>
      <licenses><expression-detailed expression="MIT AND Zlib" acknowledgement="declared" bom-ref="l">
        <details license-identifier="MIT" bom-ref="m"><url>https://a.example</url></details></expression-detailed></licenses>
      <omnibor>gitoid:blob:sha1:a94a8fe5ccb19ba61c4c0873d391e987982fbbd3</omnibor>
      <omnibor>gitoid:blob:sha1:b94a8fe5ccb19ba61c4c0873d391e987982fbbd3</omnibor></component></components>`;

  for (const said of [
    '<distribution>CLEAR</distribution>',
    '<distributionConstraints><tlp>RED</tlp></distributionConstraints>',
  ]) {
    const { warnings, components } = readSbom(xml(content(said), '1.7'));

    assert.deepEqual(
      warnings.map(({ code }) => code),
      ['no-subject'],
    );
    assert.equal(components[0]?.name, 'a');
  }
  assertRefused(
    () => readSbom(xml('<metadata><distribution>PURPLE</distribution></metadata>', '1.7')),
    'sbom.wrong-value',
    '$.metadata.distributionConstraints.tlp',
  );
});

test('document types and entities are refused: nothing is expanded and nothing is fetched', () => {
  const laughs = `<?xml version="1.0"?><!DOCTYPE bom [<!ENTITY a "${'ha'.repeat(100)}"><!ENTITY b "&a;&a;&a;">]>`;
  const outside = '<!DOCTYPE bom SYSTEM "file:///etc/passwd">';
  for (const start of [laughs, outside]) {
    assertRefused(() => readSbom(`${start}<bom xmlns="http://cyclonedx.org/schema/bom/1.6"/>`), 'sbom.not-xml', '$');
  }
  assert.throws(() => readSbom(xml('<metadata>&xxe;</metadata>')), { code: 'sbom.not-xml' });
});

test('depth, attributes, texts and values are bounded before anything is built', () => {
  assert.throws(() => readSbom('<a>'.repeat(1_000_000)), { code: 'sbom.too-deep' });
  const many = Array.from({ length: 1000 }, (_, i) => `a${i}="1"`).join(' ');
  assert.throws(() => readSbom(xml(`<metadata ${many}/>`)), { code: 'sbom.too-many-values' });
  assert.throws(() => readSbom(xml(`<metadata a="${'x'.repeat(200)}"/>`), { maxStringLength: 100 }), {
    code: 'sbom.string-too-long',
  });
  assert.throws(() => readSbom(xml(`<x>${'x'.repeat(200)}</x>`), { maxStringLength: 100 }), {
    code: 'sbom.string-too-long',
  });
  assert.throws(() => readSbom(xml('<a/>'.repeat(100)), { maxValues: 50 }), { code: 'sbom.too-many-values' });
});

test('what is not well-formed, not UTF-8 or holds a NUL is refused', () => {
  for (const broken of [
    '<bom',
    '<bom><a></bom>',
    '<bom a="1" a="2"/>',
    xml('&#0;'),
    xml('&#xD800;'),
    `${xml('')}<bom/>`,
  ]) {
    assert.throws(() => readSbom(broken), { code: 'sbom.not-xml' }, broken);
  }
  const declared = xml('').replace('UTF-8', 'ISO-8859-1');
  assertRefused(() => readSbom(declared), 'sbom.bad-text', '$');
});

test('whatever a valid document is damaged into, only an SbomError comes out', () => {
  const damage = ['', '<', '>', '&', '"', ']]>', '<!', '<?', '\u0000', '</bom>', '&#1;'];
  let seen = 0;
  for (let i = 0; i < twin.length; i += 6) {
    for (const piece of damage) {
      seen++;
      try {
        readSbom(twin.slice(0, i) + piece + twin.slice(i + 1));
      } catch (error) {
        assert.equal((error as Error).name, 'SbomError', `${piece} at ${i}: ${String(error)}`);
      }
    }
  }
  assert.ok(seen > 2_000, `${seen} documents were damaged`);
});
