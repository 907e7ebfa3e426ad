import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertRefused } from '../testing.ts';
import { formatPurl } from './format-purl.ts';
import { normalizePurl, parsePurl } from './parse-purl.ts';

test('a Yocto recipe keeps its layer and its qualifiers in order', () => {
  const purl = parsePurl(
    'pkg:yocto/core/glibc@2.39?repository_url=https:%2F%2Fgit.example%2Foe&layer_version=scarthgap',
  );

  assert.deepEqual(purl, {
    type: 'yocto',
    namespace: 'core',
    name: 'glibc',
    version: '2.39',
    qualifiers: { layer_version: 'scarthgap', repository_url: 'https://git.example/oe' },
  });
});

test('the lenient reader repairs key case, the strict one refuses it', () => {
  assert.equal(normalizePurl('pkg:deb/Debian/curl@8?Arch=arm64'), 'pkg:deb/debian/curl@8?arch=arm64');
  assertRefused(() => parsePurl('pkg:deb/debian/curl@8?Arch=arm64'), 'sbom.bad-purl', '$');
});

test('what could mean two things, or nothing, is refused', () => {
  const bad = [
    '',
    'pkg:',
    'pkg:npm',
    'pkg:npm/',
    'npm/a',
    'pkg:npm/a?x=1&x=2',
    'pkg:npm/a?x',
    'pkg:npm/%zz',
    'pkg:npm/%ff',
    'pkg:npm/a%00b',
    'pkg:generic/a%2Fb/c',
    'pkg:npm/a?x=%0a',
    `pkg:npm/${'a'.repeat(9000)}`,
    'pkg:npm/a?__proto__=1',
  ];
  for (const text of bad) assertRefused(() => normalizePurl(text), 'sbom.bad-purl', '$');
});

test('a qualifier named like an object member is an ordinary qualifier', () => {
  assert.equal(normalizePurl('pkg:npm/a?constructor=1'), 'pkg:npm/a?constructor=1');
});

test('formatting what was parsed gives the same text, and parsing it again the same parts', () => {
  for (const text of [
    "pkg:generic/a'(b)%20c@1%2B2#x/y",
    'pkg:golang/github.com/gorilla/context@v1#sub/dir',
    'pkg:git/host.example/a/b@1',
  ]) {
    const purl = parsePurl(normalizePurl(text));
    assert.deepEqual(parsePurl(formatPurl(purl)), purl);
  }
});
