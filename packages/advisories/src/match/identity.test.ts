import assert from 'node:assert/strict';
import { test } from 'node:test';
import { componentKeysOf, packageKeysOf } from '../identity/keys.ts';
import type { ComponentIdentity } from '../model.ts';
import { advisoryOf, cveRecord, osvRecord, verdictOf } from '../testing.ts';
import { matchAdvisory } from './match-advisory.ts';

const range = [{ version: '0', lessThan: '2.0', status: 'affected', versionType: 'custom' }];
const record = (more: Record<string, unknown>) =>
  cveRecord([{ defaultStatus: 'unaffected', versions: range, ...more }]);
const libfoo = record({
  vendor: 'The Foo Project',
  product: 'Lib Foo',
  cpes: ['cpe:2.3:a:foo_project:lib_foo:*:*:*:*:*:*:*:*'],
});

test('vendor and product of a record meet a CPE name after folding case and blanks', () => {
  const own = (vendor: string) => ({ name: 'x', cpe: `cpe:2.3:a:${vendor}:lib_foo:1.0:*:*:*:*:*:*:*` });
  assert.equal(verdictOf(libfoo, own('foo_project')), 'affected by cpe');
  assert.equal(verdictOf(libfoo, own('the_foo_project')), 'affected by cpe');
  assert.equal(verdictOf(libfoo, own('another')), 'unsure by name');
  assert.equal(verdictOf(libfoo, { name: 'x', cpe: 'cpe:/a:FOO_Project:Lib_Foo:1.0' }), 'affected by cpe');
});

test('a CPE with an open vendor is weak until a person confirms an alias', () => {
  const open: ComponentIdentity = { name: 'lib-foo', version: '1.0', cpe: 'cpe:2.3:*:*:lib_foo:1.0:*:*:*:*:*:*:*' };
  assert.equal(verdictOf(libfoo, open), 'unsure by cpe');
  assert.equal(
    verdictOf(libfoo, { ...open, aliases: [{ vendor: 'Foo Project', product: 'lib_foo' }] }),
    'unsure by cpe',
  );
  assert.equal(
    verdictOf(libfoo, { ...open, aliases: [{ vendor: 'The Foo Project', product: 'Lib Foo' }] }),
    'affected by alias',
  );
  const byCpe = [{ cpe: 'cpe:2.3:a:foo_project:lib_foo:*:*:*:*:*:*:*:*' }];
  assert.equal(verdictOf(libfoo, { ...open, aliases: byCpe }), 'affected by alias');
  assert.equal(
    verdictOf(libfoo, { ...open, version: '2.0', cpe: 'cpe:2.3:*:*:lib_foo:2.0:*:*:*:*:*:*:*', aliases: byCpe }),
    'no match',
  );
});

test('an equal name alone is unsure and never dropped', () => {
  assert.equal(verdictOf(libfoo, { name: 'Lib_Foo', version: '1.0' }), 'unsure by name');
  assert.equal(verdictOf(libfoo, { name: 'lib foo', version: '3.0' }), 'no match');
  assert.equal(verdictOf(libfoo, { name: 'lib-foo' }), 'unsure by name');
  assert.equal(verdictOf(libfoo, { name: 'lib-foo-tools', version: '1.0' }), 'no match');
});

test('names of a registry are names in that registry alone', () => {
  const npm = osvRecord([
    { package: { ecosystem: 'npm', name: 'curl' }, ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }] }] },
  ]);
  assert.equal(verdictOf(npm, { name: 'curl', purl: 'pkg:npm/curl@1.0.0' }), 'affected by purl');
  assert.equal(verdictOf(npm, { name: 'curl', purl: 'pkg:yocto/core/curl@8.1.0' }), 'no match');
  assert.equal(verdictOf(npm, { name: 'curl', purl: 'pkg:deb/debian/curl@8.1.0-1?distro=debian-12' }), 'no match');
  assert.equal(verdictOf(npm, { name: 'curl', version: '8.1.0' }), 'unsure by name');
});

test('names are folded as their registry folds them', () => {
  const pypi = osvRecord([{ package: { ecosystem: 'PyPI', name: 'Foo.Bar_baz' }, versions: ['1.0'] }]);
  assert.equal(verdictOf(pypi, { name: 'x', purl: 'pkg:pypi/foo-bar-baz@1.0' }), 'affected by purl');
  const maven = osvRecord([{ package: { ecosystem: 'Maven', name: 'org.example:parser' }, versions: ['1.0'] }]);
  assert.equal(verdictOf(maven, { name: 'parser', purl: 'pkg:maven/org.example/parser@1.0' }), 'affected by purl');
  const go = osvRecord([
    {
      package: { ecosystem: 'Go', name: 'github.com/example/mod' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.2.0' }] }],
    },
  ]);
  assert.equal(verdictOf(go, { name: 'mod', purl: 'pkg:golang/github.com/example/mod@v1.1.9' }), 'affected by purl');
});

test('a distribution package under the name of the project is compared by the project version and is unsure', () => {
  const own = (version: string) => ({
    name: 'lib-foo',
    purl: `pkg:deb/debian/lib-foo@${encodeURIComponent(version)}?distro=debian-12`,
  });
  const match = matchAdvisory(advisoryOf(libfoo), own('1:1.9-3+deb12u1'));
  assert.equal(match?.verdict, 'unsure');
  assert.equal(match?.proof.version, '1.9');
  assert.equal(verdictOf(libfoo, own('1:2.0-1')), 'no match');
});

test('a record of the WordPress plug-in of a name is not met by firmware of that name', () => {
  const plugin = record({ vendor: 'x', product: 'gateway', cpes: ['cpe:2.3:a:acme:gateway:*:*:*:*:*:wordpress:*:*'] });
  const firmware = (target: string): ComponentIdentity => ({
    name: 'gateway',
    cpe: `cpe:2.3:a:acme:gateway:1.0:*:*:*:*:${target}:*:*`,
  });
  assert.equal(verdictOf(plugin, firmware('linux')), 'no match');
  assert.equal(verdictOf(plugin, firmware('*')), 'unsure by cpe');
  assert.equal(verdictOf(plugin, firmware('wordpress')), 'affected by cpe');
});

test('repositories on a forge meet their purl', () => {
  const git = record({ vendor: 'v', product: 'rtos', repo: 'https://github.com/Example/RTOS.git' });
  assert.equal(verdictOf(git, { name: 'rtos', purl: 'pkg:github/example/rtos@v1.9.0' }), 'affected by purl');
});

test('keys of component and record meet for every way of meeting', () => {
  const keys = new Set(packageKeysOf(advisoryOf(libfoo)));
  const components: ComponentIdentity[] = [
    { name: 'x', cpe: 'cpe:2.3:a:foo_project:lib_foo:1:*:*:*:*:*:*:*' },
    { name: 'x', cpe: 'cpe:2.3:*:*:lib_foo:1:*:*:*:*:*:*:*' },
    { name: 'LIB FOO' },
    { name: 'x', aliases: [{ vendor: 'The Foo Project', product: 'Lib Foo' }] },
  ];
  for (const component of components)
    assert.ok(
      componentKeysOf(component).some((key) => keys.has(key)),
      JSON.stringify(component),
    );
  assert.deepEqual(
    componentKeysOf({ name: 'libssl3', purl: 'pkg:deb/debian/libssl3@3?distro=bookworm&upstream=openssl' }),
    [
      'purl:deb/debian/libssl3',
      'osv:debian/libssl3',
      'osv:debian:12/libssl3',
      'purl:deb/debian/openssl',
      'osv:debian/openssl',
      'osv:debian:12/openssl',
      'name:libssl3',
      'name:openssl',
    ],
  );
});
