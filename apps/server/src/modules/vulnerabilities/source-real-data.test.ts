import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { component } from './testing.ts';
import { ada, startSources, type TestSources } from './testing-sources.ts';

const data = (name: string) =>
  fileURLToPath(new URL(`../../../../../../shared/data/vulnerabilities/${name}`, import.meta.url));
const skip = existsSync(data('kev.json')) ? false : 'shared/data/vulnerabilities is absent';

let world: TestSources | undefined;
after(() => world?.close());

test('14,626 kernel records, two OSV databases and the KEV catalogue are read by the job', {
  skip,
}, async (context) => {
  world = await startSources();
  await world.load(
    world.fleet.add('tcu-os', '1.0', [
      component('linux', '6.6.30', { purl: null, cpe: 'cpe:2.3:o:linux:linux_kernel:6.6.30:*:*:*:*:*:*:*' }),
    ]),
  );
  // two of them give some ids twice
  const expected = [
    ['cve5-linux-kernel', 14_626, 14_626],
    ['osv-almalinux', 5_680, 5_637],
    ['osv-oss-fuzz', 4_026, 4_021],
    ['cve5-embedded-components', 530, 530],
  ] as const;
  for (const [name, records, ids] of expected) {
    const source = await world.sources.createSource({ kind: 'advisories', origin: 'upload', name }, ada);
    const started = performance.now();
    const job = await world.upload(source.id, `${name}.ndjson.gz`, readFileSync(data(`${name}.ndjson.gz`)));
    const seconds = (performance.now() - started) / 1000;
    context.diagnostic(
      `${name}: ${records} records in ${seconds.toFixed(1)} s, ${Math.round(records / seconds)} records/s`,
    );
    assert.equal(job.error, null);
    const read = await world.sources.source(source.id);
    const { items } = await world.sources.listProblems({});
    assert.deepEqual(
      [job.result?.read, read.records, read.problems],
      [records, ids, 0],
      JSON.stringify(items.slice(0, 3)),
    );
  }

  const kev = await world.sources.createSource({ kind: 'kev', origin: 'upload', name: 'KEV' }, ada);
  const job = await world.upload(kev.id, 'kev.json', readFileSync(data('kev.json')));
  assert.deepEqual([job.error, (await world.sources.source(kev.id)).records], [null, 1_404]);
  const started = performance.now();
  await world.drain();
  context.diagnostic(`matched in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  const { total } = await world.module.listFindings({ limit: 1, count: true });
  assert.ok((total ?? 0) > 6_000, `${total} findings of kernel 6.6.30`);
});
