import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOptions } from './options.ts';
import { summaryLine } from './outcome.ts';

test('paths select files, --no-skips is known, anything else is refused', () => {
  assert.deepEqual(readOptions(['./packages/pki', '--no-skips']), { filters: ['packages/pki'], noSkips: true });
  assert.deepEqual(readOptions([]), { filters: [], noSkips: false });
  assert.equal(readOptions(['--no-skip']), undefined);
});

test('the summary names skipped tests only when there are some', () => {
  assert.equal(summaryLine(3, 0, 0), '3 passed, 0 failed');
  assert.equal(summaryLine(3, 1, 2), '3 passed, 1 failed, 2 skipped');
});
