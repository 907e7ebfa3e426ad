import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { component } from './testing.ts';
import { ada, cveRecord, startHttp, startSources, type TestSources } from './testing-sources.ts';

let world: TestSources;
let web: Awaited<ReturnType<typeof startHttp>>;
before(async () => {
  world = await startSources();
  await world.load(world.fleet.add('tcu-app', '1.0', [component('openssl', '3.0.1'), component('zlib', '1.2')]));
  web = await startHttp((_request, response) => response.writeHead(404).end());
});
after(async () => {
  await web.close();
  await world.close();
});

let n = 0;
const create = (path = '/feed.ndjson', more = {}) =>
  world.sources.createSource(
    { kind: 'advisories', origin: 'url', name: `Feed ${++n}`, location: web.url(path), everyMinutes: null, ...more },
    ada,
  );
const serve = (text: string | Buffer, headers: Record<string, string> = {}) =>
  web.answer((request, response) => {
    if (headers.etag && request.headers['if-none-match'] === headers.etag) response.writeHead(304).end();
    else response.writeHead(200, headers).end(text);
  });

test('a feed is read, then asked only for what is new, and read anew when it has changed', async () => {
  serve([cveRecord('CVE-2026-1001'), cveRecord('CVE-2026-1002', { product: 'zlib', before: '1.3' })].join('\n'), {
    etag: '"1"',
  });
  const source = await create();

  const first = await world.sync(source.id);
  const second = await world.sync(source.id);
  await world.drain();

  assert.deepEqual([first.result?.changed, first.error], [2, null]);
  assert.deepEqual([second.state, second.result?.read], ['succeeded', 0]);
  assert.deepEqual((await world.findings()).map(({ ref }) => ref).sort(), ['CVE-2026-1001', 'CVE-2026-1002']);
  const fresh = await world.sources.source(source.id);
  assert.deepEqual([fresh.freshness, fresh.records, fresh.lastChangeAt], ['fresh', 2, fresh.lastSuccessAt]);

  world.clock.advance(3_600_000);
  serve([cveRecord('CVE-2026-1001'), cveRecord('CVE-2026-1002', { product: 'zlib', before: '1.1' })].join('\n'), {
    etag: '"2"',
  });
  const third = await world.sync(source.id);
  await world.drain();
  assert.deepEqual([third.result?.changed, third.result?.unchanged], [1, 1]);
  assert.deepEqual(
    (await world.findings()).map(({ ref }) => ref),
    ['CVE-2026-1001'],
  );
  assert.equal((await world.sync(source.id, true)).result?.unchanged, 2);
});

test('a server without validators is asked for everything, and what is the same is not read again', async () => {
  serve(gzipSync(cveRecord('CVE-2026-1101')));
  const source = await create('/all.json.gz');
  await world.sync(source.id);
  const again = await world.sync(source.id);
  assert.deepEqual([again.state, again.result?.read], ['succeeded', 0]);
});

test('records that a feed no longer holds stay, unless it was said that the feed stands for all', async () => {
  const both = [cveRecord('CVE-2026-1201'), cveRecord('CVE-2026-1202')].join('\n');
  serve(both, { etag: '"a"' });
  const kept = await create();
  const exact = await create('/feed.json', { removeMissing: true });
  await world.sync(kept.id);
  await world.sync(exact.id);
  serve(cveRecord('CVE-2026-1201'), { etag: '"b"' });

  await world.sync(kept.id);
  const removed = await world.sync(exact.id);

  assert.deepEqual(
    [(await world.sources.source(kept.id)).records, (await world.sources.source(exact.id)).records],
    [2, 1],
  );
  assert.equal(removed.result?.removed, 1);
  // a feed that breaks off says nothing about what it did not come to
  serve(`[${cveRecord('CVE-2026-1203')},`, { etag: '"c"' });
  const broken = await world.sync(exact.id);
  assert.equal(broken.state, 'failed');
  assert.equal((await world.sources.source(exact.id)).records, 2);
  // nor does a record that is broken today count as one that is gone
  serve(`${cveRecord('CVE-2026-1203')}\n${cveRecord('CVE-2026-1201').replace('"affected"', '"affected":1,"x"')}`, {
    etag: '"d"',
  });
  const mixed = await world.sync(exact.id);
  assert.deepEqual([mixed.error, mixed.result?.removed], [null, 0]);
  assert.equal((await world.sources.source(exact.id)).records, 2);
});

test('an error page is no feed: the source fails, says why, and is well again once the feed is back', async () => {
  serve('<html><title>Please sign in</title></html>');
  const source = await create();
  const job = await world.sync(source.id);
  assert.equal(job.state, 'failed');
  assert.match(job.error ?? '', /No record was read/);
  const failing = await world.sources.source(source.id);
  assert.deepEqual([failing.freshness, failing.jobId, failing.problems], ['failing', null, 1]);
  assert.match(
    (await world.sources.listProblems({ filter: `source = "${source.name}"` })).items[0]?.excerpt ?? '',
    /Please sign in/,
  );
  assert.deepEqual(
    world.told.slice(-1).map(({ subject }) => subject),
    [`Source "${source.name}" cannot be read`],
  );

  serve(cveRecord('CVE-2026-1301'));
  await world.sync(source.id);
  const well = await world.sources.source(source.id);
  assert.deepEqual([well.freshness, well.lastError, well.problems], ['fresh', null, 0]);
  assert.deepEqual(
    world.told.slice(-1).map(({ subject }) => subject),
    [`Source "${source.name}" works again`],
  );
});

test('a redirect to what only this server can reach is refused, at creation and on the way', async () => {
  for (const location of [
    'https://10.0.0.1/feed',
    'https://[::1]/x',
    'http://public.example/x',
    'https://user:secret@public.example/',
    'ftp://public.example/',
  ])
    await assert.rejects(
      world.sources.createSource(
        { kind: 'advisories', origin: 'url', name: 'x', location: location.replace('[::1]', '[fd00::1]') },
        ada,
      ),
      { code: 'vulnerabilities.bad-source' },
      location,
    );
  web.answer((_request, response) => response.writeHead(302, { location: 'https://inside.example/meta-data' }).end());
  const source = await create();
  const job = await world.sync(source.id);
  assert.equal(job.state, 'failed');
  assert.match(
    job.error ?? '',
    /redirects to where sources are not read.*10\.0\.0\.5 \(private\).*vulnerabilities\.allowHosts/,
  );
});

test('a transfer that breaks off goes on, and a server that crawls fails the source and not the platform', async () => {
  const text = Buffer.from(
    Array.from({ length: 400 }, (_, i) => cveRecord(`CVE-2026-2${String(i).padStart(3, '0')}`)).join('\n'),
  );
  let asked = 0;
  web.answer((request, response) => {
    asked += 1;
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const range = from > 0 ? { 'content-range': `bytes ${from}-${text.length - 1}/${text.length}` } : {};
    response.writeHead(from > 0 ? 206 : 200, { etag: '"x"', 'content-length': text.length - from, ...range });
    if (asked < 3) response.write(text.subarray(from, from + 100_000), () => response.destroy());
    else response.end(text.subarray(from));
  });
  const source = await create();
  const job = await world.sync(source.id);
  assert.deepEqual([job.error, job.result?.read], [null, 400]);
  assert.ok(web.seen.some(({ headers }) => headers.range !== undefined));

  const timers: NodeJS.Timeout[] = [];
  web.answer((_request, response) => {
    response.writeHead(200, { 'content-length': '1000000' });
    timers.push(setInterval(() => response.write(' '), 20));
  });
  const slow = await create('/slow.json');
  const failed = await world.sync(slow.id);
  for (const timer of timers) clearInterval(timer);
  assert.match(failed.error ?? '', /sent less than 1024 bytes/);
});

test('a cancelled reading keeps what is in and leaves the source free', async () => {
  web.answer((_request, response) => {
    response.writeHead(200, { 'content-length': '100000000' });
    const timer = setInterval(() => response.write(Buffer.alloc(2_000, ' ')), 10);
    response.once('close', () => clearInterval(timer));
  });
  const source = await create('/endless.json');
  const { jobId } = await world.sources.syncSource(source.id, false, ada);
  while ((await world.jobs.get(jobId)).done === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal((await world.sources.syncSource(source.id, false, ada)).jobId, jobId); // one job at a time
  await world.jobs.cancel(jobId, ada);
  assert.equal((await world.ended(jobId)).state, 'cancelled');
  const free = await world.sources.source(source.id);
  assert.deepEqual([free.jobId, free.lastError, free.freshness], [null, null, 'never']);
});

test('nothing stays in the work directory of what was read', () => {
  const work = join(world.folder, '.work');
  const left = existsSync(work)
    ? readdirSync(work, { recursive: true }).filter(
        (name) => String(name).includes('content') && !String(name).includes('.part'),
      )
    : [];
  assert.deepEqual(left, []);
});
