import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { repositoryRoot } from '../../tools/lib/repository-root.ts';
import { type Cruise, cruise } from './cruise.ts';
import { planted, plantedGraph, plantedPackages } from './planted.ts';
import { moduleNames, modulesFolder } from './tree.ts';

/** Raise it as the code grows: a cruise that sees fewer files has lost sight of the code and proves nothing. */
const fewestFiles = 150;
const fewestModules = 6;

const tree = mkdtempSync(join(tmpdir(), 'bulkhead-imports-'));
after(() => rmSync(tree, { recursive: true, force: true }));

function plant(): void {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  };
  for (const path of ['.dependency-cruiser.mjs', 'tsconfig.json']) cpSync(join(repositoryRoot, path), join(tree, path));
  for (const { path, code } of planted) write(path, `${code}\n`);
  write('docs/adr/0003-module-graph.md', plantedGraph);
  mkdirSync(join(tree, 'node_modules/@bulkhead'), { recursive: true });
  for (const name of ['kysely', 'pg', 'fastify'])
    symlinkSync(join(repositoryRoot, 'node_modules', name), join(tree, 'node_modules', name));
  for (const [name, door] of Object.entries(plantedPackages)) {
    const folder = door.slice(0, door.indexOf('/src/'));
    write(
      `${folder}/package.json`,
      JSON.stringify({ name: `@bulkhead/${name}`, exports: { '.': door.replace(folder, '.') } }),
    );
    symlinkSync(join(tree, folder), join(tree, 'node_modules/@bulkhead', name));
  }
}

const rulesReportedFrom = (result: Cruise, path: string) =>
  result.summary.violations.filter((violation) => violation.from === path).map((violation) => violation.rule.name);

test('no import breaks a rule of the design', async () => {
  const result = await cruise(repositoryRoot);

  const broken = result.summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} -> ${to}`);
  assert.deepEqual(broken, []);
  const sources = result.modules.map((module) => module.source).filter((path) => !path.includes('node_modules'));
  assert.ok(sources.length >= fewestFiles, `only ${sources.length} files were seen`);
  assert.ok(moduleNames().length >= fewestModules, `only ${moduleNames().length} modules exist`);
  for (const name of moduleNames())
    assert.ok(
      sources.some((path) => path.startsWith(`${modulesFolder}/${name}/`)),
      `no file of ${name} was seen`,
    );
});

test('each import rule catches a planted violation and leaves the innocent files alone', async () => {
  plant();

  const result = await cruise(tree);

  for (const { path, breaks } of planted) {
    const reported = rulesReportedFrom(result, path);
    if (breaks.length === 0) assert.deepEqual(reported, [], `${path} is allowed`);
    for (const rule of breaks)
      assert.ok(reported.includes(rule), `${path} breaks ${rule}; reported: ${reported.join(', ') || 'nothing'}`);
  }
});

test('every rule has a planted violation', async () => {
  const { default: config } = (await import(join(tree, '.dependency-cruiser.mjs'))) as {
    default: { forbidden: { name: string }[] };
  };
  const caught = new Set(planted.flatMap(({ breaks }) => breaks));
  const missing = config.forbidden
    .map(({ name }) => name)
    .filter((name) => !caught.has(name) && !name.startsWith('4-module-graph-'));
  assert.deepEqual(missing, []);
});
