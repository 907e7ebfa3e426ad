import assert from 'node:assert/strict';
import { test } from 'node:test';
import { suggestAlias } from './suggest-alias.ts';

const product = (name: string, source?: string) => {
  const found = suggestAlias(name, source);
  return found && `${found.vendor}:${found.product}`;
};

test('packages are traced to the product of their recipe by the ways in which Yocto names them', () => {
  const cases = [
    ['openssl', 'openssl:openssl'],
    ['libssl3', 'openssl:openssl'],
    ['libcrypto3', 'openssl:openssl'],
    ['libacl1', 'acl_project:acl'],
    ['libcurl4', 'haxx:curl'],
    ['libsqlite3-0', 'sqlite:sqlite'],
    ['libglib-2.0-0', 'gnome:glib'],
    ['libz1', 'zlib:zlib'],
    ['libstdc++6', 'gnu:gcc'],
    ['libexpat1', 'libexpat_project:libexpat'],
    ['glibc-locale-en-gb', 'gnu:glibc'],
    ['bash-doc', 'gnu:bash'],
    ['wpa_supplicant', 'w1.fi:wpa_supplicant'],
    ['kernel-module-can-raw-6.6.23-yocto-standard', 'linux:linux_kernel'],
    ['linux-yocto', 'linux:linux_kernel'],
    ['linux', 'linux:linux_kernel'],
    ['tar', 'gnu:tar'],
    ['org.acme/zlib', 'zlib:zlib'],
    ['ZLIB', 'zlib:zlib'],
  ] as const;
  for (const [name, expected] of cases) assert.equal(product(name), expected, name);
});

test('the recipe that the document names is believed before the name', () => {
  assert.equal(product('libfoo9', 'openssl'), 'openssl:openssl');
  assert.equal(suggestAlias('libfoo9', 'openssl')?.because, 'built from the recipe openssl');
});

test('what nobody knows gets no suggestion', () => {
  for (const name of ['autosar-com', '@bulkhead/kernel', 'mystery', '', 'lib', '1', '-dev', 'x'.repeat(100_000)])
    assert.equal(product(name), undefined, name.slice(0, 20));
});
