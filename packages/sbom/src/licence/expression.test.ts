import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findLicenceId, licenceExpressionFault } from './expression.ts';

test('well-formed licence expressions have no fault', () => {
  for (const text of [
    'MIT',
    'GPL-2.0+',
    '(MIT OR Apache-2.0) AND BSD-3-Clause',
    'GPL-2.0-only WITH Classpath-exception-2.0',
    'DocumentRef-x:LicenseRef-y',
    'mit or isc',
  ]) {
    assert.equal(licenceExpressionFault(text), undefined, text);
  }
});

test('broken licence expressions are explained and never throw', () => {
  for (const text of [
    '',
    'MIT OR',
    '(MIT',
    'MIT)',
    'MIT Apache-2.0',
    'Apache-2',
    'MIT WITH Nothing',
    '('.repeat(1000),
    'x'.repeat(5000),
  ]) {
    assert.equal(typeof licenceExpressionFault(text), 'string', text.slice(0, 20));
  }
});

test('a licence id is found whatever its case', () => {
  assert.equal(findLicenceId('apache-2.0'), 'Apache-2.0');
  assert.equal(findLicenceId('Apache-2'), undefined);
});
