import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSbom } from '../read-sbom.ts';
import { assertRefused, spdx, spdxPackage } from '../testing.ts';

function relate(from: string, relationshipType: string, to: string): object {
  return {
    spdxElementId: `SPDXRef-${from}`,
    relationshipType,
    relatedSpdxElement: to === 'NONE' ? to : `SPDXRef-${to}`,
  };
}

test('a package comes out with identifiers, checksums, licences and supplier', () => {
  const openssl = spdxPackage('openssl', {
    versionInfo: '3.0.13',
    supplier: 'Organization: Acme (psirt@acme.example)',
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: 'Apache-2.0',
    primaryPackagePurpose: 'LIBRARY',
    checksums: [{ algorithm: 'SHA256', checksumValue: 'AB'.repeat(32) }],
    externalRefs: [
      {
        referenceCategory: 'PACKAGE_MANAGER',
        referenceType: 'purl',
        referenceLocator: 'pkg:deb/Debian/openssl@3.0.13',
      },
      { referenceCategory: 'SECURITY', referenceType: 'cpe22Type', referenceLocator: 'cpe:/a:openssl:openssl:3.0.13' },
      {
        referenceCategory: 'SECURITY',
        referenceType: 'cpe23Type',
        referenceLocator: 'cpe:2.3:a:openssl:openssl:3.0.13:*:*:*:*:*:*:*',
      },
    ],
  });

  const sbom = readSbom(spdx({ packages: [openssl] }));

  assert.deepEqual(sbom.tools, [{ name: 'image-builder', version: '4.1' }]);
  assert.equal(sbom.serial, 'https://supplier.example/spdx/gateway-image-1');
  assert.deepEqual(sbom.components, [
    {
      ref: 'SPDXRef-openssl',
      type: 'library',
      name: 'openssl',
      version: '3.0.13',
      supplier: 'Acme',
      supplierContact: 'psirt@acme.example',
      purl: 'pkg:deb/debian/openssl@3.0.13',
      cpe: 'cpe:2.3:a:openssl:openssl:3.0.13:*:*:*:*:*:*:*',
      hashes: [{ algorithm: 'SHA-256', value: 'ab'.repeat(32) }],
      licences: [{ id: 'Apache-2.0', acknowledgement: 'declared' }],
    },
  ]);
});

test('both ways of writing a relationship give the same edge; files and other documents give none', () => {
  const packages = ['image', 'a', 'b', 'c'].map((id) => spdxPackage(id));
  const relationships = [
    relate('DOCUMENT', 'DESCRIBES', 'image'),
    relate('image', 'CONTAINS', 'a'),
    relate('a', 'DEPENDS_ON', 'b'),
    relate('b', 'DEPENDENCY_OF', 'a'),
    relate('c', 'BUILD_DEPENDENCY_OF', 'a'),
    relate('a', 'CONTAINS', 'file-1'),
    relate('a', 'DEPENDS_ON', 'NONE'),
    relate('a', 'GENERATED_FROM', 'b'),
  ];

  const sbom = readSbom(spdx({ packages, files: [{ SPDXID: 'SPDXRef-file-1', fileName: './x' }], relationships }));

  assert.equal(sbom.subject?.name, 'image');
  assert.deepEqual(
    sbom.components.map(({ name }) => name),
    ['a', 'b', 'c'],
  );
  assert.deepEqual(
    sbom.dependencies.map(({ from, to, kind }) => `${from.slice(8)} ${kind} ${to.slice(8)}`),
    ['image contains a', 'a depends-on b', 'a depends-on c'],
  );
  assert.deepEqual(sbom.warnings, []);
});

test('documentDescribes names the subject too; several subjects are all kept as components', () => {
  const packages = [spdxPackage('a'), spdxPackage('b')];

  const one = readSbom(spdx({ spdxVersion: 'SPDX-2.2', packages, documentDescribes: ['SPDXRef-b'] }));
  const two = readSbom(spdx({ packages, documentDescribes: ['SPDXRef-a', 'SPDXRef-b'] }));

  assert.equal(one.subject?.name, 'b');
  assert.equal(two.subject, undefined);
  assert.equal(two.components.length, 2);
  assert.deepEqual(
    two.warnings.map(({ code }) => code),
    ['several-subjects'],
  );
});

test('each fault names its place', () => {
  const cases = [
    [{ spdxVersion: 'SPDX-2.1' }, 'sbom.unsupported-version', '$.spdxVersion'],
    [{ dataLicense: 'MIT' }, 'sbom.wrong-value', '$.dataLicense'],
    [{ creationInfo: { created: 'yesterday', creators: [] } }, 'sbom.wrong-value', '$.creationInfo.created'],
    [{ packages: [{ SPDXID: 'SPDXRef-a', name: 'a' }] }, 'sbom.missing-field', '$.packages[0].downloadLocation'],
    [{ packages: [spdxPackage('a b')] }, 'sbom.wrong-value', '$.packages[0].SPDXID'],
    [
      { packages: [spdxPackage('a', { checksums: [{ algorithm: 'CRC', checksumValue: 'ab' }] })] },
      'sbom.wrong-value',
      '$.packages[0].checksums[0].algorithm',
    ],
    [
      { relationships: [{ spdxElementId: 'SPDXRef-a' }] },
      'sbom.missing-field',
      '$.relationships[0].relatedSpdxElement',
    ],
  ] as const;
  for (const [change, code, path] of cases) assertRefused(() => readSbom(spdx(change)), code, path);
});

test('CVEs that the build says it patched become statements about the package', () => {
  const patched = spdxPackage('acl', { sourceInfo: 'CVEs fixed: CVE-2026-0001 CVE-2026-0002 nonsense CVE-2026-0001' });

  const sbom = readSbom(spdx({ packages: [patched, spdxPackage('b', { sourceInfo: 'see CVE-2026-0003' })] }));

  assert.deepEqual(
    sbom.statements.map(({ vulnerability, status, refs }) => [vulnerability, status, refs]),
    [
      ['CVE-2026-0001', 'fixed', ['SPDXRef-acl']],
      ['CVE-2026-0002', 'fixed', ['SPDXRef-acl']],
    ],
  );
});
