import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, beforeEach, test } from 'node:test';
import { sql } from 'kysely';
import { component, cve, startVulnerabilities, type TestVulnerabilities } from './testing.ts';

const tables = [
  'finding record subject record_key component component_key software use place queue decision vulnerability',
  'compiled_files code_presence',
].flatMap((names) => names.split(' ').map((name) => `vulnerabilities_${name}`));

let it: TestVulnerabilities;
before(async () => {
  it = await startVulnerabilities();
});
after(() => it.close());
beforeEach(async () => {
  for (const table of [...tables, 'platform_outbox']) await sql`delete from ${sql.table(table)}`.execute(it.db);
});

const by = { kind: 'operator', id: 'o1', name: 'Ada' } as const;
const can = 'CVE-2026-2001';
const fork = 'CVE-2026-2002';
const kernelFlaw = (ref: string, ...programFiles: string[]) =>
  cve(ref, { vendor: 'Linux', product: 'Linux', fixed: ['6.2'], ...(programFiles.length ? { programFiles } : {}) });
const kernelPart = (version = '6.1.55') =>
  component('linux', version, { purl: null, cpe: `cpe:2.3:o:linux:linux_kernel:${version}:*:*:*:*:*:*:*` });
const list = (...files: string[]) => ['init/main.c', 'kernel/fork.c', ...files].join('\n');
const put = (id: string, text: string | Buffer) =>
  it.module.compiledFiles.put(id, Readable.from([Buffer.from(text)]), by);
const day = (text: string) => ({ createdAt: new Date(`${text}T00:00:00Z`) });

/** What stands in each software version about one vulnerability. */
const standing = async (ref: string) => {
  const { items } = await it.module.occurrences(ref, {});
  return Object.fromEntries(items.map(({ software, state }) => [`${software.name} ${software.version}`, state]));
};
const noteOf = async (ref: string) => (await it.module.occurrences(ref, {})).items[0]?.code;
const decisions = async (filter = 'state = active') => (await it.module.decisions.list({ filter, limit: 500 })).items;
const audited = async () => {
  const { rows } = await sql<{ action: string; kind: string }>`
    select action, actor_kind as kind from platform_audit_entry order by at, id`.execute(it.db);
  return rows;
};

async function twoVersions() {
  const part = kernelPart();
  const old = it.fleet.add('tcu-os', '7.2', [part], day('2026-01-01'));
  const next = it.fleet.add('tcu-os', '7.3', [part], day('2026-02-01'));
  await it.load(old, next);
  await it.take(kernelFlaw(can, 'net/can/isotp.c'), kernelFlaw(fork, 'kernel/fork.c'));
  return { old, next, part };
}

test('code that a build did not compile is not affected in that very version; a later version of the same kernel stays open', async () => {
  const { old } = await twoVersions();
  const text = list('net/core/dev.c');

  const answer = await put(old, text);

  assert.deepEqual(await standing(can), { 'tcu-os 7.2': 'not-affected', 'tcu-os 7.3': 'open' });
  const [decision, ...more] = await decisions();
  assert.deepEqual(more, []);
  assert.equal(decision?.origin, 'compiled-files');
  assert.equal(decision?.justification, 'vulnerable-code-not-present');
  assert.match(decision?.detail ?? '', /^code not present: none of net\/can\/isotp\.c is among 3 compiled files$/);
  assert.match(decision?.scopeText ?? '', /in tcu-os 7\.2 alone$/);
  const sha256 = createHash('sha256').update(text).digest('hex');
  assert.deepEqual(decision?.evidence, [`compiled files of tcu-os 7.2, SHA-256 ${sha256}`]);
  assert.deepEqual(
    { ...answer, uploadedAt: '' },
    { sha256, files: 3, uploadedAt: '', uploadedBy: 'Ada', settles: 1, built: 1, silentBecause: null },
  );
  const actions = (await audited()).map(({ action }) => action);
  assert.ok(actions.includes('vulnerabilities.put-compiled-files') && actions.includes('vulnerabilities.decide'));
  const { places } = await it.module.decisions.get(decision?.id ?? '');
  assert.deepEqual(
    places.map(({ software, standing: how }) => [software.version, how]),
    [['7.2', 'holds']],
  );
  assert.equal(await it.module.decisions.sweep(), 0);
});

test('code that is compiled in stays open, and the note says which; a record that names no file is left alone', async () => {
  const { old } = await twoVersions();
  await it.take(kernelFlaw('CVE-2026-2003'), kernelFlaw('CVE-2026-2004', 'net/can/Makefile'));

  await put(old, list());

  assert.equal((await standing(fork))['tcu-os 7.2'], 'open');
  const { items } = await it.module.occurrences(fork, {});
  const here = items.find(({ software }) => software.version === '7.2');
  assert.equal(here?.code, 'compiled in: kernel/fork.c');
  assert.equal(items.find(({ software }) => software.version === '7.3')?.code, null);
  assert.equal((await standing('CVE-2026-2003'))['tcu-os 7.2'], 'open');
  assert.equal((await standing('CVE-2026-2004'))['tcu-os 7.2'], 'open');
});

test('a list that is replaced or taken away opens again what it settled', async () => {
  const { old } = await twoVersions();
  await put(old, list());
  assert.equal((await standing(can))['tcu-os 7.2'], 'not-affected');

  await put(old, list('net/can/isotp.c'));
  assert.equal((await standing(can))['tcu-os 7.2'], 'open');
  assert.equal((await it.module.compiledFiles.get(old))?.settles, 0);

  await put(old, list());
  await it.module.compiledFiles.remove(old, by);
  assert.equal((await standing(can))['tcu-os 7.2'], 'open');
  assert.equal(await it.module.compiledFiles.get(old), null);
  assert.deepEqual(await decisions(), []);
  assert.equal((await decisions('state = void')).length, 2);
  assert.ok((await audited()).some(({ action }) => action === 'vulnerabilities.delete-compiled-files'));
  await assert.rejects(it.module.compiledFiles.remove(old, by), { code: 'vulnerabilities.unknown-compiled-files' });
});

test('records that come or change after the list are judged by it, and the same list again changes nothing', async () => {
  const { old } = await twoVersions();
  await put(old, list());
  const before = (await decisions()).map(({ id }) => id);
  await put(old, list());
  assert.deepEqual(
    (await decisions()).map(({ id }) => id),
    before,
  );

  await it.take(kernelFlaw('CVE-2026-2005', 'drivers/gpu/drm/x.c'));
  assert.equal((await standing('CVE-2026-2005'))['tcu-os 7.2'], 'not-affected');

  await it.take(kernelFlaw(can, 'net/can/isotp.c', 'kernel/fork.c'));
  assert.equal((await standing(can))['tcu-os 7.2'], 'open');
  await it.take(kernelFlaw(can, 'net/can/isotp.c'));
  assert.equal((await standing(can))['tcu-os 7.2'], 'not-affected');
});

test('an SBOM that is replaced or comes after the list is judged by it', async () => {
  const { old } = await twoVersions();
  const late = it.fleet.add('cgw-os', '1.0', [kernelPart('6.1.60')], day('2026-03-01'));
  assert.equal((await put(late, list())).settles, 0);
  await it.load(late);
  assert.equal((await standing(can))['cgw-os 1.0'], 'not-affected');

  await put(old, list());
  it.fleet.replace(old, [kernelPart('6.1.90')]);
  await it.load(old);
  assert.deepEqual(await standing(can), {
    'cgw-os 1.0': 'not-affected',
    'tcu-os 7.2': 'not-affected',
    'tcu-os 7.3': 'open',
  });
});

test('what a person decided counts, however wide and whenever, and what a person took back is not said again', async () => {
  const { old, part } = await twoVersions();
  const scope = { kind: 'component', componentId: part.id } as const;
  const decide = { ref: can, scope, status: 'affected', detail: 'Our own module carries the code.' } as const;
  const { decision: person } = await it.module.decisions.create(decide, by);
  await put(old, list());
  assert.equal((await standing(can))['tcu-os 7.2'], 'affected');

  await it.module.decisions.withdraw(person?.id ?? '', 'looked again', by);
  assert.equal((await standing(can))['tcu-os 7.2'], 'not-affected');
  await it.module.decisions.create({ ...decide, scope: { kind: 'software', softwareId: old } }, by);
  assert.equal((await standing(can))['tcu-os 7.2'], 'affected');
  for (const one of await decisions()) await it.module.decisions.withdraw(one.id, 'the list is of another build', by);
  assert.equal((await standing(can))['tcu-os 7.2'], 'open');

  await put(old, list());
  assert.equal((await standing(can))['tcu-os 7.2'], 'open');
  await put(old, list('net/core/dev.c'));
  assert.equal((await standing(can))['tcu-os 7.2'], 'not-affected');
});

test('only findings of the kernel are judged, and none where the version has two kernels', async () => {
  const both = it.fleet.add('ivi-os', '2.0', [kernelPart('6.1.55'), kernelPart('5.15.1')]);
  const lib = it.fleet.add('tcu-os', '7.2', [kernelPart(), component('openssl', '3.0.7')], day('2026-01-01'));
  await it.load(both, lib);
  await it.take(
    kernelFlaw(can, 'net/can/isotp.c'),
    cve('CVE-2026-1001', {
      vendor: 'openssl',
      product: 'openssl',
      purl: 'pkg:generic/openssl',
      fixed: ['3.0.8'],
      programFiles: ['ssl/record.c'],
    }),
  );

  const answer = await put(both, list());
  await put(lib, list());

  assert.match(answer.silentBecause ?? '', /more than one Linux kernel/);
  assert.deepEqual(await standing('CVE-2026-1001'), { 'tcu-os 7.2': 'open' });
  assert.deepEqual(await standing(can), { 'ivi-os 2.0': 'open', 'tcu-os 7.2': 'not-affected' });
  assert.equal(await noteOf('CVE-2026-1001'), null);
});

test('lists that are bad, of something else or too long are refused with the reason, and change nothing', async () => {
  const { old } = await twoVersions();
  const refused: readonly (readonly [string | Buffer, RegExp])[] = [
    ['', /init\/main\.c/],
    ['net/can/raw.c\n', /init\/main\.c/],
    ['[{"directory": "/b"}]', /"file"/],
    ['[{', /none/],
    ['{"file": "init/main.c"}', /init\/main\.c/],
    [Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe]), /no text/],
    [`init/main.c\n${'x'.repeat(2_000)}`, /too long/],
    [`init/main.c\n${'a.c\n'.repeat(500_001)}`, /more than 500000 files/],
    [Buffer.alloc(64 * 1024 * 1024 + 1, 0x61), /at most 64 MiB/],
  ];
  for (const [text, message] of refused)
    await assert.rejects(put(old, text), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'vulnerabilities.bad-compiled-files');
      assert.match(error.message, message);
      return true;
    });
  await assert.rejects(put('00000000-0000-7000-8000-000000000000', list()), /No SBOM tells/);
  assert.equal(refused.length, 9);
  assert.equal(await it.module.compiledFiles.get(old), null);
  assert.equal((await standing(can))['tcu-os 7.2'], 'open');
});
