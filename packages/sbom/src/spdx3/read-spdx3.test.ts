import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSbom } from '../read-sbom.ts';
import { assertRefused, spdx3, spdx3Package, spdx3Relation } from '../testing.ts';

const cpe = (product: string) => `cpe:2.3:*:*:${product}:2.3.2:*:*:*:*:*:*:*`;
const identifier = (externalIdentifierType: string, value: string) => ({
  type: 'ExternalIdentifier',
  externalIdentifierType,
  identifier: value,
});
const vulnerability = (id: string) => ({
  type: 'security_Vulnerability',
  spdxId: `urn:vuln:${id}`,
  creationInfo: '_:info',
  externalIdentifier: [identifier('cve', id)],
});
const vex = (kind: string, from: string, word: string, to: string[], more: object = {}) => ({
  ...spdx3Relation(`urn:vuln:${from}`, word, to, more),
  type: `security_Vex${kind}VulnAssessmentRelationship`,
  security_vexVersion: '1.0.0',
});

/** An image of two packages as Yocto 5.1 writes it: builds between recipes, packages and the root file system. */
const yocto = spdx3([
  { type: 'Tool', spdxId: 'urn:tool', creationInfo: '_:info', name: 'oe-spdx-creator 1.0' },
  {
    type: 'SpdxDocument',
    spdxId: 'urn:doc',
    creationInfo: '_:info',
    name: 'core-image',
    rootElement: ['urn:sbom'],
    profileConformance: ['core', 'software', 'security'],
  },
  {
    type: 'software_Sbom',
    spdxId: 'urn:sbom',
    creationInfo: '_:info',
    rootElement: ['urn:pkg:core-image', 'urn:file:image'],
  },
  { type: 'software_File', spdxId: 'urn:file:image', creationInfo: '_:info', name: 'core-image.wic' },
  spdx3Package('core-image', 'archive'),
  spdx3Package('libacl1', 'install', {
    software_packageVersion: '2.3.2',
    suppliedBy: 'urn:org',
    externalIdentifier: [identifier('cpe23', cpe('acl')), identifier('cpe23', cpe('libacl'))],
    verifiedUsing: [{ type: 'Hash', algorithm: 'sha256', hashValue: 'AB'.repeat(32) }],
  }),
  spdx3Package('bash', 'install', { software_packageVersion: '5.2', software_packageUrl: 'pkg:yocto/core/bash@5.2' }),
  spdx3Package('acl-2.3.2.tar.gz', 'source', { software_downloadLocation: 'https://example.org/acl' }),
  {
    type: 'build_Build',
    spdxId: 'urn:build:acl',
    creationInfo: '_:info',
    name: 'acl:do_create_spdx:recipe',
    build_buildType: 'b',
  },
  {
    type: 'build_Build',
    spdxId: 'urn:build:rootfs',
    creationInfo: '_:info',
    name: 'core-image:do_create_rootfs_spdx:rootfs',
    build_buildType: 'b',
  },
  spdx3Relation('urn:build:acl', 'hasOutput', ['urn:pkg:libacl1']),
  spdx3Relation('urn:build:acl', 'hasInput', ['urn:pkg:acl-2.3.2.tar.gz']),
  spdx3Relation('urn:build:rootfs', 'hasInput', ['urn:pkg:libacl1', 'urn:pkg:bash']),
  spdx3Relation('urn:build:rootfs', 'hasOutput', ['urn:pkg:core-image']),
  spdx3Relation('urn:pkg:bash', 'dependsOn', ['urn:pkg:libacl1'], {
    type: 'LifecycleScopedRelationship',
    scope: 'runtime',
  }),
  spdx3Relation('urn:build:acl', 'dependsOn', ['urn:build:rootfs'], {
    type: 'LifecycleScopedRelationship',
    scope: 'build',
  }),
  spdx3Relation('urn:pkg:libacl1', 'hasConcludedLicense', ['urn:licence']),
  {
    type: 'simplelicensing_LicenseExpression',
    spdxId: 'urn:licence',
    creationInfo: '_:info',
    simplelicensing_licenseExpression: 'GPL-2.0-or-later AND LGPL-2.1-or-later',
  },
  spdx3Relation('urn:pkg:bash', 'hasDeclaredLicense', ['http://spdx.org/licenses/GPL-3.0-or-later']),
  vulnerability('CVE-2026-0001'),
  vulnerability('CVE-2026-0002'),
  vulnerability('CVE-2026-0003'),
  spdx3Relation('urn:pkg:libacl1', 'hasAssociatedVulnerability', ['urn:vuln:CVE-2026-0001', 'urn:vuln:CVE-2026-0003']),
  vex('Fixed', 'CVE-2026-0001', 'fixedIn', ['urn:pkg:libacl1']),
  vex('Fixed', 'CVE-2026-0001', 'fixedIn', ['urn:pkg:bash']),
  vex('NotAffected', 'CVE-2026-0002', 'doesNotAffect', ['urn:pkg:libacl1'], {
    security_impactStatement: 'Windows only',
    security_justificationType: 'vulnerableCodeNotPresent',
  }),
]);

test('what is installed is told from what it was built from, with every identifier of the package', () => {
  const sbom = readSbom(yocto);

  assert.deepEqual(
    [sbom.format, sbom.specVersion, sbom.documentName, sbom.serial],
    ['SPDX', '3.0.1', 'core-image', 'urn:doc'],
  );
  assert.equal(sbom.created, '2026-03-01T08:00:00.000Z');
  assert.deepEqual(sbom.authors, [{ name: 'Acme' }]);
  assert.equal(sbom.subject?.name, 'core-image');
  assert.deepEqual(
    sbom.components.map(({ name, type, scope, source }) => [name, type, scope, source]),
    [
      ['libacl1', 'install', undefined, 'acl'],
      ['bash', 'install', undefined, undefined],
      ['acl-2.3.2.tar.gz', 'source', 'excluded', undefined],
    ],
  );
  const [libacl, bash] = sbom.components;
  assert.deepEqual(libacl, {
    ref: 'urn:pkg:libacl1',
    type: 'install',
    name: 'libacl1',
    version: '2.3.2',
    supplier: 'Acme',
    cpe: cpe('acl'),
    cpes: [cpe('acl'), cpe('libacl')],
    source: 'acl',
    hashes: [{ algorithm: 'SHA-256', value: 'ab'.repeat(32) }],
    licences: [{ expression: 'GPL-2.0-or-later AND LGPL-2.1-or-later', acknowledgement: 'concluded' }],
  });
  assert.deepEqual(
    [bash?.purl, bash?.licences],
    ['pkg:yocto/core/bash@5.2', [{ id: 'GPL-3.0-or-later', acknowledgement: 'declared' }]],
  );
  assert.deepEqual(sbom.warnings, []);
});

test('edges between packages are kept; what an image is made of comes from the build that put it out', () => {
  assert.deepEqual(
    readSbom(yocto).dependencies.map(({ from, to, kind }) => `${from.slice(8)} ${kind} ${to.slice(8)}`),
    ['bash depends-on libacl1', 'core-image contains libacl1', 'core-image contains bash'],
  );
});

test('assessments become statements, one for all packages that share it; a bare mention has no status', () => {
  assert.deepEqual(readSbom(yocto).statements, [
    {
      vulnerability: 'CVE-2026-0001',
      status: 'fixedIn',
      responses: [],
      refs: ['urn:pkg:libacl1', 'urn:pkg:bash'],
      at: '2026-03-01T08:00:00.000Z',
    },
    {
      vulnerability: 'CVE-2026-0002',
      status: 'doesNotAffect',
      justification: 'vulnerableCodeNotPresent',
      detail: 'Windows only',
      responses: [],
      refs: ['urn:pkg:libacl1'],
      at: '2026-03-01T08:00:00.000Z',
    },
    { vulnerability: 'CVE-2026-0003', responses: [], refs: ['urn:pkg:libacl1'], at: '2026-03-01T08:00:00.000Z' },
  ]);
});

test('the delivered file of a package and the completeness of its relationships are read', () => {
  const sbom = readSbom(
    spdx3([
      spdx3Package('app', 'application', { originatedBy: ['urn:maker'] }),
      {
        type: 'Person',
        spdxId: 'urn:maker',
        creationInfo: '_:info',
        name: 'Ada',
        externalIdentifier: [identifier('email', 'ada@acme.example')],
      },
      {
        type: 'software_File',
        spdxId: 'urn:file:app',
        creationInfo: '_:info',
        name: 'app.tar',
        software_additionalPurpose: ['archive', 'container'],
        verifiedUsing: [{ type: 'Hash', algorithm: 'sha512', hashValue: 'CD'.repeat(64) }],
      },
      spdx3Relation('urn:pkg:app', 'hasDistributionArtifact', ['urn:file:app']),
      spdx3Relation('urn:pkg:app', 'dependsOn', ['https://spdx.org/rdf/3.0.1/terms/Core/NoneElement'], {
        completeness: 'complete',
      }),
    ]),
  );

  assert.deepEqual(sbom.components[0]?.delivery, {
    filename: 'app.tar',
    sha512: 'cd'.repeat(64),
    executable: false,
    archive: true,
    structured: true,
  });
  assert.deepEqual([sbom.components[0]?.supplier, sbom.components[0]?.supplierContact], ['Ada', 'ada@acme.example']);
  assert.deepEqual([sbom.completeness, sbom.dependencies], ['complete', []]);
});

test('single values in place of lists, elements written in place and cycles are read', () => {
  const sbom = readSbom(
    spdx3([
      spdx3Package('a', 'library'),
      spdx3Package('b', 'library', { suppliedBy: { type: 'Organization', spdxId: 'urn:org', name: 'Acme' } }),
      { ...spdx3Relation('urn:pkg:a', 'dependsOn', []), to: 'urn:pkg:b' },
      spdx3Relation('urn:pkg:b', 'contains', ['urn:pkg:a', 'urn:pkg:b', 'urn:pkg:gone']),
    ]),
  );

  assert.deepEqual(
    sbom.dependencies.map(({ from, to }) => from.slice(8) + to.slice(8)),
    ['ab', 'ba', 'bb'],
  );
  assert.equal(sbom.components[1]?.supplier, 'Acme');
  assert.deepEqual(sbom.warnings.map(({ code }) => code).sort(), ['no-subject', 'unknown-reference']);
});

test('each fault names its place', () => {
  const graph = (element: object | string | null) => spdx3([], { '@graph': [element] });
  const cases = [
    [graph('x'), 'sbom.wrong-type', '$["@graph"][0]'],
    [graph({ spdxId: 'urn:x' }), 'sbom.missing-field', '$["@graph"][0].type'],
    [graph({ type: 'software_Package', spdxId: 'urn:x' }), 'sbom.missing-field', '$["@graph"][0].name'],
    [graph({ type: 'software_Package', name: 'x' }), 'sbom.missing-field', '$["@graph"][0].spdxId'],
    [
      graph(spdx3Package('x', 'install', { software_packageVersion: 7 })),
      'sbom.wrong-type',
      '$["@graph"][0].software_packageVersion',
    ],
    [
      graph({ type: 'Relationship', from: 'a', relationshipType: 'contains' }),
      'sbom.missing-field',
      '$["@graph"][0].to',
    ],
    [
      graph({ type: 'Relationship', from: 'a', to: [1], relationshipType: 'contains' }),
      'sbom.wrong-type',
      '$["@graph"][0].to[0]',
    ],
    [
      graph({ type: 'CreationInfo', created: 'now', specVersion: '3.0.1' }),
      'sbom.wrong-value',
      '$["@graph"][0].created',
    ],
    [spdx3([], { '@graph': {} }), 'sbom.wrong-type', '$["@graph"]'],
    [
      spdx3([], { '@context': 'https://spdx.org/rdf/3.1.0/spdx-context.jsonld' }),
      'sbom.unsupported-version',
      '$["@context"]',
    ],
  ] as const;
  for (const [text, code, path] of cases) assertRefused(() => readSbom(text), code, path);
  assert.throws(() => readSbom(yocto, { maxStatements: 3 }), { code: 'sbom.too-many-statements' });
  assert.throws(() => readSbom(yocto, { maxComponents: 3 }), { code: 'sbom.too-many-components' });
});
