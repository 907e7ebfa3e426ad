import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';

const sources = import.meta.dirname;
/** Paths of other parts are written from the root of the checkout. */
const placeOf = (path: string) => (path.startsWith('apps/') ? join(sources, '../../..', path) : join(sources, path));
const page = readFileSync(join(sources, '../../../docs/reference/uptane-requirements.md'), 'utf8');
const rows = page.split('\n').filter((line) => /^\| [SC\d]/.test(line));

it('The page of requirements names code and tests that exist', () => {
  const files = rows.flatMap((row) => [...row.matchAll(/`([\w/.-]+(?:\.ts|\/))`/g)].map(([, path = '']) => path));
  const tests = rows.flatMap((row) =>
    [...row.matchAll(/`([\w/.-]+\.test\.ts)`: \*(.+?)\*(?=;| \|)/g)].map(([, path = '', name = '']) => ({
      path,
      name,
    })),
  );

  assert.deepEqual(
    files.filter((path) => !existsSync(placeOf(path))),
    [],
  );
  assert.deepEqual(
    tests.filter(({ path, name }) => !readFileSync(placeOf(path), 'utf8').includes(name)),
    [],
  );
  assert.ok(files.length > 100, `${files.length} files`);
  assert.ok(tests.length > 50, `${tests.length} tests`);
});

it('The page of requirements leaves none out', () => {
  const numbers = rows.flatMap((row) => (/^\| ([^|]+) \|/.exec(row)?.[1] ?? '').split(', '));
  const expected = [
    ...Array.from({ length: 22 }, (_, i) => `S${i + 1}`),
    ...Array.from({ length: 13 }, (_, i) => `C${i + 1}`),
    ...Array.from({ length: 14 }, (_, i) => `${i + 1}`),
  ];
  assert.deepEqual(numbers, expected);
});
