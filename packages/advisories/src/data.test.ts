import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIndex } from './create-index.ts';
import { readKev } from './feeds/read-kev.ts';
import { readJsonText } from './json/read-text.ts';
import { matchAdvisory } from './match/match-advisory.ts';
import type { Advisory, ComponentIdentity } from './model.ts';
import { dataFile, readRecords, skipWithoutData as skip } from './testing.ts';

test('the KEV catalogue gives all of its 1,404 entries', { skip }, () => {
  const { entries, setAside, version } = readKev(readJsonText(dataFile('kev.json')));

  assert.deepEqual([entries.length, setAside.length, version], [1404, 0, '2025.08.25']);
  assert.equal(entries.find(({ cve }) => cve === 'CVE-2021-44228')?.dateAdded, '2021-12-10');
  assert.ok(entries.filter(({ ransomware }) => ransomware).length > 200);
});

test('all 5,680 AlmaLinux records are read with 71,329 package entries, their CVE ids as related and not as names', {
  skip,
}, () => {
  const records = readRecords('osv-almalinux.ndjson.gz');

  assert.equal(records.length, 5680);
  assert.equal(
    records.reduce((sum, { affected }) => sum + affected.length, 0),
    71_329,
  );
  assert.ok(records.every(({ aliases, affected }) => aliases.length === 0 && affected.length > 0));
  assert.ok(records.filter(({ related }) => related.some((id) => id.startsWith('CVE-'))).length > 4000);
});

/** A component of the release that the entry speaks of, at the given version, the epoch where a purl has it. */
function rpmOf(name: string, ecosystem: string, version: string): ComponentIdentity {
  const [, epoch, bare] = /^(?:(\d+):)?(.*)$/.exec(version) ?? [];
  const distro = `distro=almalinux-${ecosystem.split(':')[1]}.3`;
  const qualifiers = epoch === undefined ? distro : `${distro}&epoch=${epoch}`;
  return {
    name,
    purl: `pkg:rpm/almalinux/${encodeURIComponent(name)}@${encodeURIComponent(bare ?? '')}?${qualifiers}`,
  };
}

test('every rpm range of AlmaLinux holds what is below its fix and not the fix', { skip }, () => {
  let seen = 0;
  for (const advisory of readRecords('osv-almalinux.ndjson.gz')) {
    // The first and the last entry of each record: every record is met, and the run stays short.
    for (const entry of new Set([advisory.affected[0], advisory.affected.at(-1)])) {
      const { name = '', ecosystem = '', fixed = [] } = entry ?? {};
      const fix = fixed[0] as string;
      const below = matchAdvisory(advisory, rpmOf(name, ecosystem, `${fix}~before`));
      assert.equal(below?.verdict, 'affected', `${advisory.id} ${name} ${fix}`);
      assert.equal(below?.strength, 'distro');
      const same = advisory.affected.filter((other) => other.name === name && other.ecosystem === ecosystem);
      if (same.length > 1) continue; // another entry of the same package may have a higher fix
      assert.equal(matchAdvisory(advisory, rpmOf(name, ecosystem, fix)), undefined, `${advisory.id} ${name} ${fix}`);
      seen++;
    }
  }
  assert.ok(seen > 8000, `${seen} entries seen`);
});

test('AlmaLinux 9 is never judged by the records of 8 and 10', { skip }, () => {
  const index = createIndex(readRecords('osv-almalinux.ndjson.gz'));

  const matches = index.match(rpmOf('openssl-libs', 'AlmaLinux:9', '1:0.1-1'));

  assert.ok(matches.length >= 14, `${matches.length} matches`);
  assert.ok(matches.every(({ match }) => match.proof.identifier.endsWith('AlmaLinux:9/openssl-libs')));
  const unsure = index.match({ name: 'openssl-libs', purl: 'pkg:rpm/almalinux/openssl-libs@0.1-1?epoch=1' });
  assert.ok(unsure.length > matches.length && unsure.every(({ match }) => match.verdict === 'unsure'));
});

/** Tags that are plainly a version, in the words that an SBOM would have it. */
function versionOfTag(tag: string, project: string): string | undefined {
  if (project === 'curl') return /^curl-(\d+_\d+_\d+)$/.exec(tag)?.[1]?.replaceAll('_', '.');
  return (
    /^v?(\d+(?:\.\d+)+)(?:-stable)?$/.exec(tag)?.[1] ?? (project === 'systemd' ? /^v(\d+)$/.exec(tag)?.[1] : undefined)
  );
}

test('the versions that OSS-Fuzz lists one by one are matched exactly, those that it does not list are not', {
  skip,
}, () => {
  const records = readRecords('osv-oss-fuzz.ndjson.gz');
  assert.equal(records.length, 4026);
  assert.equal(records.filter(({ withdrawn }) => withdrawn !== undefined).length, 24);
  const entries = records.flatMap((advisory) => advisory.affected.map((affected) => ({ advisory, affected })));
  assert.equal(
    entries.reduce((sum, { affected }) => sum + (affected.listed?.length ?? 0), 0),
    36_654,
  );
  const versions = new Map<string, Set<string>>();
  const listedBy = entries.flatMap(({ advisory, affected: { name = '', ecosystem, listed = [] } }) => {
    const plain = new Set(listed.flatMap((tag) => versionOfTag(tag, name) ?? []));
    if (advisory.withdrawn !== undefined || ecosystem !== 'OSS-Fuzz' || plain.size === 0) return [];
    versions.set(name, new Set([...(versions.get(name) ?? []), ...plain]));
    return [{ advisory, name, plain }];
  });
  const seen = { projects: versions.size, records: listedBy.length, listed: 0, unlisted: 0 };
  for (const { advisory, name, plain } of listedBy) {
    // Equal by the order of versions is equal: 1.2 and 1.2.0 are one.
    const trimmed = new Set([...plain].map((version) => version.replace(/(\.0+)+$/, '')));
    for (const version of versions.get(name) ?? []) {
      const match = matchAdvisory(advisory, {
        name,
        version,
        purl: `pkg:generic/${encodeURIComponent(name)}@${version}`,
      });
      const isListed = trimmed.has(version.replace(/(\.0+)+$/, ''));
      assert.equal(match?.verdict, isListed ? 'affected' : undefined, `${advisory.id} ${name} ${version}`);
      seen[isListed ? 'listed' : 'unlisted']++;
    }
  }
  assert.deepEqual(seen, { projects: 143, records: 1108, listed: 23_380, unlisted: 78_246 });
});

test('a fork whose name the tag begins with is another product, and a withdrawn record matches nothing', {
  skip,
}, () => {
  const records = readRecords('osv-oss-fuzz.ndjson.gz');
  const curl = records.find(({ id }) => id === 'OSV-2017-79') as Advisory;
  const at = (version: string) =>
    matchAdvisory(curl, { name: 'curl', purl: `pkg:generic/curl@${version}` })?.proof.range;

  assert.equal(at('7.72.0'), 'listed version curl-7_72_0');
  const withdrawn = records.filter((record) => record.withdrawn !== undefined);
  const index = createIndex(withdrawn);
  const names = withdrawn.flatMap(({ affected }) => affected.map(({ name }) => name ?? ''));
  for (const name of names)
    assert.deepEqual(index.candidates({ name, version: '1', purl: `pkg:generic/${name}@1` }), []);
  assert.equal(names.length, 24);
});

test('the embedded records carry CISA SSVC points, KEV marks and no match for a namesake in the web', { skip }, () => {
  const records = readRecords('cve5-embedded-components.ndjson.gz');
  assert.equal(records.length, 530);
  assert.equal(records.filter(({ exploitation }) => exploitation?.exploitation !== undefined).length, 530);
  assert.equal(records.filter(({ kevMark }) => kevMark).length, 7);
  const index = createIndex(records);
  const zephyr: ComponentIdentity[] = [
    { name: 'zephyr', version: '3.3.9', purl: 'pkg:github/zephyrproject-rtos/zephyr@v3.3.9' },
    { name: 'zephyr', version: '3.3.9', cpe: 'cpe:2.3:o:zephyrproject:zephyr:3.3.9:*:*:*:*:*:*:*' },
    { name: 'zephyr', version: '3.3.9', cpe: 'cpe:2.3:*:*:zephyr:3.3.9:*:*:*:*:*:*:*' },
    { name: 'Zephyr', version: '3.3.9', supplier: 'Zephyr Project' },
  ];
  for (const component of zephyr) {
    const matches = index.match(component);
    assert.equal(matches.length, 22, JSON.stringify(component));
    const products = matches.flatMap(({ advisory }) => advisory.affected.map(({ product }) => product?.toLowerCase()));
    assert.deepEqual([...new Set(products)], ['zephyr']);
  }
  assert.ok(index.match(zephyr[0] as ComponentIdentity).every(({ match }) => match.verdict === 'affected'));
  assert.ok(
    index
      .match(zephyr[3] as ComponentIdentity)
      .every(({ match }) => match.verdict === 'unsure' && match.strength === 'name'),
  );
});

test('an ECU of open-source parts meets none of the web applications, browsers and plug-ins among the records', {
  skip,
}, () => {
  const index = createIndex(readRecords('cve5-embedded-components.ndjson.gz'));
  const parts = [
    'zephyr',
    'openssl',
    'curl',
    'wolfssl',
    'bluez',
    'glibc',
    'avahi',
    'ofono',
    'gstreamer',
    'libvpx',
    'libwebp',
    'lwip',
  ];
  const foreign = /plugin|wordpress|project manager|eventprime|anything-?llm|edge|mintplex/i;
  let seen = 0;
  for (const name of parts) {
    for (const identity of [
      { purl: `pkg:yocto/core/${name}@1.0` },
      { cpe: `cpe:2.3:*:*:${name}:1.0:*:*:*:*:*:*:*` },
      {},
    ]) {
      for (const { advisory } of index.match({ name, version: '1.0', ...identity })) {
        const products = advisory.affected.map(({ vendor, product }) => `${vendor}/${product}`).join();
        assert.doesNotMatch(products, foreign, `${name}: ${advisory.id}`);
        seen++;
      }
    }
  }
  assert.ok(seen > 50, `${seen} matches`);
});

test('the index finds whatever a comparison of every component with every record finds', { skip }, () => {
  const records = [...readRecords('cve5-embedded-components.ndjson.gz'), ...readRecords('osv-oss-fuzz.ndjson.gz')];
  const index = createIndex(records);
  const components: ComponentIdentity[] = [
    { name: 'openssl', version: '1.1.1', cpe: 'cpe:2.3:a:openssl:openssl:1.1.1:*:*:*:*:*:*:*' },
    { name: 'openssl', version: '1.1.1', cpe: 'cpe:2.3:*:*:openssl:1.1.1:*:*:*:*:*:*:*' },
    {
      name: 'libcurl',
      version: '7.61.0',
      aliases: [
        { vendor: 'haxx', product: 'curl' },
        { ecosystem: 'OSS-Fuzz', name: 'curl' },
      ],
    },
    { name: 'libssl3', purl: 'pkg:deb/debian/libssl3@1.1.1-1?distro=debian-11&upstream=openssl' },
    { name: 'avahi', purl: 'pkg:rpm/redhat/avahi@0.7-20.el8?distro=rhel-8.9' },
    { name: 'linux', version: '6.1.1', purl: 'pkg:generic/linux@6.1.1' },
    { name: 'kernel', version: '6.1.1', cpe: 'cpe:2.3:o:linux:linux_kernel:6.1.1:*:*:*:*:*:*:*' },
    { name: 'SA8155P', cpe: 'cpe:2.3:o:qualcomm:sa8155p_firmware:-:*:*:*:*:*:*:*' },
    { name: 'wolfssl', version: '5.6.0', purl: 'pkg:github/wolfssl/wolfssl@v5.6.0' },
    { name: 'zephyr' },
  ];
  let seen = 0;
  for (const component of components) {
    const all = records.filter((record) => matchAdvisory(record, component)).map(({ id }) => id);
    assert.deepEqual(
      index
        .match(component)
        .map(({ advisory }) => advisory.id)
        .sort(),
      all.sort(),
      component.name,
    );
    seen += all.length;
  }
  assert.ok(seen > 200, `${seen} matches`);
});
