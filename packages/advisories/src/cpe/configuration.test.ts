import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ComponentIdentity } from '../model.ts';
import { cveRecord, verdictOf } from '../testing.ts';

const match = (product: string, more: Record<string, unknown> = {}) => ({
  vulnerable: true,
  criteria: `cpe:2.3:a:acme:${product}:*:*:*:*:*:*:*:*`,
  ...more,
});
const platform = { vulnerable: false, criteria: 'cpe:2.3:o:acme:rtos:*:*:*:*:*:*:*:*' };
const node = (operator: string, cpeMatch: readonly unknown[], negate = false) => ({ operator, negate, cpeMatch });
/** A record whose only statement is its applicability, as NVD and some authorities write it. */
const record = (nodes: readonly unknown[], more: Record<string, unknown> = {}) =>
  cveRecord([{ vendor: 'n/a', product: 'n/a', versions: [{ version: 'n/a', status: 'affected' }] }], {
    cpeApplicability: [{ nodes, ...more }],
  });
const part = (product: string, version: string, more: Partial<ComponentIdentity> = {}): ComponentIdentity => ({
  name: 'part',
  cpe: `cpe:2.3:a:acme:${product}:${version}:*:*:*:*:*:*:*`,
  ...more,
});

test('all four bounds are read as they are named', () => {
  const bounds = (more: Record<string, unknown>) => record([node('OR', [match('gate', more)])]);
  const check = (more: Record<string, unknown>, inside: readonly string[], outside: readonly string[]) => {
    for (const version of inside)
      assert.equal(verdictOf(bounds(more), part('gate', version)), 'affected by cpe', version);
    for (const version of outside) assert.equal(verdictOf(bounds(more), part('gate', version)), 'no match', version);
  };
  check({ versionStartIncluding: '1.0', versionEndExcluding: '2.0' }, ['1.0', '1.9'], ['0.9', '2.0']);
  check({ versionStartExcluding: '1.0', versionEndIncluding: '2.0' }, ['1.1', '2.0'], ['1.0', '2.1']);
  check({}, ['0.1', '99'], []);
  check({ criteria: 'cpe:2.3:a:acme:gate:1.5:rc1:*:*:*:*:*:*' }, [], ['1.5', '1.4']);
  check({ criteria: 'cpe:2.3:a:acme:gate:1.5:*:*:*:*:*:*:*' }, ['1.5', '1.5.0'], ['1.6']);
});

test('without a version a bounded range is unsure, an unbounded one is not', () => {
  assert.equal(
    verdictOf(record([node('OR', [match('gate', { versionEndExcluding: '2' })])]), part('gate', '*')),
    'unsure by cpe',
  );
  assert.equal(verdictOf(record([node('OR', [match('gate')])]), part('gate', '*')), 'affected by cpe');
});

test('what it must run on decides where it is known, and leaves it unsure where it is not', () => {
  const both = record([node('OR', [match('gate')]), node('OR', [platform])], { operator: 'AND' });
  const rtos = 'cpe:2.3:o:acme:rtos:4:*:*:*:*:*:*:*';
  assert.equal(verdictOf(both, part('gate', '1')), 'unsure by cpe');
  assert.equal(verdictOf(both, part('gate', '1', { platformCpes: [rtos] })), 'affected by cpe');
  assert.equal(
    verdictOf(both, part('gate', '1', { platformCpes: ['cpe:2.3:o:linux:linux_kernel:6:*:*:*:*:*:*:*'] })),
    'no match',
  );
});

test('a platform that is not vulnerable is no finding itself', () => {
  const both = record([node('OR', [match('gate')]), node('OR', [platform])], { operator: 'AND' });
  assert.equal(verdictOf(both, { name: 'x', cpe: 'cpe:2.3:o:acme:rtos:4:*:*:*:*:*:*:*' }), 'no match');
});

test('other software in an AND is not known, in an OR it does not matter', () => {
  assert.equal(verdictOf(record([node('AND', [match('gate'), match('door')])]), part('gate', '1')), 'unsure by cpe');
  assert.equal(verdictOf(record([node('OR', [match('gate'), match('door')])]), part('gate', '1')), 'affected by cpe');
});

test('a negated node turns its answer around', () => {
  const except = record(
    [
      node('OR', [match('gate')]),
      node('OR', [{ ...match('gate', { versionStartIncluding: '2' }), vulnerable: false }], true),
    ],
    { operator: 'AND' },
  );
  const known = { platformCpes: ['cpe:2.3:a:acme:gate:3:*:*:*:*:*:*:*'] };
  assert.equal(verdictOf(except, part('gate', '1', known)), 'no match');
  assert.equal(verdictOf(except, part('gate', '1', { platformCpes: [] })), 'affected by cpe');
  const not = record([node('OR', [match('gate')], true)]);
  assert.equal(verdictOf(not, part('gate', '1')), 'no match');
});

test('applicability is a second choice: ranges of the same record decide where they identify the component', () => {
  const versions = [{ version: '0', lessThan: '1.2', status: 'affected', versionType: 'custom' }];
  const withRanges = cveRecord([{ vendor: 'acme', product: 'gate', defaultStatus: 'unaffected', versions }], {
    cpeApplicability: [{ nodes: [node('OR', [match('gate')])] }],
  });
  assert.equal(verdictOf(withRanges, part('gate', '1.1')), 'affected by cpe');
  assert.equal(verdictOf(withRanges, part('gate', '1.2')), 'no match');
});
