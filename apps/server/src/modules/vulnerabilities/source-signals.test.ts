import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { component } from './testing.ts';
import { ada, cveRecord, startSources, type TestSources } from './testing-sources.ts';

let world: TestSources;
before(async () => {
  world = await startSources();
  await world.load(world.fleet.add('tcu-app', '1.0', [component('openssl', '3.0.1')]));
  const source = await world.sources.createSource({ kind: 'advisories', origin: 'upload', name: 'CVE' }, ada);
  await world.upload(source.id, 'a.json', cveRecord('CVE-2026-0001'));
  await world.drain();
});
after(() => world.close());

const catalogue = (released: string, ids: readonly string[], more: readonly object[] = []) =>
  JSON.stringify({
    title: 'Known exploited',
    catalogVersion: released.slice(0, 10),
    dateReleased: released,
    count: ids.length + more.length,
    vulnerabilities: [
      ...ids.map((cveID) => ({
        cveID,
        vendorProject: 'OpenSSL',
        product: 'OpenSSL',
        vulnerabilityName: 'OpenSSL flaw',
        dateAdded: '2026-11-01',
        dueDate: '2026-11-22',
        knownRansomwareCampaignUse: 'Known',
        requiredAction: 'Update.',
        shortDescription: 'A flaw.',
      })),
      ...more,
    ],
  });
const finding = async () => {
  await world.drain();
  const [found] = await world.findings();
  assert.ok(found);
  return found;
};

test('a vulnerability that is known to be exploited rises, and falls again when the catalogue takes it back', async () => {
  const before = await finding();
  assert.equal(before.kev, false);
  const kev = await world.sources.createSource({ kind: 'kev', origin: 'upload', name: 'KEV' }, ada);

  const job = await world.upload(
    kev.id,
    'kev.json',
    catalogue('2026-11-10T00:00:00Z', ['CVE-2026-0001', 'CVE-2020-0001']),
  );
  const exploited = await finding();

  assert.deepEqual([job.error, job.result?.records, exploited.kev], [null, 2, true]);

  assert.notEqual(exploited.outcome, before.outcome);
  assert.match(exploited.reason, /KEV|exploited/i);
  const { kevDetail } = await world.module.get('CVE-2026-0001');
  assert.deepEqual(kevDetail, { added: '2026-11-01', due: '2026-11-22', ransomware: true });

  // an older catalogue, from a slow mirror, takes nothing back
  const older = await world.upload(kev.id, 'kev.json', catalogue('2026-11-01T00:00:00Z', ['CVE-2020-0001']));
  assert.equal(older.result?.setAside, 0);
  assert.equal((await finding()).kev, true);
  assert.equal((await world.sources.listProblems({ filter: 'source = KEV' })).items[0]?.code, 'source.older');
  // nor does one with an entry that cannot be read: it may be that very one
  await world.upload(
    kev.id,
    'kev.json',
    catalogue('2026-11-11T00:00:00Z', ['CVE-2020-0001'], [{ cveID: 'CVE-2026-0001', dateAdded: 'yesterday' }]),
  );
  assert.equal((await finding()).kev, true);
  // one that was cut on its way is refused as a whole
  const cut = await world.upload(
    kev.id,
    'kev.json',
    catalogue('2026-11-12T00:00:00Z', ['CVE-2020-0001']).replace('"count":1', '"count":9'),
  );
  assert.equal(cut.state, 'failed');
  assert.equal((await finding()).kev, true);

  await world.upload(kev.id, 'kev.json', catalogue('2026-11-13T00:00:00Z', ['CVE-2020-0001']));
  const back = await finding();
  assert.deepEqual([back.kev, back.rank], [false, before.rank]);
  await assert.rejects(world.sources.createSource({ kind: 'kev', origin: 'upload', name: 'KEV 2' }, ada), {
    message: /"KEV" is the source of KEV already/,
  });
});

const scores = (day: string, rows: readonly string[]) =>
  gzipSync(`#model_version:v2026.03.14,score_date:${day}T00:00:00+0000\ncve,epss,percentile\n${rows.join('\n')}\n`);

test('scores of exploit prediction reach findings, in the order of their days, and vulnerabilities that come later', async () => {
  const epss = await world.sources.createSource({ kind: 'epss', origin: 'upload', name: 'EPSS' }, ada);

  const job = await world.upload(
    epss.id,
    'epss.csv.gz',
    scores('2026-11-18', ['CVE-2026-0001,0.5,0.9', 'CVE-2026-0009,0.25,0.8', 'CVE-2026-0002,2.5,0.1', 'nonsense']),
  );

  assert.deepEqual([job.error, job.result?.read, job.result?.setAside], [null, 2, 2]);
  const found = await finding();
  assert.equal(found.epss, 0.5);
  await world.upload(epss.id, 'old.csv.gz', scores('2026-11-01', ['CVE-2026-0001,0.1,0.1']));
  assert.equal((await finding()).epss, 0.5);
  await world.upload(epss.id, 'new.csv.gz', scores('2026-11-19', ['CVE-2026-0001,0.75,0.95']));
  assert.equal((await finding()).epss, 0.75);

  const more = await world.sources.createSource({ kind: 'advisories', origin: 'upload', name: 'More' }, ada);
  await world.upload(more.id, 'b.json', cveRecord('CVE-2026-0009'));
  await world.drain();
  const later = (await world.findings('ref = CVE-2026-0009'))[0];
  assert.equal(later?.epss, 0.25);

  const undated = await world.upload(epss.id, 'undated.csv', 'cve,epss,percentile\nCVE-2026-0001,0.1,0.1\n');
  assert.match(undated.error ?? '', /does not say the day/);
  const { jobId } = await world.sources.deleteSource(epss.id, false, ada);
  await world.ended(jobId ?? '');
  assert.equal((await finding()).epss, null);
});

test('a large table of scores is read in parts', async () => {
  const epss = await world.sources.createSource({ kind: 'epss', origin: 'upload', name: 'EPSS again' }, ada);
  const rows = Array.from({ length: 60_000 }, (_, i) => `CVE-2025-${10_000 + i},0.${i % 9},0.${i % 10}`);
  const started = performance.now();
  const job = await world.upload(epss.id, 'epss.csv.gz', scores('2026-11-19', rows));
  assert.deepEqual([job.error, job.result?.records], [null, 60_000]);
  assert.ok(performance.now() - started < 60_000);
});
