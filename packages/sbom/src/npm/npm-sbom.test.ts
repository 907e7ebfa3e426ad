import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { writeCycloneDx } from '../cyclonedx/write-cyclonedx.ts';
import { readSbom } from '../read-sbom.ts';
import { assertRefused } from '../testing.ts';
import { npmSbom } from './npm-sbom.ts';

const integrity = `sha512-${Buffer.alloc(64, 0xab).toString('base64')}`;
const root = { name: 'platform', version: '1.0.0' };
const lock = {
  lockfileVersion: 3,
  packages: {
    '': { workspaces: ['packages/*'], devDependencies: { tool: '^1' } },
    'packages/core': { name: '@own/core', version: '0.1.0', dependencies: { '@s/lib': '^2', leaf: '^1' } },
    'node_modules/@own/core': { resolved: 'packages/core', link: true },
    'node_modules/@s/lib': { version: '2.0.0', integrity, license: 'MIT', dependencies: { leaf: '^2' } },
    'node_modules/@s/lib/node_modules/leaf': { version: '2.5.0', integrity, license: 'MIT OR Apache-2.0' },
    'node_modules/leaf': { version: '1.0.0', integrity, license: 'SEE LICENSE IN x', optional: true },
    'node_modules/tool': { version: '1.9.0', integrity, dev: true, dependencies: { leaf: '^1' } },
  },
};

test('a lock file becomes components with purl, hexadecimal hash, licence and scope', () => {
  const sbom = npmSbom(lock, root);

  assert.deepEqual(
    sbom.components.find(({ name }) => name === 'lib'),
    {
      ref: 'pkg:npm/%40s/lib@2.0.0',
      type: 'library',
      name: 'lib',
      version: '2.0.0',
      group: '@s',
      purl: 'pkg:npm/%40s/lib@2.0.0',
      hashes: [{ algorithm: 'SHA-512', value: 'ab'.repeat(64) }],
      licences: [{ id: 'MIT', acknowledgement: 'declared' }],
      scope: 'required',
    },
  );
  assert.deepEqual(
    sbom.components.map(({ ref, scope }) => `${ref} ${scope}`),
    [
      'pkg:npm/%40s/lib@2.0.0 required',
      'pkg:npm/leaf@1.0.0 optional',
      'pkg:npm/leaf@2.5.0 required',
      'pkg:npm/tool@1.9.0 excluded',
      'workspace:packages/core required',
    ],
  );
});

test('dependencies are found as Node finds them, through nested folders and workspace links', () => {
  const edges = npmSbom(lock, root).dependencies.map(({ from, to }) => `${from} > ${to}`);

  assert.deepEqual(edges, [
    'pkg:npm/%40s/lib@2.0.0 > pkg:npm/leaf@2.5.0',
    'pkg:npm/tool@1.9.0 > pkg:npm/leaf@1.0.0',
    'platform@1.0.0 > pkg:npm/tool@1.9.0',
    'platform@1.0.0 > workspace:packages/core',
    'workspace:packages/core > pkg:npm/%40s/lib@2.0.0',
    'workspace:packages/core > pkg:npm/leaf@1.0.0',
  ]);
});

test('development packages can be left out', () => {
  const names = npmSbom(lock, { ...root, productionOnly: true }).components.map(({ name }) => name);

  assert.deepEqual(names.includes('tool'), false);
});

test('a lock file of another version is refused with the remedy', () => {
  assertRefused(() => npmSbom({ lockfileVersion: 1, dependencies: {} }, root), 'sbom.bad-lockfile', '$.packages');
});

test("the platform's own lock file is written, read back without loss, and the same each time", () => {
  const own = JSON.parse(readFileSync(new URL('../../../../package-lock.json', import.meta.url), 'utf8')) as object;
  const sbom = npmSbom(own, {
    ...root,
    created: '2026-01-01T00:00:00.000Z',
    serial: 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79',
  });
  assert.ok(sbom.components.length > 100, `only ${sbom.components.length} components`);

  const text = writeCycloneDx(sbom);
  const again = readSbom(text);

  assert.deepEqual(again.components, sbom.components);
  assert.equal(again.dependencies.length, sbom.dependencies.length);
  assert.deepEqual(again.warnings, []);
  assert.equal(writeCycloneDx(again), text);
});
