import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exists, filesIn, moduleNames, modulesFolder, read, sourcesIn } from './tree.ts';
import { tablesOfMigration, tablesWrittenBy } from './written-tables.ts';

const isStore = (path: string) => /[/-]store\.ts$|\/store\/[^/]+\.ts$/.test(path);
const foreign = (tables: ReadonlySet<string>, prefix: string) =>
  [...tables].filter((table) => !table.startsWith(prefix));

test('each module can be read alone: it has a README.md and a front door index.ts', () => {
  const missing = moduleNames().flatMap((name) =>
    ['README.md', 'index.ts'].map((file) => `${modulesFolder}/${name}/${file}`).filter((path) => !exists(path)),
  );

  assert.deepEqual(missing, []);
});

test('the migrations of a module touch only tables with its own prefix', () => {
  const wrong = moduleNames().flatMap((name) =>
    filesIn(`${modulesFolder}/${name}/migrations`, '.sql').flatMap((path) =>
      foreign(tablesOfMigration(read(path)), `${name}_`).map((table) => `${path}: ${table}`),
    ),
  );

  assert.deepEqual(wrong, []);
});

test('only the stores of a module write, and only tables with its own prefix', () => {
  const wrong = moduleNames().flatMap((name) =>
    sourcesIn(`${modulesFolder}/${name}`).flatMap((path) => {
      const written = tablesWrittenBy(read(path));
      const tables = isStore(path) ? foreign(written, `${name}_`) : [...written];
      return tables.map((table) => `${path} writes ${table}`);
    }),
  );

  assert.deepEqual(wrong, []);
});

test('the platform writes no table of a module', () => {
  const prefixes = moduleNames().map((name) => `${name}_`);
  const wrong = sourcesIn('apps/server/src/platform').flatMap((path) =>
    [...tablesWrittenBy(read(path))]
      .filter((table) => prefixes.some((prefix) => table.startsWith(prefix)))
      .map((table) => `${path} writes ${table}`),
  );

  assert.deepEqual(wrong, []);
});

test('the scan of written tables sees the tables that the migrations create', () => {
  const created = moduleNames().flatMap((name) =>
    filesIn(`${modulesFolder}/${name}/migrations`, '.sql').flatMap((path) => [...tablesOfMigration(read(path))]),
  );
  const written = new Set(
    moduleNames().flatMap((name) =>
      sourcesIn(`${modulesFolder}/${name}`).flatMap((path) => [...tablesWrittenBy(read(path))]),
    ),
  );
  const unwritten = new Set(created.filter((table) => !written.has(table)));

  // Views, types and tables filled by triggers exist; were most tables unwritten, the scan would be blind.
  assert.ok(unwritten.size * 2 <= new Set(created).size, `no writer seen for: ${[...unwritten].join(', ')}`);
});

test('no HTTP status is decided below routes.ts', () => {
  const status = /\b(?:statusCode|httpStatus)\b|\bstatus\s*[:=]\s*[1-5]\d\d\b|\.status\(\s*[1-5]\d\d\s*\)/;
  const wrong = sourcesIn(modulesFolder).filter((path) => !/[/-]routes\.ts$/.test(path) && status.test(read(path)));

  assert.deepEqual(wrong, []);
});
