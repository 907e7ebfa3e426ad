import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SbomComponent } from '../model.ts';
import { readSbom } from '../read-sbom.ts';
import { assertRefused, bom, part, spdx, spdxPackage } from '../testing.ts';
import { writeCycloneDx } from './write-cyclonedx.ts';

function component(ref: string, parent?: string): SbomComponent {
  return { ref, type: 'library', name: ref, hashes: [], licences: [], ...(parent === undefined ? {} : { parent }) };
}

test('an SPDX document can be published as CycloneDX, types and containment by the nearest word', () => {
  const packages = [
    spdxPackage('image', { primaryPackagePurpose: 'ARCHIVE' }),
    spdxPackage('tool', { primaryPackagePurpose: 'INSTALL', licenseConcluded: 'MIT AND ISC', licenseDeclared: 'MIT' }),
  ];
  const relationship = {
    spdxElementId: 'SPDXRef-image',
    relationshipType: 'CONTAINS',
    relatedSpdxElement: 'SPDXRef-tool',
  };
  const source = readSbom(spdx({ packages, documentDescribes: ['SPDXRef-image'], relationships: [relationship] }));

  const written = readSbom(writeCycloneDx(source));

  assert.equal(written.subject?.type, 'file');
  assert.deepEqual(written.components, [
    {
      ref: 'SPDXRef-tool',
      type: 'library',
      name: 'tool',
      hashes: [],
      licences: [{ expression: 'MIT AND ISC', acknowledgement: 'concluded' }],
    },
  ]);
  assert.deepEqual(written.dependencies, [{ from: 'SPDXRef-image', to: 'SPDXRef-tool', kind: 'depends-on' }]);
  assert.equal(written.serial, undefined);
});

test('parts are nested in what they are a part of', () => {
  const text = bom({ components: [part({ 'bom-ref': 'a', components: [part({ 'bom-ref': 'b' })] })] });

  assert.deepEqual(readSbom(writeCycloneDx(readSbom(text))).components, readSbom(text).components);
});

test('vulnerability statements are not written', () => {
  const source = readSbom(bom({ vulnerabilities: [{ id: 'CVE-2026-0001' }] }));

  assert.equal(writeCycloneDx(source).includes('CVE-2026-0001'), false);
});

test('a model that contradicts itself is refused, not written in half', () => {
  const base = { tools: [], dependencies: [] };
  const cycle = [component('a', 'b'), component('b', 'a')];
  const chain = Array.from({ length: 5000 }, (_, i) => component(`c${i}`, i === 0 ? undefined : `c${i - 1}`));
  for (const components of [cycle, chain, [component('a'), component('a')]]) {
    assertRefused(() => writeCycloneDx({ ...base, components }), 'sbom.wrong-value', '$');
  }
});
