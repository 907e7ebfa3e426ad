import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { component } from './testing.ts';
import { ada, cveRecord, startSources, type TestSources } from './testing-sources.ts';

let world: TestSources;
before(async () => {
  world = await startSources();
});
after(() => world.close());

test('an uploaded file of records becomes findings, and its broken record is set aside with reason and place', async () => {
  await world.load(world.fleet.add('tcu-app', '1.0', [component('openssl', '3.0.1')]));
  const source = await world.sources.createSource({ kind: 'advisories', origin: 'upload', name: 'By hand' }, ada);
  const lines = [
    cveRecord('CVE-2026-0001'),
    '{"dataType":"CVE_RECORD","cveMetadata":{"cveId":"CVE-2026-0002"',
    cveRecord('CVE-2026-0003', { product: 'zlib' }),
  ];

  const job = await world.upload(source.id, 'feed.ndjson', lines.join('\n'));
  await world.drain();

  assert.deepEqual([job.state, job.error], ['succeeded', null]);
  const after = await world.sources.source(source.id);
  assert.deepEqual([after.records, after.problems, after.freshness, after.jobId], [2, 1, 'fresh', null]);
  const { items } = await world.sources.listProblems({});
  assert.deepEqual(
    items.map(({ record, file, code }) => [record, file, code]),
    [['CVE-2026-0002', 'feed.ndjson', 'advisory.not-json']],
  );
  assert.deepEqual(
    (await world.findings()).map(({ ref }) => ref),
    ['CVE-2026-0001'],
  );
});
