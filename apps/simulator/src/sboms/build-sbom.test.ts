import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSbom } from '@bulkhead/sbom';
import { models } from '../fleet/models.ts';
import { programs, releasesOf } from '../fleet/software.ts';
import { buildSbom } from './build-sbom.ts';
import { recipes } from './recipes.ts';
import { needs, sources } from './sources.ts';

const documents = programs.flatMap((program) =>
  releasesOf(program).map((version) => ({ program, version, text: buildSbom(program, version) })),
);

test('every version of every program has an SBOM that our own reader takes without a warning', () => {
  assert.ok(documents.length >= 30);
  for (const { program, version, text } of documents) {
    const sbom = readSbom(Buffer.from(text));
    assert.deepEqual([sbom.format, sbom.specVersion, sbom.warnings], ['CycloneDX', '1.6', []], program.name);
    assert.deepEqual([sbom.subject?.name, sbom.subject?.version], [program.name, version]);
    assert.ok(
      sbom.components.length >= 15 && sbom.components.length <= 80,
      `${program.name} ${sbom.components.length}`,
    );
    assert.equal(new Set(sbom.components.map(({ ref }) => ref)).size, sbom.components.length);
  }
});

test('what is open source can be identified, and what suppliers keep to themselves cannot', () => {
  for (const { program, text } of documents) {
    const { components } = readSbom(Buffer.from(text));
    const open = Object.keys(recipes[program.name]?.open ?? {});
    const identified = components.filter(({ purl }) => purl !== undefined);
    assert.deepEqual(identified.map(({ name }) => name).sort(), open.sort());
    assert.ok(
      components.some(({ purl, cpe }) => !purl && !cpe),
      `${program.name} hides nothing`,
    );
  }
});

test('a newer version of a program carries newer components', () => {
  const [program] = programs;
  const versionsOf = (version: string) =>
    new Map(
      readSbom(Buffer.from(buildSbom(program as NonNullable<typeof program>, version))).components.map(
        ({ name, version: found }) => [name, found],
      ),
    );

  assert.equal(versionsOf('7.2.0').get('openssl'), '3.0.7');
  assert.equal(versionsOf('7.4.0').get('openssl'), '3.0.13');
});

test('the same version always has the same document', () => {
  for (const { program, version, text } of documents) assert.equal(buildSbom(program, version), text);
});

test('every program of a model has a recipe, every source is used, and every need is a source', () => {
  const known = new Set(programs.map(({ name }) => name));
  for (const { roles } of models)
    for (const { software } of roles) assert.ok(software.every((name) => known.has(name)));
  const used = new Set(Object.values(recipes).flatMap(({ open }) => Object.keys(open)));
  assert.deepEqual(
    [...sources.keys()].filter((name) => !used.has(name)),
    [],
  );
  for (const name of Object.entries(needs).flatMap(([from, to]) => [from, ...to])) assert.ok(sources.has(name), name);
});
