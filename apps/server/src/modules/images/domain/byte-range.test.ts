import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRange } from './byte-range.ts';

test('a range of bytes is read as RFC 9110 says, and anything else means the whole file', () => {
  const cases = [
    [undefined, undefined],
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=5-', { start: 5, end: 9 }],
    ['bytes=5-100', { start: 5, end: 9 }],
    ['bytes=-3', { start: 7, end: 9 }],
    ['bytes=-30', { start: 0, end: 9 }],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=7-5', undefined],
    ['bytes=-', undefined],
    ['bytes=0-1,3-4', undefined],
    ['lines=0-1', undefined],
    ['bytes=0-1 ', undefined],
    ['bytes=9999999999999999-', undefined],
  ] as const;
  for (const [header, expected] of cases) assert.deepEqual(parseRange(header, 10), expected, header ?? 'none');
  assert.equal(parseRange('bytes=-1', 0), 'unsatisfiable');
  assert.equal(cases.length, 14);
});
