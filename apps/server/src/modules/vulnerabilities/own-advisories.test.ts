import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { component } from './testing.ts';
import { ada, cveRecord, startSources, type TestSources } from './testing-sources.ts';

let world: TestSources;
before(async () => {
  world = await startSources();
  await world.load(
    world.fleet.add('door-app', '1.0', [component('uds-stack', '2.3.0'), component('openssl', '3.0.1')]),
  );
});
after(() => world.close());

const about = (fixed: string, more = {}) => ({
  title: 'Overflow in the diagnostic stack',
  summary: 'A long request overwrites the stack.',
  affected: [{ name: 'uds-stack', fixed }],
  ...more,
});

test('an advisory written by hand gets the next number and its findings at once', async () => {
  const first = await world.sources.putOwn(about('2.4.0'), ada);
  const second = await world.sources.putOwn(about('2.0.0'), ada);

  assert.deepEqual(
    [first, second],
    [
      { ref: 'BH-2026-0001', findings: 1 },
      { ref: 'BH-2026-0002', findings: 0 },
    ],
  );
  assert.deepEqual(
    (await world.findings()).map(({ ref }) => ref),
    ['BH-2026-0001'],
  );
  const { items } = await world.sources.listSources();
  assert.deepEqual(
    items
      .filter(({ origin }) => origin === 'own')
      .map(({ name, origin, records, freshness }) => [name, origin, records, freshness]),
    [['Own advisories', 'own', 2, 'fresh']],
  );
});

test('it is replaced by its ref, and keeps its day of publication', async () => {
  world.clock.advance(86_400_000);
  const changed = await world.sources.putOwn({ ...about('2.1.0'), ref: 'BH-2026-0001' }, ada);
  assert.deepEqual(changed, { ref: 'BH-2026-0001', findings: 0 });
  assert.deepEqual(await world.findings(), []);
  const { publishedAt: published, modifiedAt: modified } = await world.module.get('BH-2026-0001');
  assert.deepEqual([published?.slice(0, 10), modified?.slice(0, 10)], ['2026-11-20', '2026-11-21']);
});

test('one that names a CVE stands on the page of that CVE, beside what others say of it', async () => {
  const source = await world.sources.createSource({ kind: 'advisories', origin: 'upload', name: 'CVE' }, ada);
  await world.upload(source.id, 'a.json', cveRecord('CVE-2026-0001'));
  await world.drain();
  const { ref, findings } = await world.sources.putOwn({ ...about('2.9'), aliases: ['CVE-2026-0001'] }, ada);
  assert.deepEqual([ref, findings], ['BH-2026-0003', 2]);
  await assert.rejects(world.sources.putOwn({ ...about('1'), ref: 'CVE-2026-0001' }, ada), {
    message: /record of the source "CVE"/,
  });
});

test('a withdrawn advisory matches nothing any more, keeps its number, and may be written again', async () => {
  await world.sources.withdrawOwn('BH-2026-0003', 'Another stack', ada);
  assert.deepEqual(
    (await world.findings()).map(({ component: { name } }) => name),
    ['openssl'],
  );
  await assert.rejects(world.sources.withdrawOwn('BH-2026-0003', 'again', ada), { message: /withdrawn already/ });
  await assert.rejects(world.sources.withdrawOwn('CVE-2026-0001', 'no', ada), {
    message: /comes from the source "CVE"/,
  });
  await assert.rejects(world.sources.withdrawOwn('BH-2026-9999', 'no', ada), {
    code: 'vulnerabilities.unknown-vulnerability',
  });
  assert.equal(
    (await world.sources.putOwn({ ...about('2.9'), ref: 'BH-2026-0003', aliases: ['CVE-2026-0001'] }, ada)).findings,
    2,
  );
});

test('two people at once get two numbers', async () => {
  const refs = await Promise.all([1, 2, 3, 4].map(() => world.sources.putOwn(about('1.0'), ada)));
  assert.equal(new Set(refs.map(({ ref }) => ref)).size, 4);
});

test('the source of own advisories cannot be taken away or renamed', async () => {
  const own = (await world.sources.listSources()).items.find(({ origin }) => origin === 'own');
  assert.ok(own);
  await assert.rejects(world.sources.deleteSource(own.id, false, ada), { message: /withdraw the advisories/ });
  await assert.rejects(world.sources.updateSource(own.id, { name: 'Other' }, ada), { message: /stays as it is/ });
  await assert.rejects(world.sources.syncSource(own.id, false, ada), { message: /nothing to fetch/ });
});
