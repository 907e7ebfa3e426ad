import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readVersionWords } from './version-words.ts';

test('what stands alone is read as it is meant', () => {
  const cases: readonly (readonly [text: string, meaning: object])[] = [
    ['1.2.3', { exact: '1.2.3' }],
    ['FW13', { exact: 'FW13' }],
    ['*', {}],
    ['All versions', {}],
    ['< 4.2.1', { before: '4.2.1' }],
    ['<= 4.2.1', { upTo: '4.2.1' }],
    ['>= 4.0.0, < 4.2.1', { from: '4.0.0', before: '4.2.1' }],
    ['> 1.0, <= 2.0', { from: '1.0', fromExcluded: true, upTo: '2.0' }],
    ['= 1.5', { exact: '1.5' }],
    ['All versions < V4.1.4', { before: '4.1.4' }],
    ['before 2.1', { before: '2.1' }],
    ['prior to version 2.1', { before: '2.1' }],
    ['up to and including 3.4', { upTo: '3.4' }],
    ['7.2 and earlier', { upTo: '7.2' }],
    ['4.10 to 5.6', { from: '4.10', upTo: '5.6' }],
    ['Fixed in OpenSSL 1.1.1d (Affected 1.1.1-1.1.1c)', { from: '1.1.1', upTo: '1.1.1c' }],
    ['Fixed in OpenSSL 3.0.1 (Affected 3.0.0)', { exact: '3.0.0' }],
    ['Fixed in 7.83.1', { before: '7.83.1' }],
  ];
  for (const [text, meaning] of cases) assert.deepEqual(readVersionWords(text), meaning, text);
});

test('what cannot be understood stays in its words, and never becomes "not affected"', () => {
  const words = [
    'n/a',
    '-',
    'unspecified',
    '',
    '0',
    'Snapdragon 820 Automotive Platform',
    'see references',
    '1.x < 1.22.4, 1.x < 1.20.7, 0.10.x',
    '< commit 1f55d2e',
    '>= 1.0, < 2.0, != 1.5',
    '< 1.0 || > 2.0',
    '6.6, 7.0, and 7.1',
  ];
  for (const text of words) assert.ok(readVersionWords(text).words !== undefined, text);
});

test('long and crafted texts take no time', () => {
  const started = performance.now();
  for (const text of [
    '<'.repeat(100_000),
    `>= ${'1.'.repeat(50_000)}`,
    `Fixed in ${'a '.repeat(50_000)}(Affected 1`,
    ' '.repeat(100_000),
    `${'9'.repeat(100_000)} to`,
  ]) {
    readVersionWords(text);
  }
  assert.ok(performance.now() - started < 3000);
});
