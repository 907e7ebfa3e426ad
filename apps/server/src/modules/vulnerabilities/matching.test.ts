import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { sql } from 'kysely';
import { inTransaction } from '../../platform/db/database.ts';
import {
  brakeRole,
  component,
  cve,
  startVulnerabilities,
  type TestVulnerabilities,
  telematicsRole,
} from './testing.ts';

let it: TestVulnerabilities;
before(async () => {
  it = await startVulnerabilities();
});
after(() => it.close());
beforeEach(async () => {
  for (const table of [
    'finding',
    'record',
    'subject',
    'record_key',
    'component',
    'component_key',
    'software',
    'use',
    'place',
    'queue',
    'decision',
    'vulnerability',
  ])
    await sql`delete from ${sql.table(`vulnerabilities_${table}`)}`.execute(it.db);
});

const openssl = (fixed = '3.0.8') =>
  cve('CVE-2026-1001', { vendor: 'openssl', product: 'openssl', purl: 'pkg:generic/openssl', fixed: [fixed] });

test('a record that comes after the software, and software that comes after the record, make the same finding', async () => {
  const first = it.fleet.add('tcu-os', '7.2', [component('openssl', '3.0.7'), component('zlib', '1.3.1')]);
  await it.load(first);
  await it.take(openssl());
  const second = it.fleet.add('cgw-os', '3.8', [component('openssl', '3.0.5')]);
  await it.load(second);

  const found = await it.findings();
  assert.deepEqual(
    found.map(({ ref, component: { name, version }, verdict, state }) => [ref, name, version, verdict, state]).sort(),
    [
      ['CVE-2026-1001', 'openssl', '3.0.5', 'affected', 'open'],
      ['CVE-2026-1001', 'openssl', '3.0.7', 'affected', 'open'],
    ],
  );
  const detail = await it.module.finding(found[0]?.id ?? '');
  assert.equal(detail.proofs[0]?.record, 'CVE-2026-1001');
  assert.equal(detail.proofs[0]?.source, 'Test source');
  assert.match(detail.proofs[0]?.range ?? '', /3\.0\.8/);
});

test('the same record again is not matched again, a changed one is, and only what it says now holds', async () => {
  const software = it.fleet.add('tcu-os', '7.2', [component('openssl', '3.0.7')]);
  await it.load(software);
  assert.deepEqual(await it.take(openssl()), { changed: 1, unchanged: 0 });

  assert.deepEqual(await it.take(openssl()), { changed: 0, unchanged: 1 });
  assert.equal((await it.findings()).length, 1);

  await it.take(openssl('3.0.7'));
  assert.deepEqual(await it.findings(), []);
  assert.equal((await it.module.get('CVE-2026-1001')).findings, 0);
});

test('a withdrawn record makes no finding, and takes those it made back', async () => {
  await it.load(it.fleet.add('tcu-os', '7.2', [component('openssl', '3.0.7')]));
  await it.take(openssl());

  await it.take({ ...openssl(), withdrawn: '2026-11-19T00:00:00Z' });

  assert.deepEqual(await it.findings(), []);
  assert.notEqual((await it.module.get('CVE-2026-1001')).withdrawnAt, null);
});

test('the priority is that of the place that weighs most, and says why in one line', async () => {
  const shared = component('openssl', '3.0.7');
  const brake = it.fleet.add('esp-fw', '9.6', [shared], { roles: [brakeRole] });
  await it.load(brake);
  await it.take(openssl());
  const [before] = await it.findings();

  await it.load(it.fleet.add('tcu-os', '7.2', [shared], { roles: [telematicsRole] }));
  const [after] = await it.findings();

  assert.ok((after?.rank ?? 0) > (before?.rank ?? 0), `${before?.reason} -> ${after?.reason}`);
  assert.match(after?.reason ?? '', /cellular/);
  assert.equal(after?.softwareVersions, 2);
  assert.deepEqual(after?.functions, ['brake', 'telematics']);
});

test('an entry in the catalogue of exploited vulnerabilities raises the priority, and its removal lowers it again', async () => {
  await it.load(it.fleet.add('tcu-os', '7.2', [component('openssl', '3.0.7')]));
  await it.take(openssl());
  const rank = async () => (await it.findings())[0]?.rank ?? 0;
  const before = await rank();
  const row = { ref: 'CVE-2026-1001', title: '', added: '2026-11-01', due: '2026-11-22', ransomware: true };

  await inTransaction(it.db, (tx) => it.module.intake.kev(tx, [row], true));
  await it.module.matcher.drain();
  const raised = await it.findings();
  await inTransaction(it.db, (tx) => it.module.intake.kev(tx, [], true));
  await it.module.matcher.drain();

  assert.ok((raised[0]?.rank ?? 0) > before);
  assert.equal(raised[0]?.kev, true);
  assert.match(raised[0]?.reason ?? '', /exploited/i);
  assert.equal(await rank(), before);
});

test('a component that an SBOM does not name any more is a finding of nobody', async () => {
  const old = [component('openssl', '3.0.7')];
  const id = it.fleet.add('tcu-os', '7.2', old);
  await it.load(id);
  await it.take(openssl());
  it.fleet.replace(id, [component('openssl', '3.0.9')]);

  await it.load(id);

  assert.deepEqual(await it.findings(), []);
  assert.equal((await it.module.get('CVE-2026-1001')).openFindings, 0);

  it.fleet.replace(id, old);
  await it.load(id);

  assert.equal((await it.findings()).length, 1);
});

test('where it occurs, how many vehicles exactly, and their VINs', async () => {
  await it.load(it.fleet.add('tcu-os', '7.2', [component('openssl', '3.0.7')], { vehicles: 5 }));
  await it.load(it.fleet.add('cgw-os', '3.8', [component('openssl', '3.0.5')], { vehicles: 2, roles: [brakeRole] }));
  await it.take(openssl());

  const { items, next } = await it.module.occurrences('CVE-2026-1001', { limit: 1 });
  const rest = await it.module.occurrences('CVE-2026-1001', { limit: 1, cursor: next ?? '' });
  const radius = await it.vehicles.blastRadius('CVE-2026-1001', {});
  const { items: vehicles } = await it.vehicles.vehicles('CVE-2026-1001', {});

  assert.deepEqual([...items, ...rest.items].map(({ software }) => software.name).sort(), ['cgw-os', 'tcu-os']);
  assert.equal(rest.next, null);
  assert.equal(radius.vehicles, 7);
  assert.deepEqual(
    radius.bySoftware.map(({ name, vehicles }) => [name, vehicles]),
    [
      ['tcu-os', 5],
      ['cgw-os', 2],
    ],
  );
  assert.equal(vehicles.length, 7);
  await assert.rejects(() => it.vehicles.blastRadius('CVE-1999-0001', {}), {
    code: 'vulnerabilities.unknown-vulnerability',
  });
});

test('lists are filtered and ordered by every field that they offer', async () => {
  await it.load(it.fleet.add('tcu-os', '7.2', [component('openssl', '3.0.7'), component('curl', '8.1.2')]));
  await it.take(
    openssl(),
    cve('CVE-2026-1002', { product: 'curl', vendor: 'haxx', purl: 'pkg:generic/curl', fixed: ['8.4.0'] }),
  );

  const { list: findings } = (await import('@bulkhead/contract')).vulnerabilityCoreOperations.listFindings;
  const { list: vulnerabilities } = (await import('@bulkhead/contract')).vulnerabilityCoreOperations
    .listVulnerabilities;
  let tried = 0;
  for (const [name, spec] of Object.entries(findings.fields)) {
    if (!('sortable' in spec)) {
      assert.equal((await it.module.listFindings({ sort: `-${name}`, limit: 1 })).items.length, 1, name);
      tried += 1;
    }
  }
  for (const [name, spec] of Object.entries(vulnerabilities.fields))
    if (!('sortable' in spec)) await it.module.list({ sort: name, limit: 1 }).then(() => (tried += 1));
  assert.ok(tried > 15);
  for (const [filter, count] of [
    ['software = "tcu-os"', 2],
    ['software = "other"', 0],
    ['function = telematics and component : "open"', 1],
    ['model = ARIA and severity = critical', 2],
    ['kev = true', 0],
    ['version = "8.1.2"', 1],
    ['state = open and verdict = affected', 2],
  ] as const)
    assert.equal((await it.findings(filter)).length, count, filter);
});

test('the portfolio counts open findings by model and role', async () => {
  await it.load(
    it.fleet.add('tcu-os', '7.2', [component('openssl', '3.0.7'), component('mystery', '1', { purl: null })]),
  );
  await it.take(openssl());
  await it.module.refreshFigures();

  const portfolio = await it.module.portfolio();

  assert.equal(portfolio.models[0]?.model, 'ARIA');
  assert.equal(portfolio.models[0]?.vehicles, 100);
  assert.equal(portfolio.models[0]?.functions[0]?.role, 'tcu');
  assert.equal(
    portfolio.totals.immediate + portfolio.totals.outOfCycle + portfolio.totals.scheduled + portfolio.totals.defer,
    1,
  );
  assert.equal(portfolio.unidentifiedComponents, 1);
  assert.equal((await it.findings())[0]?.vehicles, 1);
});

test('figures follow vehicles that move, one count after the other, and end where nothing is found any more', async () => {
  await it.load(
    it.fleet.add('nav-os', '7.2', [component('openssl', '3.0.7')], { vehicles: 5 }),
    it.fleet.add('nav-os', '7.3', [component('openssl', '3.0.9')], { vehicles: 0 }),
  );
  await it.take(openssl());
  const vehicles = async () => [(await it.findings())[0]?.vehicles, (await it.module.get('CVE-2026-1001')).vehicles];
  await it.module.refreshFigures();
  assert.deepEqual(await vehicles(), [5, 5]);

  it.fleet.move('nav-os', '7.2', '7.3', 2);
  await Promise.all([it.module.refreshFigures(), it.module.refreshFigures()]);
  assert.deepEqual(await vehicles(), [2, 2]);

  await it.take(openssl('3.0.5'));
  await it.module.refreshFigures();
  assert.deepEqual(await vehicles(), [undefined, 0]);
  await it.take(openssl());
  await it.module.refreshFigures();
  assert.deepEqual(await vehicles(), [2, 2]);
});

test('a document is judged without being stored', async () => {
  await it.take(openssl());

  const evaluation = await it.module.evaluate(
    [
      {
        name: 'openssl',
        version: '3.0.7',
        purl: 'pkg:generic/openssl@3.0.7',
        cpe: null,
        supplier: null,
        aliases: [],
        knownId: undefined,
      },
      { name: 'unknown', version: null, purl: null, cpe: null, supplier: null, aliases: [], knownId: undefined },
    ],
    { function: 'telematics' },
  );

  assert.deepEqual([evaluation.components, evaluation.unidentified], [2, 1]);
  assert.deepEqual(
    evaluation.findings.map(({ ref, component: { name }, state }) => [ref, name, state]),
    [['CVE-2026-1001', 'openssl', 'open']],
  );
  assert.deepEqual(await it.findings(), []);
});

test('two replicas work off one queue, and each piece once', async () => {
  await it.take(openssl());
  const ids = Array.from({ length: 12 }, (_, n) => it.fleet.add(`sw-${n}`, '1', [component('openssl', `3.0.${n}`)]));
  await inTransaction(it.db, (tx) => it.module.softwareChanged(tx, ids));
  const { createVulnerabilities } = await import('./index.ts');

  await Promise.all([it.module.matcher.drain(), createVulnerabilities(it.deps).matcher.drain()]);

  assert.equal((await it.findings()).length, 8);
});
