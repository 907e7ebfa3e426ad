import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operations, permissions } from '@bulkhead/contract';

const all = Object.entries(operations);
const fewestOperations = 20;

test('every operation declares a known permission, its problems, a summary and an answer', () => {
  assert.ok(all.length >= fewestOperations, `only ${all.length} operations were seen`);
  const known: ReadonlySet<string> = new Set(permissions);
  for (const [id, operation] of all) {
    assert.ok(known.has(operation.permission), `${id}: unknown permission ${operation.permission}`);
    assert.ok(
      Array.isArray(operation.problems),
      `${id}: problems is a list, empty when there are none beyond the common`,
    );
    assert.ok(operation.summary.length > 0, `${id}: say what it does in one sentence`);
    assert.ok(operation.ok, `${id}: the schema of the answer is missing`);
  }
});

test('problem codes have the form area.kebab-code', () => {
  for (const [id, { problems }] of all) {
    for (const code of problems) assert.match(code, /^[a-z-]+\.[a-z0-9]+(-[a-z0-9]+)*$/, id);
  }
});

test('no two operations share a method and path', () => {
  const seen = new Map<string, string>();
  for (const [id, { method, path }] of all) {
    const place = `${method} ${path.replace(/:[^/]+/g, ':')}`;
    assert.equal(seen.get(place), undefined, `${id} and ${seen.get(place)} are both ${place}`);
    seen.set(place, id);
  }
});
