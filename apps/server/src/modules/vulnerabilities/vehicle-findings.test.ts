import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  brakeRole,
  component,
  cve,
  startVulnerabilities,
  type TestVulnerabilities,
  telematicsRole,
} from './testing.ts';

let it: TestVulnerabilities;
let tcu = '';
let vin = '';
before(async () => {
  it = await startVulnerabilities();
  const parts = ['openssl', 'expat', 'zlib'].map((name) => component(name, '1.0'));
  tcu = it.fleet.add('tcu-os', '7.2', parts, { vehicles: 1 });
  const esp = it.fleet.add('esp-fw', '9.6', [component('openssl', '1.0')], { roles: [brakeRole], vehicles: 1 });
  await it.load(tcu, esp);
  await it.take(
    ...['openssl', 'expat', 'zlib'].map((name, i) =>
      cve(`CVE-2026-${2000 + i}`, { product: name, purl: `pkg:generic/${name}`, fixed: ['2.0'] }),
    ),
  );
  vin = (await it.deps.fleet.sbomOf(tcu)) ? 'TCU-OSXX000000000' : '';
});
after(() => it.close());

const by = { kind: 'operator', id: 'o1', name: 'Ada' } as const;
const read = (query: { limit?: number; cursor?: string; all?: boolean; serial?: string } = {}) =>
  it.vehicles.findingsOf(vin, query);

test('the findings of a vehicle are those of the software that its ECUs run, and of nothing else', async () => {
  const { items, next, described, unknown } = await read();

  assert.deepEqual(items.map(({ ref }) => ref).toSorted(), ['CVE-2026-2000', 'CVE-2026-2001', 'CVE-2026-2002']);
  assert.deepEqual([next, described, unknown], [null, 1, []]);
  for (const item of items) {
    assert.deepEqual(item.ecus, [{ serial: 'S0', role: telematicsRole.role }]);
    assert.deepEqual([item.software.name, item.state, item.fixedIn], ['tcu-os', 'open', ['2.0']]);
    assert.match(item.priority.reason, /^\w/);
  }
  assert.deepEqual((await read({ serial: 'OTHER' })).items, []);
  await assert.rejects(it.vehicles.findingsOf('NOBODY', {}), { code: 'vulnerabilities.unknown-vehicle' });
});

test('pages follow each other without gap or repetition, and a made-up cursor is refused', async () => {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const { items, next } = await read({ limit: 1, ...(cursor ? { cursor } : {}) });
    assert.ok(items.length <= 1);
    seen.push(...items.map(({ ref }) => ref));
    cursor = next ?? undefined;
  } while (cursor && seen.length < 10);

  assert.deepEqual(seen.toSorted(), ['CVE-2026-2000', 'CVE-2026-2001', 'CVE-2026-2002']);
  const id = '01890000-0000-7000-8000-000000000000';
  for (const forged of ['x', `99999999999.${id}.${id}`, `4000000000.${id}.${id}`, `1.${id}`])
    await assert.rejects(read({ cursor: forged }), { code: 'request.bad-cursor' });
});

test('what is decided for the place is settled there, whatever other places say, and shown when asked for', async () => {
  const decide = { status: 'fixed', detail: 'Patched by us.' } as const;
  await it.module.decisions.create(
    { ...decide, ref: 'CVE-2026-2000', scope: { kind: 'ecu', role: telematicsRole.role } },
    by,
  );

  const [open, all] = [await read(), await read({ all: true })];

  assert.deepEqual(open.items.map(({ ref }) => ref).toSorted(), ['CVE-2026-2001', 'CVE-2026-2002']);
  const settled = all.items.find(({ ref }) => ref === 'CVE-2026-2000');
  assert.equal(settled?.state, 'fixed');
  assert.ok(settled?.decisionId);
  const brakes = await it.vehicles.findingsOf('ESP-FWXX000000000', {});
  assert.deepEqual(
    brakes.items.map(({ ref, state, ecus }) => [ref, state, ecus[0]?.role]),
    [['CVE-2026-2000', 'open', brakeRole.role]],
  );
});

test('software that no SBOM describes is named: that nothing is found there says nothing', async () => {
  const bare = it.fleet.add('radio-fw', '1.0', [], { vehicles: 1 });
  assert.ok(bare);

  const { items, described, unknown } = await it.vehicles.findingsOf('RADIO-FW000000000', {});

  assert.deepEqual([items, described], [[], 0]);
  assert.deepEqual(
    unknown.map(({ name, version }) => [name, version]),
    [['radio-fw', '1.0']],
  );
});

test('the list of findings answers for one software version by its id', async () => {
  const found = await it.findings(`softwareVersion = "${tcu}"`);
  assert.equal(found.length, 3);
  assert.equal((await it.findings(`softwareVersion in ("${tcu}")`)).length, 3);
  assert.deepEqual(await it.findings('softwareVersion = "01890000-0000-7000-8000-000000000000"'), []);
  assert.deepEqual(await it.findings('softwareVersion = "nonsense"'), []);
});
