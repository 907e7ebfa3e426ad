import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { tellAllSources } from './source-notices.ts';
import { tickSources } from './start-reading.ts';
import { component } from './testing.ts';
import { ada, cveRecord, startHttp, startSources, type TestSources } from './testing-sources.ts';

let world: TestSources;
let web: Awaited<ReturnType<typeof startHttp>>;
before(async () => {
  world = await startSources();
  await world.load(world.fleet.add('tcu-app', '1.0', [component('openssl', '3.0.1')]));
  web = await startHttp((_request, response) => response.end(cveRecord('CVE-2026-0001')));
});
after(async () => {
  await web.close();
  await world.close();
});
const deps = () => ({ ...world.deps, reading: world.reading });
const jobs = async () => (await world.jobs.list({ filter: 'kind = vulnerabilities.source', limit: 500 })).items;
const allEnded = async () => {
  for (const { id } of await jobs()) await world.ended(id);
};

test('settings that do not go together are refused with the field', async () => {
  const make = (more: object) =>
    world.sources.createSource(
      { kind: 'advisories', origin: 'url', name: 'x', location: web.url(), ...more } as Parameters<
        TestSources['sources']['createSource']
      >[0],
      ada,
    );
  const cases: [object, RegExp][] = [
    [{ location: undefined }, /Give the URL/],
    [{ name: '   ' }, /name that can be read/],
    [{ origin: 'upload' }, /has no location/],
    [{ origin: 'upload', location: undefined, everyMinutes: 60 }, /not on a schedule/],
    [{ origin: 'directory', location: 'x', removeMissing: true }, /for a URL only/],
    [{ everyMinutes: 1_440, staleAfterHours: 12 }, /stale between two readings/],
    [{ location: 'not a url' }, /https:\/\/host\/path/],
    [{ kind: 'vex' }, /vex import/],
  ];
  for (const [more, message] of cases)
    await assert.rejects(make(more), { code: 'vulnerabilities.bad-source', message }, JSON.stringify(more));
  const source = await make({ everyMinutes: null });
  await assert.rejects(make({}), { message: /with the name "x" already/ });
  await assert.rejects(world.sources.updateSource(source.id, { location: 'https://10.1.1.1/' }, ada), {
    code: 'vulnerabilities.bad-source',
  });
  await assert.rejects(world.sources.upload(source.id, 'a.json', Readable.from(['x']), ada), {
    message: /add a source of uploads/,
  });
  await assert.rejects(world.sources.source('0198a000-0000-7000-8000-000000000000'), {
    code: 'vulnerabilities.unknown-source',
  });
  assert.equal((await world.sources.updateSource(source.id, { name: 'y', staleAfterHours: 24 }, ada)).name, 'y');
  const changes = (await world.audited('vulnerabilities.update-source')).at(-1);
  assert.deepEqual(changes?.details, { id: source.id, name: 'y', staleAfterHours: 24 });
  await world.sources.deleteSource(source.id, false, ada);
  await allEnded();
});

test('what is due is read by one job, whichever replica looks first', async () => {
  const source = await world.sources.createSource(
    { kind: 'advisories', origin: 'url', name: 'Hourly', location: web.url(), everyMinutes: 60 },
    ada,
  );
  const before = (await jobs()).length;

  const started = await Promise.all([tickSources(deps()), tickSources(deps()), tickSources(deps())]);
  await allEnded();

  assert.equal(
    started.reduce((sum, n) => sum + n, 0),
    1,
  );
  assert.equal((await jobs()).length, before + 1);
  const read = await world.sources.source(source.id);
  assert.deepEqual([read.records, read.nextAt], [1, new Date(world.clock.now().getTime() + 3_600_000).toISOString()]);
  assert.equal(await tickSources(deps()), 0);
  world.clock.advance(3_600_000);
  assert.equal(await tickSources(deps()), 1);
  await allEnded();
  assert.equal((await jobs()).length, before + 2);
});

test('people hear once that a source is out of date, and once that it works again', async () => {
  const source = (await world.sources.listSources()).items.find(({ name }) => name === 'Hourly');
  assert.ok(source);
  world.told.length = 0;
  web.answer((_request, response) => response.writeHead(503, { 'retry-after': '7200' }).end());
  await world.sync(source.id);
  assert.equal(world.told.length, 0); // one failure is tried again
  const next = (await world.sources.source(source.id)).nextAt;
  assert.equal(next, new Date(world.clock.now().getTime() + 7_200_000).toISOString()); // when the server wished
  await world.sync(source.id);
  world.clock.advance(49 * 3_600_000);
  await Promise.all([tellAllSources(deps()), tellAllSources(deps())]);
  await tellAllSources(deps());
  web.answer((_request, response) => response.end(cveRecord('CVE-2026-0001')));
  await world.sync(source.id);

  assert.deepEqual(
    world.told.map(({ subject, severity }) => [subject, severity]),
    [
      ['Source "Hourly" cannot be read', 'high'],
      ['Source "Hourly" is out of date', 'high'],
      ['Source "Hourly" works again', 'info'],
    ],
  );
  assert.match(world.told[1]?.text ?? '', /more than 48 hours ago/);
  assert.match(world.told[1]?.link ?? '', new RegExp(source.id));
});

test('a feed that answers for ever and brings nothing new is told of too', async () => {
  const source = await world.sources.createSource(
    {
      kind: 'advisories',
      origin: 'url',
      name: 'Dead',
      location: web.url('/dead'),
      everyMinutes: null,
      quietAfterDays: 10,
    },
    ada,
  );
  await world.sync(source.id);
  world.told.length = 0;
  world.clock.advance(11 * 86_400_000);
  await world.sync(source.id);
  assert.equal((await world.sources.source(source.id)).freshness, 'quiet');
  assert.ok(world.told.some(({ subject }) => subject === 'Source "Dead" brings nothing new'));
});

test('a source goes with its records and the findings that only it proves, after both were counted', async () => {
  const folder = join(world.folder, 'del');
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'a.ndjson'),
    Array.from({ length: 1_100 }, (_, i) =>
      cveRecord(`CVE-2026-${20_000 + i}`, { product: i < 3 ? 'openssl' : 'other' }),
    ).join('\n'),
  );
  const source = await world.sources.createSource(
    { kind: 'advisories', origin: 'directory', name: 'Del', location: 'del', everyMinutes: null },
    ada,
  );
  await world.sync(source.id);
  const second = await world.sources.createSource({ kind: 'advisories', origin: 'upload', name: 'Also' }, ada);
  await world.upload(second.id, 'a.json', cveRecord('CVE-2026-20000'));
  await world.drain();
  const before = (await world.findings()).length;

  const count = await world.sources.deleteSource(source.id, true, ada);
  assert.deepEqual(count, { records: 1_100, findings: 2, jobId: null });
  assert.equal((await world.sources.source(source.id)).freshness, 'fresh');
  const { jobId } = await world.sources.deleteSource(source.id, false, ada);
  const job = await world.ended(jobId ?? '');
  await world.drain();

  assert.deepEqual(job.result, { removed: 1_100 });
  await assert.rejects(world.sources.source(source.id), { code: 'vulnerabilities.unknown-source' });
  assert.equal((await world.findings()).length, before - 2);
  assert.ok((await world.findings()).some(({ ref }) => ref === 'CVE-2026-20000'));
  const left = await world.db
    .selectFrom('vulnerabilities_source_record')
    .select('ref')
    .where('source_id', '=', source.id)
    .execute();
  assert.deepEqual(left, []);
});

test('a source that is removed while it is read is removed by that very job', async () => {
  const timers = new Set<NodeJS.Timeout>();
  web.answer((_request, response) => {
    response.writeHead(200);
    let n = 0;
    timers.add(
      setInterval(
        () => response.write(`${Array.from({ length: 20 }, () => cveRecord(`CVE-2026-${30_000 + n++}`)).join('\n')}\n`),
        10,
      ),
    );
    response.once('close', () => {
      for (const timer of timers) clearInterval(timer);
    });
    setTimeout(() => response.end(), 600);
  });
  const source = await world.sources.createSource(
    { kind: 'advisories', origin: 'url', name: 'Going', location: web.url('/x.ndjson'), everyMinutes: null },
    ada,
  );
  const { jobId } = await world.sources.syncSource(source.id, false, ada);
  const removal = await world.sources.deleteSource(source.id, false, ada);
  assert.equal(removal.jobId, jobId);
  await world.ended(jobId);
  await assert.rejects(world.sources.source(source.id), { code: 'vulnerabilities.unknown-source' });
});

test('every reading and every change leaves one entry in the audit log', async () => {
  const actions = new Set((await world.audited('vulnerabilities.')).map(({ action }) => action));
  for (const action of [
    'create-source',
    'update-source',
    'delete-source',
    'remove-source',
    'read-source',
    'fail-source',
    'upload-advisories',
  ])
    assert.ok(actions.has(`vulnerabilities.${action}`), action);
  const readings = await world.audited('vulnerabilities.read-source');
  assert.deepEqual(Object.keys(readings.at(-1)?.details ?? {}).sort(), [
    'changed',
    'files',
    'id',
    'read',
    'removed',
    'setAside',
    'unchanged',
  ]);
});

test('an empty upload, or too many that wait, are refused', async () => {
  const source = await world.sources.createSource({ kind: 'advisories', origin: 'upload', name: 'Uploads' }, ada);
  await assert.rejects(world.upload(source.id, 'a.json', ''), { message: /is empty/ });
  const breaking = Readable.from(
    (async function* () {
      yield Buffer.from('{');
      throw new Error('connection lost');
    })(),
  );
  await assert.rejects(world.sources.upload(source.id, 'a.json', breaking, ada), /connection lost/);
  const { n } = await world.db
    .selectFrom('vulnerabilities_upload')
    .select(({ fn }) => fn.countAll<string>().as('n'))
    .executeTakeFirstOrThrow();
  assert.equal(n, '0');
});
