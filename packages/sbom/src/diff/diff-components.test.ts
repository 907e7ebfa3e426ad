import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type DiffComponent, diffComponents } from './diff-components.ts';

const component = (name: string, version: string | null, more: Partial<DiffComponent> = {}): DiffComponent => ({
  name,
  version,
  purl: null,
  cpe: null,
  licences: [],
  ...more,
});
const npm = (name: string, version: string, more: Partial<DiffComponent> = {}) =>
  component(name, version, { purl: `pkg:npm/${name}@${version}`, ...more });
const texts = (before: DiffComponent[], after: DiffComponent[]) => {
  const { added, removed, changed, relicensed, unchanged } = diffComponents(before, after);
  return {
    added: added.map(({ name, version }) => `${name} ${version}`),
    removed: removed.map(({ name, version }) => `${name} ${version}`),
    changed: changed.map(({ from, to }) => `${to.name} ${from.version} > ${to.version}`),
    relicensed: relicensed.map(({ from, to }) => `${to.name} ${from.licences.join()} > ${to.licences.join()}`),
    unchanged,
  };
};

test('added, removed, in another version and under another licence are told apart', () => {
  const before = [
    npm('a', '1'),
    npm('b', '1'),
    npm('c', '1', { licences: ['MIT'] }),
    npm('d', '1', { licences: ['MIT'] }),
  ];
  const after = [
    npm('b', '2'),
    npm('c', '1', { licences: ['GPL-3.0-only'] }),
    npm('d', '2', { licences: ['BUSL-1.1'] }),
    npm('e', '1'),
  ];

  assert.deepEqual(texts(before, after), {
    added: ['e 1'],
    removed: ['a 1'],
    changed: ['b 1 > 2', 'd 1 > 2'],
    relicensed: ['c MIT > GPL-3.0-only', 'd MIT > BUSL-1.1'],
    unchanged: 1,
  });
});

test('qualifiers and the order of licences make no difference, the namespace does', () => {
  const before = [component('x', '1', { purl: 'pkg:deb/debian/x@1?arch=arm64', licences: ['MIT', 'BSD-3-Clause'] })];
  const same = [component('x', '1', { purl: 'pkg:deb/debian/x@1?arch=amd64', licences: ['BSD-3-Clause', 'MIT'] })];

  assert.equal(texts(before, same).unchanged, 1);
  const other = texts(
    [component('y', '1', { purl: 'pkg:deb/debian/y@1' })],
    [component('z', '2', { purl: 'pkg:deb/ubuntu/y@2' })],
  );
  assert.deepEqual([other.added, other.removed], [['z 2'], ['y 1']]);
});

test('several versions of one thing are paired version by version', () => {
  const before = ['1', '2', '3'].map((version) => npm('a', version));
  const after = ['2', '4'].map((version) => npm('a', version));

  assert.deepEqual(texts(before, after), {
    added: [],
    removed: ['a 3'],
    changed: ['a 1 > 4'],
    relicensed: [],
    unchanged: 1,
  });
});

test('a component that begins to carry an identifier is the same one; escaped colons do not divide a CPE', () => {
  assert.equal(texts([component('zlib', '1.3')], [npm('zlib', '1.3')]).unchanged, 1);
  const cpe = (vendor: string, version: string) =>
    component(`n${version}`, version, { cpe: `cpe:2.3:a:${vendor}:can\\:open:${version}:*:*:*:*:*:*:*` });
  assert.deepEqual(texts([cpe('acme', '1')], [cpe('acme', '2')]).changed, ['n2 1 > 2']);
  assert.deepEqual(texts([cpe('acme', '1')], [cpe('other', '2')]).changed, []);
});

test('nothing is lost or counted twice, whatever the two lists are', () => {
  const lists = fc.array(
    fc.record({
      name: fc.constantFrom('a', 'b', 'c'),
      version: fc.constantFrom(null, '1', '2', '3'),
      purl: fc.constantFrom(null, 'pkg:npm/a@1', 'pkg:npm/b@1'),
      cpe: fc.constantFrom(null, 'cpe:2.3:a:v:a:1:*:*:*:*:*:*:*'),
      licences: fc.constant([] as string[]),
    }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(lists, lists, (before, after) => {
      const { added, removed, changed, unchanged } = diffComponents(before, after);
      assert.equal(removed.length + changed.length + unchanged, before.length);
      assert.equal(added.length + changed.length + unchanged, after.length);
      assert.equal(diffComponents(before, before).unchanged, before.length);
    }),
  );
});
