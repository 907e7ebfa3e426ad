import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ComponentIdentity, createEpssReader, createIndex, readAdvisoryText, readKev } from '@bulkhead/advisories';
import { readSbom } from '@bulkhead/sbom';
import { exploited, packageFacts, publicFacts } from '../../apps/simulator/src/advisories/facts.ts';
import { advisoriesFile, kevFile, syntheticEpssFile } from '../../apps/simulator/src/advisories/records.ts';
import { programNamed, programs, releasesOf } from '../../apps/simulator/src/fleet/software.ts';
import { buildSbom } from '../../apps/simulator/src/sboms/build-sbom.ts';

const advisories = advisoriesFile()
  .trim()
  .split('\n')
  .flatMap((line) => readAdvisoryText(line));
const index = createIndex(advisories);

interface Hit {
  readonly ref: string;
  readonly component: string;
  readonly verdict: string;
}

function hitsOf(name: string, version: string): readonly Hit[] {
  const { components } = readSbom(Buffer.from(buildSbom(programNamed(name), version)));
  return components.flatMap((component) => {
    const { purl, cpe } = component;
    const identity: ComponentIdentity = {
      name: component.name,
      ...(component.version ? { version: component.version } : {}),
      ...(purl ? { purl } : {}),
      ...(cpe ? { cpe } : {}),
    };
    return index
      .match(identity)
      .map(({ advisory, match }) => ({ ref: advisory.id, component: component.name, verdict: match.verdict }));
  });
}

const refsOf = (name: string, version: string) => [...new Set(hitsOf(name, version).map(({ ref }) => ref))].sort();

test('every advisory of the demonstration reads, with a score, a title and what is affected', () => {
  assert.ok(publicFacts.length >= 40, `${publicFacts.length} records`);
  assert.equal(advisories.length, publicFacts.length + packageFacts.length);
  assert.equal(new Set(advisories.map(({ id }) => id)).size, advisories.length);
  for (const { id, severities, title, summary, affected } of advisories) {
    assert.equal(severities.length, 1, id);
    assert.ok(title && summary && affected.length > 0, id);
  }
});

test('the critical hole in expat is in the newest planned release of the telematics unit and fixed in the next one', () => {
  const { versions, next } = programNamed('tcu-os');
  const expat = (version: string) => hitsOf('tcu-os', version).filter(({ component }) => component === 'expat');

  for (const version of versions)
    assert.ok(
      expat(version).some(({ ref, verdict }) => ref === 'CVE-2024-45492' && verdict === 'affected'),
      version,
    );
  assert.equal(next, '7.5.0');
  assert.deepEqual(expat(next), []);
});

test('each program meets the vulnerabilities of what it carries, fewer with each release', () => {
  const tcu = releasesOf(programNamed('tcu-os')).map((version) => refsOf('tcu-os', version));

  assert.deepEqual(
    tcu.map((refs) => refs.length),
    tcu.map((refs) => refs.length).toSorted((a, b) => b - a),
  );
  assert.ok(tcu[0]?.includes('CVE-2022-37434') && !tcu[1]?.includes('CVE-2022-37434'), 'zlib 1.2.11 and 1.2.13');
  assert.ok(tcu[1]?.includes('CVE-2023-38545') && !tcu[2]?.includes('CVE-2023-38545'), 'curl 8.1.2 and 8.5.0');
  assert.ok(tcu[2]?.includes('CVE-2024-1086'), 'Linux 5.15.148');
  assert.ok(refsOf('ivi-meridian', '14.2').includes('GHSA-w33c-445m-f8w7'), 'okio 2.8.0');
  assert.ok(!refsOf('ivi-meridian', '15.0').includes('GHSA-w33c-445m-f8w7'), 'okio 3.6.0');
  assert.ok(refsOf('bcm-fw', '30.6').includes('CVE-2024-28960'), 'Mbed TLS 2.28.7');
  assert.deepEqual(refsOf('esp-fw', '9.8'), [], 'a classic stack names nothing that could be matched');
});

test('what is famous but fixed long ago is not found anywhere, and everything else is found somewhere', () => {
  const all = programs.flatMap((program) => releasesOf(program).flatMap((version) => refsOf(program.name, version)));
  const met = new Set(all);
  const absent = advisories.map(({ id }) => id).filter((id) => !met.has(id));

  assert.deepEqual(absent.sort(), ['CVE-2022-0847', 'CVE-2022-3602', 'CVE-2022-3786', 'CVE-2024-3094']);
});

test('the lists of exploited and of likely vulnerabilities read, and speak of known advisories only', () => {
  const known = new Set([...publicFacts.map(({ id }) => id), ...packageFacts.map(({ cve }) => cve)]);
  const kev = readKev(JSON.parse(kevFile()));
  const reader = createEpssReader();
  const rows = syntheticEpssFile()
    .split('\n')
    .flatMap((line) => reader.read(line) ?? []);

  assert.equal(kev.entries.length, exploited.length);
  assert.deepEqual(kev.setAside, []);
  assert.equal(rows.length, known.size);
  assert.equal(reader.head().modelVersion, 'synthetic');
  for (const { cve } of [...kev.entries, ...rows]) assert.ok(known.has(cve), cve);
});
