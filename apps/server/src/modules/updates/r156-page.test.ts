import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const page = readFileSync(join(import.meta.dirname, '../../../../../docs/reference/r156-clauses.md'), 'utf8');

test('the page of R156 clauses names tests that exist', () => {
  const named = [...page.matchAll(/`([\w/.-]+\.test\.ts)`: \*(.+?)\*(?=;| \|)/g)].map(([, path = '', name = '']) => ({
    path,
    name,
  }));
  const missing = named.filter(
    ({ path, name }) => !readFileSync(join(import.meta.dirname, path), 'utf8').includes(name),
  );
  assert.deepEqual(missing, []);
  assert.ok(named.length > 20, `${named.length} tests`);
});
