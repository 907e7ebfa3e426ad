import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distroOfEcosystem, distroOfPurl } from '../identity/distro.ts';
import type { ComponentIdentity } from '../model.ts';
import { advisoryOf, osvRecord, verdictOf } from '../testing.ts';
import { matchAdvisory } from './match-advisory.ts';

const record = (ecosystem: string, name: string, fixed: string) =>
  osvRecord([
    { package: { ecosystem, name }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }] },
  ]);
const purl = (text: string): ComponentIdentity => ({ name: 'x', purl: text });

test('releases are read from ecosystems and qualifiers in all their spellings', () => {
  const ecosystems = [
    ['Debian:12', 'debian 12'],
    ['Ubuntu:22.04:LTS', 'ubuntu 22.04'],
    ['Ubuntu:Pro:18.04:LTS', 'ubuntu 18.04'],
    ['Alpine:v3.18', 'alpine 3.18'],
    ['AlmaLinux:9', 'almalinux 9'],
    ['Rocky Linux:8', 'rocky 8'],
    ['Red Hat:enterprise_linux:9::appstream', 'rhel 9'],
    ['openSUSE:Leap 15.5', 'opensuse 15.5'],
    ['SUSE:Linux Enterprise Server 15 SP4', 'suse 15.4'],
    ['openEuler:22.03-LTS-SP1', 'openeuler 22.03'],
    ['Wolfi', 'wolfi rolling'],
    ['Debian', 'debian undefined'],
    ['npm', 'undefined undefined'],
  ] as const;
  for (const [text, expected] of ecosystems) {
    const found = distroOfEcosystem(text);
    assert.equal(`${found?.distro} ${found?.stream}`, expected, text);
  }
  const qualifiers = [
    ['deb', 'debian', 'debian-12', '12'],
    ['deb', 'debian', 'debian-12.5', '12'],
    ['deb', 'debian', 'bookworm', '12'],
    ['deb', 'ubuntu', 'ubuntu-22.04', '22.04'],
    ['deb', 'ubuntu', 'jammy', '22.04'],
    ['apk', 'alpine', 'alpine-3.18.4', '3.18'],
    ['apk', 'alpine', '3.18.4', '3.18'],
    ['rpm', 'redhat', 'rhel-9.3', '9'],
    ['rpm', 'redhat', 'el9', '9'],
    ['rpm', 'opensuse', 'opensuse-leap-15.5', '15.5'],
    ['rpm', 'fedora', 'fedora-39', '39'],
    ['deb', 'debian', 'ubuntu-22.04', undefined],
    ['deb', 'debian', 'sid', undefined],
    ['deb', 'debian', undefined, undefined],
  ] as const;
  for (const [type, namespace, qualifier, stream] of qualifiers) {
    assert.equal(distroOfPurl(type, namespace, qualifier)?.stream, stream, `${namespace} ${qualifier}`);
  }
});

test('a component of Debian 12 is never judged by ranges of Debian 11', () => {
  const eleven = record('Debian:11', 'curl', '7.74.0-1.3+deb11u9');
  assert.equal(verdictOf(eleven, purl('pkg:deb/debian/curl@7.74.0-1?distro=debian-11')), 'affected by distro');
  assert.equal(verdictOf(eleven, purl('pkg:deb/debian/curl@7.74.0-1?distro=debian-12')), 'no match');
  assert.equal(verdictOf(eleven, purl('pkg:deb/debian/curl@7.74.0-1')), 'unsure by distro');
  assert.equal(verdictOf(eleven, purl('pkg:deb/ubuntu/curl@7.74.0-1?distro=ubuntu-20.04')), 'no match');
  assert.equal(
    verdictOf(record('Debian', 'curl', '8'), purl('pkg:deb/debian/curl@7?distro=debian-12')),
    'unsure by distro',
  );
});

test('a binary is judged by its source package, at the version of the source where it is told', () => {
  const openssl = record('Debian:12', 'openssl', '3.0.11-1~deb12u3');
  const binary = (qualifiers: string, version = '3.0.11-1~deb12u2') =>
    purl(`pkg:deb/debian/libssl3@${version}?distro=debian-12&${qualifiers}`);
  assert.equal(verdictOf(openssl, binary('upstream=openssl')), 'affected by distro');
  assert.equal(verdictOf(openssl, binary('upstream=openssl%403.0.11-1~deb12u3')), 'no match');
  assert.equal(verdictOf(openssl, binary('upstream=openssl%403.0.11-1~deb12u2', '99')), 'affected by distro');
  assert.equal(verdictOf(openssl, binary('arch=arm64')), 'no match');
  const spdx = { ...binary('arch=arm64'), upstream: { name: 'openssl' } };
  assert.equal(verdictOf(openssl, spdx), 'affected by distro');
  assert.match(
    matchAdvisory(advisoryOf(openssl), spdx)?.proof.identifier ?? '',
    /source package openssl of deb\/debian\/libssl3/,
  );
  const rpm = record('Rocky Linux:9', 'openssl', '1:3.0.7-25.el9');
  const libs = 'pkg:rpm/rocky/openssl-libs@3.0.7-24.el9?epoch=1&distro=rocky-9.2&upstream=openssl-3.0.7-24.el9.src.rpm';
  assert.equal(verdictOf(rpm, purl(libs)), 'affected by distro');
});

test('epoch and tilde are kept', () => {
  const rpm = record('AlmaLinux:9', 'bind', '32:9.16.23-11.el9');
  const bind = (text: string) => purl(`pkg:rpm/almalinux/bind@${text}distro=almalinux-9`);
  assert.equal(verdictOf(rpm, bind('9.16.23-1.el9?epoch=32&')), 'affected by distro');
  assert.equal(verdictOf(rpm, bind('9.16.23-11.el9?epoch=32&')), 'no match');
  assert.equal(verdictOf(rpm, bind('9.16.23-99.el9?epoch=33&')), 'no match');
  assert.equal(
    verdictOf(record('Debian:12', 'x', '1:1.0-1'), purl('pkg:deb/debian/x@1:1.0-1~rc1?distro=debian-12')),
    'affected by distro',
  );
});

test('a fix in one module stream does not judge another stream', () => {
  const nodejs = record('AlmaLinux:8', 'nodejs', '1:18.12.1-2.module_el8.7.0+3422+1d3e9f4a');
  const at = (version: string) =>
    purl(`pkg:rpm/almalinux/nodejs@${encodeURIComponent(version)}?epoch=1&distro=almalinux-8.7`);
  assert.equal(verdictOf(nodejs, at('18.9.1-1.module_el8.7.0+3342+aaaaaaaa')), 'affected by distro');
  assert.equal(verdictOf(nodejs, at('16.18.1-3.module_el8.7.0+3342+aaaaaaaa')), 'unsure by distro');
  assert.equal(verdictOf(nodejs, at('10.24.0-1.el8')), 'unsure by distro');
  assert.equal(verdictOf(nodejs, at('18.14.2-2.module_el8.7.0+3500+bbbbbbbb')), 'no match');
});

test('a component that lost its epoch on the way is not judged as if it were older than every release', () => {
  const rpm = record('AlmaLinux:9', 'bind', '32:9.16.23-11.el9');
  const match = matchAdvisory(advisoryOf(rpm), purl('pkg:rpm/almalinux/bind@9.16.23-99.el9?distro=almalinux-9'));
  assert.equal(match?.verdict, 'unsure');
  assert.match(match?.proof.notes.join() ?? '', /epoch/);
  const older = matchAdvisory(advisoryOf(rpm), purl('pkg:rpm/almalinux/bind@9.16.23-1.el9?distro=almalinux-9'));
  assert.equal(older?.verdict, 'affected');
});
