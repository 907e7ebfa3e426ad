import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { tar, zip } from '../../platform/files/testing.ts';
import { ada, cveRecord, startSources, type TestSources } from './testing-sources.ts';

let world: TestSources;
before(async () => {
  world = await startSources();
});
after(() => world.close());

const at = (...parts: string[]) => join(world.folder, ...parts);
const write = (path: string, content: string | Buffer) => {
  mkdirSync(at(path, '..'), { recursive: true });
  writeFileSync(at(path), content);
};
const create = (location: string) => {
  mkdirSync(at(location), { recursive: true });
  return world.sources.createSource(
    { kind: 'advisories', origin: 'directory', name: `Directory ${location}`, location, everyMinutes: null },
    ada,
  );
};
const refs = async (sourceId: string) => {
  const rows = await world.db
    .selectFrom('vulnerabilities_record')
    .select('ref')
    .where('source_id', '=', sourceId)
    .orderBy('ref')
    .execute();
  return rows.map(({ ref }) => ref);
};

test('files of every kind below a directory are read once, and again only when their content has changed', async () => {
  const source = await create('all');
  write('all/2026/one.json', JSON.stringify(JSON.parse(cveRecord('CVE-2026-0001')), null, 2));
  write('all/two.ndjson.gz', gzipSync(`${cveRecord('CVE-2026-0002')}\n${cveRecord('CVE-2026-0003')}\n`));
  write(
    'all/three.zip',
    zip([
      { name: 'a/b.json', content: cveRecord('CVE-2026-0004') },
      { name: 'README.md', content: '# hello' },
    ]),
  );
  write('all/four.tar.gz', gzipSync(tar([{ name: 'x.json', content: `[${cveRecord('CVE-2026-0005')}]` }])));
  write('all/notes.txt', 'not a record');
  write('all/.git/config.json', 'hidden');

  const first = await world.sync(source.id);
  const second = await world.sync(source.id);

  assert.deepEqual([first.error, first.result?.files, first.result?.changed], [null, 4, 5]);
  assert.deepEqual([second.result?.files, second.result?.read], [0, 0]);
  assert.deepEqual(await refs(source.id), [
    'CVE-2026-0001',
    'CVE-2026-0002',
    'CVE-2026-0003',
    'CVE-2026-0004',
    'CVE-2026-0005',
  ]);

  utimesSync(at('all/two.ndjson.gz'), new Date(), new Date('2026-01-01'));
  assert.equal((await world.sync(source.id)).result?.files, 0); // other time, same content
  write('all/two.ndjson.gz', gzipSync(`${cveRecord('CVE-2026-0002', { before: '9' })}\n`));
  const changed = await world.sync(source.id);
  assert.deepEqual([changed.result?.files, changed.result?.changed, changed.result?.removed], [1, 1, 1]);
  assert.ok(!(await refs(source.id)).includes('CVE-2026-0003'));
});

test('a file that is gone takes its records along, except those that another file holds', async () => {
  const source = await create('gone');
  write('gone/a.json', cveRecord('CVE-2026-0021'));
  write('gone/b.ndjson', `${cveRecord('CVE-2026-0021', { before: '1' })}\n${cveRecord('CVE-2026-0022')}`);
  await world.sync(source.id);
  rmSync(at('gone/b.ndjson'));

  const job = await world.sync(source.id);

  assert.deepEqual([job.error, job.result?.removed], [null, 1]);
  assert.deepEqual(await refs(source.id), ['CVE-2026-0021']);
  // and what it holds is what that other file says
  const { affected } = await world.db
    .selectFrom('vulnerabilities_record')
    .select('affected')
    .where('ref', '=', 'CVE-2026-0021')
    .executeTakeFirstOrThrow();
  assert.match(affected, /3\.0\.8/);
});

test('an empty directory is a disk that is not mounted, and removes nothing', async () => {
  const source = await create('mount/data');
  write('mount/data/a.json', cveRecord('CVE-2026-0031'));
  write('mount/data/deep/b.json', cveRecord('CVE-2026-0032'));
  await world.sync(source.id);
  renameSync(at('mount/data'), at('mount/away'));
  mkdirSync(at('mount/data'));

  const unmounted = await world.sync(source.id);
  assert.equal(unmounted.state, 'failed');
  assert.match(unmounted.error ?? '', /is it mounted\?/);
  assert.equal((await refs(source.id)).length, 2);

  rmSync(at('mount/data'), { recursive: true });
  assert.match((await world.sync(source.id)).error ?? '', /There is no directory/);
  renameSync(at('mount/away'), at('mount/data'));
  rmSync(at('mount/data/deep'), { recursive: true });
  assert.equal((await world.sync(source.id)).result?.removed, 1);
});

test('nothing outside the configured root is read: no path, no link, no pipe', async () => {
  const outside = join(world.folder, '..');
  for (const location of ['..', '../x', '/etc', 'a/../../b', `${outside}/x`, 'no-such', 'x\0y'])
    await assert.rejects(
      world.sources.createSource({ kind: 'advisories', origin: 'directory', name: 'x', location }, ada),
      { code: 'vulnerabilities.bad-source' },
      location,
    );
  const source = await create('links');
  write('links/real.json', cveRecord('CVE-2026-0041'));
  write('elsewhere/secret.json', cveRecord('CVE-2026-0042'));
  symlinkSync(at('elsewhere/secret.json'), at('links/linked.json'));
  symlinkSync(at('elsewhere'), at('links/folder'));
  symlinkSync(at('links'), at('loop'));
  const { execFileSync } = await import('node:child_process');
  execFileSync('mkfifo', [at('links/pipe.json')]);

  const job = await world.sync(source.id);

  assert.deepEqual([job.error, await refs(source.id)], [null, ['CVE-2026-0041']]);
  await assert.rejects(create('loop'), { message: /symbolic link/ });
  // absolute paths are fine as long as they lie inside
  const absolute = await world.sources.createSource(
    { kind: 'advisories', origin: 'directory', name: 'Absolute', location: at('links'), everyMinutes: null },
    ada,
  );
  assert.equal((await world.sync(absolute.id)).result?.read, 1);
});

test('a directory that was swapped for a link meanwhile is not read', async () => {
  const source = await create('swapped');
  write('swapped/a.json', cveRecord('CVE-2026-0051'));
  await world.sync(source.id);
  renameSync(at('swapped'), at('swapped-away'));
  symlinkSync(at('elsewhere'), at('swapped'));
  const job = await world.sync(source.id);
  assert.match(job.error ?? '', /symbolic link/);
  assert.deepEqual(await refs(source.id), ['CVE-2026-0051']);
});

test('broken files and broken records among good ones cost only themselves, and vanish from the list when they are mended', async () => {
  const source = await create('broken');
  write(
    'broken/a.ndjson',
    [
      cveRecord('CVE-2026-0061'),
      '{"dataType":"CVE_RECORD","cveMetadata":{"cveId":"CVE-2026-0062"}}',
      'rubbish',
      cveRecord('CVE-2026-0063'),
    ].join('\n'),
  );
  write('broken/b.zip', Buffer.from('PK\u0003\u0004 and no more'));
  write('broken/c.json.gz', gzipSync(cveRecord('CVE-2026-0064')).subarray(0, 60));
  write('broken/bomb.json.gz', gzipSync(Buffer.alloc(20_000_000, ' ')));
  write('broken/d.json', cveRecord('CVE-2026-0065'));

  const job = await world.sync(source.id);

  assert.deepEqual([job.error, job.result?.read, job.result?.setAside], [null, 3, 5]);
  const { items } = await world.sources.listProblems({ filter: 'source = "Directory broken"' });
  assert.deepEqual(items.map(({ file, record, code }) => `${file} ${record} ${code}`).sort(), [
    'a.ndjson CVE-2026-0062 advisory.missing-field',
    'a.ndjson a.ndjson#3 advisory.not-json',
    'b.zip b.zip files.damaged',
    'bomb.json.gz bomb.json.gz files.too-large',
    'c.json.gz c.json.gz files.damaged',
  ]);
  assert.ok(items.every(({ reason }) => reason.length > 10));
  assert.equal((await world.sync(source.id)).result?.files, 0); // nothing changed, nothing is tried again

  write('broken/a.ndjson', [cveRecord('CVE-2026-0061'), cveRecord('CVE-2026-0063')].join('\n'));
  write('broken/e.json', cveRecord('CVE-2026-0062'));
  write('broken/c.json.gz', gzipSync(cveRecord('CVE-2026-0064')));
  rmSync(at('broken/b.zip'));
  rmSync(at('broken/bomb.json.gz'));
  await world.sync(source.id);

  const mended = await world.sources.source(source.id);
  assert.deepEqual([mended.records, mended.problems], [5, 0]);
  assert.deepEqual((await world.sources.listProblems({ filter: 'source = "Directory broken"' })).items, []);
});

test('of many broken records a bounded number is kept, and all are counted', async () => {
  const source = await create('many');
  write('many/a.ndjson', Array.from({ length: 1_500 }, (_, i) => `{"n":${i}}`).join('\n'));
  const job = await world.sync(source.id);
  assert.deepEqual([job.state, job.result?.setAside], ['succeeded', 1_500]);
  assert.equal((await world.sources.source(source.id)).problems, 1_500);
  assert.equal(
    (await world.sources.listProblems({ filter: 'source = "Directory many"', limit: 1, count: true })).total,
    1_000,
  );
  write('many/a.ndjson', cveRecord('CVE-2026-0071'));
  await world.sync(source.id);
  assert.equal((await world.sources.source(source.id)).problems, 0);
});

test('a file in more parts than one transaction takes loses what it no longer holds', async () => {
  const source = await create('large');
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => cveRecord(`CVE-2026-${100_000 + from + i}`)).join('\n');
  write('large/a.ndjson', lines(0, 1_400));
  await world.sync(source.id);
  write('large/a.ndjson', lines(1_200, 1_500));
  const job = await world.sync(source.id);
  assert.deepEqual([job.result?.changed, job.result?.unchanged, job.result?.removed], [100, 200, 1_200]);
  assert.equal((await refs(source.id)).length, 300);
});
