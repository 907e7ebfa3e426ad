import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { ada, cveRecord, startHttp, startSources, type TestSources } from './testing-sources.ts';

const records = 3_000;
const program = fileURLToPath(new URL('testing-reader.ts', import.meta.url));

let world: TestSources;
let web: Awaited<ReturnType<typeof startHttp>>;
const children: ChildProcess[] = [];
before(async () => {
  world = await startSources({}, { work: false });
  web = await startHttp((_request, response) => response.end());
});
after(async () => {
  for (const child of children) child.kill('SIGKILL');
  await web.close();
  await world.close();
});

/** A replica that reads sources, as a process of its own that can be killed. */
function replica(): ChildProcess {
  const child = spawn(process.execPath, [program, world.url, world.folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  children.push(child);
  return child;
}

const known = async (sourceId: string) => {
  const { n } = await world.db
    .selectFrom('vulnerabilities_record')
    .select(({ fn }) => fn.countAll<string>().as('n'))
    .where('source_id', '=', sourceId)
    .executeTakeFirstOrThrow();
  return Number(n);
};
async function untilKnown(sourceId: string, least: number): Promise<void> {
  for (let i = 0; i < 3_000 && (await known(sourceId)) < least; i++) await pause(10);
  assert.ok((await known(sourceId)) >= least);
}

const lines = () => Array.from({ length: records }, (_, i) => cveRecord(`CVE-2026-${10_000 + i}`)).join('\n');

test('a replica that is killed while it reads a file loses nothing, and the next one goes on behind the last batch', async () => {
  mkdirSync(join(world.folder, 'feed'));
  writeFileSync(join(world.folder, 'feed/all.ndjson.gz'), gzipSync(lines()));
  const source = await world.sources.createSource(
    { kind: 'advisories', origin: 'directory', name: 'Killed', location: 'feed', everyMinutes: null },
    ada,
  );
  const { jobId } = await world.sources.syncSource(source.id, false, ada);
  const first = replica();
  await untilKnown(source.id, 300);
  first.kill('SIGKILL');
  const half = await known(source.id);
  assert.ok(half < records, `${half} were in before it was killed`);
  assert.equal((await world.sources.syncSource(source.id, false, ada)).jobId, jobId); // it is still that job

  replica();
  const job = await world.ended(jobId);

  assert.equal(job.error, null);
  // each record is counted once, although two processes have read
  assert.deepEqual([job.result?.read, job.result?.changed, job.result?.unchanged], [records, records, 0]);
  assert.equal(await known(source.id), records);
});

test('a replica that is killed while it downloads lets the next one go on with what had come', async () => {
  const text = Buffer.from(lines());
  let hold = true;
  web.answer((request, response) => {
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const range = from > 0 ? { 'content-range': `bytes ${from}-${text.length - 1}/${text.length}` } : {};
    response.writeHead(from > 0 ? 206 : 200, { etag: '"1"', 'content-length': text.length - from, ...range });
    if (!hold) return response.end(text.subarray(from));
    response.write(text.subarray(0, 1_000_000));
    const timer = setInterval(() => response.write(' '.repeat(2_000)), 50); // it goes on, and slowly
    response.once('close', () => clearInterval(timer));
  });
  const source = await world.sources.createSource(
    { kind: 'advisories', origin: 'url', name: 'Cut', location: web.url(), everyMinutes: null },
    ada,
  );
  const { jobId } = await world.sources.syncSource(source.id, false, ada);
  const asked = web.seen.length;
  while ((await world.jobs.get(jobId)).done < 900_000) await pause(20);
  for (const child of children) child.kill('SIGKILL');
  hold = false;

  replica();
  const job = await world.ended(jobId);

  assert.equal(job.state, 'succeeded', job.error ?? '');
  const resumed = web.seen.slice(asked).find(({ headers }) => headers.range !== undefined);
  assert.ok(Number(/bytes=(\d+)-/.exec(resumed?.headers.range ?? '')?.[1]) >= 900_000, resumed?.headers.range);
});
