import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exists, foldersIn, read, sourcesIn } from './tree.ts';

const frontDoor = /\/index\.ts$/;
const mostAgentDependencies = 5;

/** Nothing but two or more re-exports: a barrel. */
function isBarrel(code: string): boolean {
  const statements = code
    .replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '')
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
  return statements.length > 1 && statements.every((statement) => /^export\b[^=(]*\bfrom\b/.test(statement));
}

test('a barrel is told from a file with a life of its own', () => {
  assert.equal(isBarrel("export * from './a.ts';\nexport { b } from './b.ts'; // both\n"), true);
  assert.equal(isBarrel("export * from './a.ts';\nexport const b = 1;\n"), false);
  assert.equal(isBarrel("export { a } from './a.ts';\n"), false);
});

test('no file but a front door only passes things on', () => {
  const sources = ['apps', 'packages'].flatMap((folder) => sourcesIn(folder));
  const barrels = sources.filter((path) => !frontDoor.test(path) && isBarrel(read(path)));

  assert.ok(sources.length >= 40, `only ${sources.length} files were seen`);
  assert.deepEqual(barrels, []);
});

test('files are named in kebab-case', () => {
  const sources = ['apps', 'packages', 'test', 'tools'].flatMap((folder) => sourcesIn(folder));
  const wrong = sources.filter((path) => !/(^|\/)[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*\.tsx?$/.test(path));

  assert.deepEqual(wrong, []);
});

test('every package with code has a front door', () => {
  const packages = foldersIn('packages').filter((name) => sourcesIn(`packages/${name}/src`).length > 0);

  assert.deepEqual(
    packages.filter((name) => !exists(`packages/${name}/src/index.ts`)),
    [],
  );
});

test('the agent has at most a handful of dependencies: it runs in a vehicle', () => {
  const { dependencies } = JSON.parse(read('apps/agent/package.json')) as { dependencies: Record<string, string> };

  assert.ok(Object.keys(dependencies).length <= mostAgentDependencies, Object.keys(dependencies).join(', '));
});
