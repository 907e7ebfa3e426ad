import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { readSbom } from '../read-sbom.ts';
import { type PackedFile, spdx, spdxPackage, tar, zip } from '../testing.ts';

const space = (name: string) => `http://spdx.org/spdxdoc/${name}`;
const sha1 = (text: string) => createHash('sha1').update(text).digest('hex');
const external = (id: string, target: string, content: string) => ({
  externalDocumentId: `DocumentRef-${id}`,
  spdxDocument: space(target),
  checksum: { algorithm: 'SHA1', checksumValue: sha1(content) },
});
const relate = (spdxElementId: string, relationshipType: string, relatedSpdxElement: string) => ({
  spdxElementId,
  relationshipType,
  relatedSpdxElement,
});
const cpe = (name: string) => ({
  referenceCategory: 'SECURITY',
  referenceType: 'http://spdx.org/rdf/references/cpe23Type',
  referenceLocator: `cpe:2.3:*:*:${name}:2.3.2:*:*:*:*:*:*:*`,
});

/** What Yocto's create-spdx writes for an image of two packages built from two recipes. */
function image(): PackedFile[] {
  const document = (name: string, change: object) =>
    spdx({ name, documentNamespace: space(name), spdxVersion: 'SPDX-2.2', ...change });
  const recipe = (name: string, more: object) =>
    document(`recipe-${name}`, {
      packages: [
        spdxPackage(`Recipe-${name}`, { name, versionInfo: '2.3.2', ...more }),
        spdxPackage(`Download-${name}-1`),
      ],
      relationships: [
        relate('SPDXRef-DOCUMENT', 'DESCRIBES', `SPDXRef-Recipe-${name}`),
        relate(`SPDXRef-Download-${name}-1`, 'BUILD_DEPENDENCY_OF', `SPDXRef-Recipe-${name}`),
      ],
    });
  const acl = recipe('acl', { externalRefs: [cpe('acl'), cpe('libacl')], sourceInfo: 'CVEs fixed: CVE-2026-0001' });
  const gcc = recipe('gcc', {});
  const built = (name: string, from: string, recipeText: string) =>
    document(name, {
      packages: [spdxPackage(`Package-${name}`, { name, versionInfo: '2.3.2', licenseDeclared: 'GPL-2.0-or-later' })],
      files: [{ SPDXID: 'SPDXRef-File-1', fileName: './lib' }],
      externalDocumentRefs: [external(`recipe-${from}`, `recipe-${from}`, recipeText)],
      relationships: [
        relate(`SPDXRef-Package-${name}`, 'GENERATED_FROM', `DocumentRef-recipe-${from}:SPDXRef-Recipe-${from}`),
        relate(`SPDXRef-Package-${name}`, 'CONTAINS', 'SPDXRef-File-1'),
        relate('SPDXRef-File-1', 'GENERATED_FROM', `DocumentRef-recipe-${from}:SPDXRef-SourceFile-9`),
      ],
    });
  const libacl = built('libacl1', 'acl', acl);
  const libstdc = built('libstdc++6', 'gcc', gcc);
  const runtime = document('runtime-libacl1', {
    externalDocumentRefs: [
      external('package-libacl1', 'libacl1', libacl),
      external('runtime-dependency-libstdc++6', 'libstdc++6', libstdc),
    ],
    relationships: [
      relate('SPDXRef-DOCUMENT', 'AMENDS', 'DocumentRef-package-libacl1:SPDXRef-DOCUMENT'),
      relate(
        'DocumentRef-runtime-dependency-libstdc++6:SPDXRef-Package-libstdc++6',
        'RUNTIME_DEPENDENCY_OF',
        'DocumentRef-package-libacl1:SPDXRef-Package-libacl1',
      ),
    ],
  });
  const top = document('core-image', {
    packages: [spdxPackage('RootFS', { name: 'core-image', versionInfo: '1.0' })],
    externalDocumentRefs: [
      external('libacl1', 'libacl1', libacl),
      external('libstdc++6', 'libstdc++6', libstdc),
      external('runtime-libacl1', 'runtime-libacl1', runtime),
    ],
    relationships: [
      relate('SPDXRef-RootFS', 'CONTAINS', 'DocumentRef-libacl1:SPDXRef-Package-libacl1'),
      relate('SPDXRef-RootFS', 'CONTAINS', 'DocumentRef-libstdc++6:SPDXRef-Package-libstdc++6'),
      relate('SPDXRef-RootFS', 'OTHER', 'DocumentRef-runtime-libacl1:SPDXRef-DOCUMENT'),
    ],
  });
  const files = Object.entries({
    'core-image': top,
    libacl1: libacl,
    'libstdc++6': libstdc,
    'runtime-libacl1': runtime,
    'recipe-acl': acl,
    'recipe-gcc': gcc,
  }).map(([name, content]) => ({ path: `${name}.spdx.json`, content }));
  const documents = files.map(({ path, content }) => ({ filename: path, documentNamespace: '', sha1: sha1(content) }));
  return [...files, { path: 'index.json', content: JSON.stringify({ documents }) }];
}

test('the documents of an image are joined: what is on it, what it was built from, what depends on what', () => {
  const sbom = readSbom(zstdCompressSync(tar(image())));

  const short = (ref: string) => ref.slice(ref.lastIndexOf('SPDXRef-') + 8);
  assert.deepEqual(
    [sbom.format, sbom.specVersion, sbom.subject?.name, sbom.serial],
    ['SPDX', '2.2', 'core-image', space('core-image')],
  );
  assert.deepEqual(
    sbom.components.map(({ name, type, scope, source }) => [name, type, scope, source]),
    [
      ['libacl1', 'install', undefined, 'acl'],
      ['libstdc++6', 'install', undefined, 'gcc'],
      ['acl', 'source', 'excluded', undefined],
      ['Download-acl-1', 'source', 'excluded', undefined],
      ['gcc', 'source', 'excluded', undefined],
      ['Download-gcc-1', 'source', 'excluded', undefined],
    ],
  );
  assert.deepEqual(
    sbom.dependencies.map(({ from, to, kind }) => `${short(from)} ${kind} ${short(to)}`),
    [
      'RootFS contains Package-libacl1',
      'RootFS contains Package-libstdc++6',
      'Package-libacl1 depends-on Package-libstdc++6',
      'Recipe-acl depends-on Download-acl-1',
      'Recipe-gcc depends-on Download-gcc-1',
    ],
  );
  assert.deepEqual(sbom.warnings, []);
});

test('a package without identifiers takes the CPE names of its recipe, and its patched CVEs are about the package', () => {
  const sbom = readSbom(zip(image()));

  const [libacl, libstdc] = sbom.components;
  assert.deepEqual(libacl?.cpes, ['cpe:2.3:*:*:acl:2.3.2:*:*:*:*:*:*:*', 'cpe:2.3:*:*:libacl:2.3.2:*:*:*:*:*:*:*']);
  assert.equal(libstdc?.cpe, undefined);
  assert.deepEqual(
    sbom.statements.map(({ vulnerability, status, refs }) => [vulnerability, status, refs]),
    [['CVE-2026-0001', 'fixed', [`${space('libacl1')}#SPDXRef-Package-libacl1`]]],
  );
});

test('a missing document and one with other content than those who refer to it have seen are reported', () => {
  const files = image().filter(({ path }) => path !== 'recipe-gcc.spdx.json');
  const changed = files.map((file) =>
    file.path === 'recipe-acl.spdx.json'
      ? { ...file, content: String(file.content).replace('"2.3.2"', '"2.3.3"') }
      : file,
  );

  const { warnings, components } = readSbom(tar(changed));

  assert.deepEqual(warnings.map(({ code, path }) => [code, path]).sort(), [
    ['checksum-mismatch', 'recipe-acl.spdx.json'],
    ['checksum-mismatch', 'recipe-acl.spdx.json'],
    ['unknown-reference', 'libstdc++6.spdx.json'],
    ['unknown-reference', 'recipe-gcc.spdx.json'],
  ]);
  assert.equal(components.length, 4);
});

test('documents that refer to one another in a circle, or hold a document twice, are read to an end', () => {
  const one = (name: string, other: string) =>
    spdx({
      name,
      documentNamespace: space(name),
      packages: [spdxPackage(name)],
      externalDocumentRefs: [{ externalDocumentId: 'DocumentRef-o', spdxDocument: space(other) }],
      relationships: [relate(`SPDXRef-${name}`, 'DEPENDS_ON', `DocumentRef-o:SPDXRef-${other}`)],
    });
  const files = [
    { path: 'a.json', content: one('a', 'b') },
    { path: 'b.json', content: one('b', 'a') },
    { path: 'again.json', content: one('b', 'a') },
  ];

  const sbom = readSbom(tar(files));

  assert.equal(sbom.subject, undefined);
  assert.deepEqual([sbom.components.length, sbom.dependencies.length, sbom.components[0]?.scope], [2, 2, undefined]);
  assert.deepEqual(sbom.warnings.map(({ code }) => code).sort(), ['file-left-out', 'no-subject']);
});

test('components and edges are bounded over all documents of the archive', () => {
  assert.throws(() => readSbom(tar(image()), { maxComponents: 3 }), { code: 'sbom.too-many-components' });
  assert.throws(() => readSbom(tar(image()), { maxEdges: 3 }), { code: 'sbom.too-many-edges' });
});
