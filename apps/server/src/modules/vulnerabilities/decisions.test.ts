import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { CommonScope, DecisionScope } from '@bulkhead/contract';
import { sql } from 'kysely';
import type { DecisionInput } from './domain/decision-input.ts';
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
  for (const table of ['finding', 'record', 'subject', 'record_key', 'component', 'component_key', 'software', 'use'])
    await sql`delete from ${sql.table(`vulnerabilities_${table}`)}`.execute(it.db);
  for (const table of ['place', 'queue', 'decision', 'vulnerability'])
    await sql`delete from ${sql.table(`vulnerabilities_${table}`)}`.execute(it.db);
  await sql`delete from platform_outbox`.execute(it.db);
});

const by = { kind: 'operator', id: 'o1', name: 'Ada' } as const;
const ref = 'CVE-2026-1001';
const openssl = cve(ref, { vendor: 'openssl', product: 'openssl', purl: 'pkg:generic/openssl', fixed: ['3.0.8'] });
const hashes = (value: string) => [{ alg: 'SHA-256', content: value.repeat(64) }];
const at = (day: string) => ({ createdAt: new Date(`${day}T00:00:00Z`) });

const decide = (scope: DecisionScope, more: Partial<DecisionInput> & { dryRun?: boolean } = {}) =>
  it.module.decisions.create(
    {
      ref,
      scope,
      status: 'not-affected',
      justification: 'vulnerable-code-not-in-execute-path',
      detail: 'The server never parses foreign certificates.',
      ...more,
    },
    by,
  );
const states = async () =>
  (await it.findings())
    .map(({ component: { version }, state }) => [version, state])
    .sort(([a], [b]) => String(a).localeCompare(String(b)));
const audited = async (action: string) => {
  const { rows } = await sql<{ subject: string; details: string }>`
    select subject, details from platform_audit_entry where action = ${action} order by at, id`.execute(it.db);
  return rows.map(({ subject, details }) => ({ subject, details: JSON.parse(details) as Record<string, unknown> }));
};

async function fleetOfTwo() {
  const tcu = it.fleet.add('tcu-os', '7.2', [component('openssl', '3.0.7', { hashes: hashes('a') })], { vehicles: 3 });
  const esp = it.fleet.add('esp-fw', '9.6', [component('openssl', '3.0.5')], { roles: [brakeRole], vehicles: 2 });
  await it.load(tcu, esp);
  await it.take(openssl);
  return { tcu, esp };
}

test('a dry run counts findings, versions and exact vehicles, and changes nothing', async () => {
  const { tcu } = await fleetOfTwo();

  const all = await decide({ kind: 'everywhere' }, { dryRun: true });
  const one = await decide({ kind: 'software', softwareId: tcu }, { dryRun: true });

  assert.deepEqual(all, { decision: null, covers: { findings: 2, softwareVersions: 2, vehicles: 5 } });
  assert.deepEqual(one.covers, { findings: 1, softwareVersions: 1, vehicles: 3 });
  assert.deepEqual(await it.module.decisions.list({}), { items: [], next: null });
  assert.deepEqual(await states(), [
    ['3.0.5', 'open'],
    ['3.0.7', 'open'],
  ]);
});

test('only the vehicles of a scope are counted: of the model, or with the ECU role', async () => {
  const tcu = it.fleet.add('tcu-os', '7.2', [component('openssl', '3.0.7')], {
    vehicles: 3,
    roles: [telematicsRole, { ...telematicsRole, model: 'BORA' }],
  });
  await it.load(tcu);
  await it.take(openssl);
  const counts = async (scope: DecisionScope) => (await decide(scope, { dryRun: true })).covers.vehicles;

  assert.equal(await counts({ kind: 'model', model: 'ARIA' }), 3);
  assert.equal(await counts({ kind: 'model', model: 'BORA' }), 0);
  assert.equal(await counts({ kind: 'ecu', role: 'tcu', model: 'BORA' }), 0);
  assert.equal(await counts({ kind: 'ecu', role: 'tcu' }), 3);
});

test('a decision settles the findings in its scope alone, is audited with what it changed, and is told to others', async () => {
  const { tcu } = await fleetOfTwo();

  const { decision } = await decide({ kind: 'software', softwareId: tcu }, { evidence: ['report-17.pdf'] });

  assert.deepEqual(await states(), [
    ['3.0.5', 'open'],
    ['3.0.7', 'not-affected'],
  ]);
  assert.equal(decision?.scopeText, 'openssl 3.0.7 in tcu-os 7.2 and later versions that carry the same');
  assert.equal(decision?.findings, 1);
  assert.deepEqual([decision?.author, decision?.evidence], ['Ada', ['report-17.pdf']]);
  const [entry] = await audited('vulnerabilities.decide');
  assert.equal(entry?.subject, ref);
  assert.deepEqual(entry?.details['before'], { open: 1 });
  const { rows } = await sql<{
    type: string;
  }>`select type from platform_outbox where type = 'vulnerabilities.states-changed'`.execute(it.db);
  assert.equal(rows.length, 1);
});

const decideAbout = (findings: readonly string[], scope: CommonScope, more: { dryRun?: boolean } = {}) =>
  it.module.decisions.createForFindings(
    { findings, scope, status: 'under-investigation', detail: 'The supplier looks at it.', ...more },
    by,
  );

test('several findings are decided about at once, each at its own component version', async () => {
  const { tcu, esp } = await fleetOfTwo();
  await it.take(cve('CVE-2026-1002', { product: 'openssl', purl: 'pkg:generic/openssl', fixed: ['3.0.6'] }));
  const ids = (await it.findings()).map(({ id }) => id);
  assert.equal(ids.length, 3);

  const dry = await decideAbout(ids, { kind: 'component' }, { dryRun: true });
  assert.deepEqual(dry.covers, { findings: 3, softwareVersions: 2, vehicles: 5 });
  assert.deepEqual([dry.decisions, dry.outside], [0, 0]);
  assert.deepEqual(dry.software.map(({ id }) => id).toSorted(), [tcu, esp].toSorted());
  assert.deepEqual(dry.roles, [
    { model: 'ARIA', role: 'esp' },
    { model: 'ARIA', role: 'tcu' },
  ]);
  assert.equal((await it.module.decisions.list({})).items.length, 0);

  const before = (await audited('vulnerabilities.decide')).length;
  const done = await decideAbout(ids, { kind: 'software', softwareId: esp });
  assert.deepEqual([done.decisions, done.outside, done.covers.vehicles], [2, 1, 2]);
  assert.deepEqual(await states(), [
    ['3.0.5', 'under-investigation'],
    ['3.0.5', 'under-investigation'],
    ['3.0.7', 'open'],
  ]);
  const entries = (await audited('vulnerabilities.decide')).slice(before);
  assert.deepEqual(entries.map(({ subject }) => subject).toSorted(), [ref, 'CVE-2026-1002']);
});

test('decisions about several findings are all made or none: one that is gone, or a scope that reaches none, refuses them', async () => {
  await fleetOfTwo();
  const [first] = await it.findings();
  const before = (await audited('vulnerabilities.decide')).length;
  const gone = '01890000-0000-7000-8000-000000000000';

  await assert.rejects(decideAbout([first?.id ?? '', gone], { kind: 'component' }), {
    code: 'vulnerabilities.unknown-finding',
  });
  await assert.rejects(decideAbout([first?.id ?? ''], { kind: 'model', model: 'NONE' }), {
    code: 'vulnerabilities.bad-decision',
  });
  await assert.rejects(decideAbout([first?.id ?? ''], { kind: 'ecu' }), { code: 'vulnerabilities.bad-decision' });
  assert.equal((await it.module.decisions.list({})).items.length, 0);
  assert.equal((await audited('vulnerabilities.decide')).length, before);
});

test('a decision that lacks what its kind needs is refused, naming the field', async () => {
  const { tcu } = await fleetOfTwo();
  const refused: [() => Promise<unknown>, string][] = [
    [
      () => it.module.decisions.create({ ref, scope: { kind: 'everywhere' }, status: 'not-affected', detail: 'x' }, by),
      'justification',
    ],
    [() => decide({ kind: 'everywhere' }, { status: 'fixed' }), 'justification'],
    [() => decide({ kind: 'component' }), 'scope.componentId'],
    [() => decide({ kind: 'software' }), 'scope.softwareId'],
    [() => decide({ kind: 'ecu' }), 'scope.role'],
    [() => decide({ kind: 'model' }), 'scope.model'],
    [() => decide({ kind: 'software', softwareId: tcu, role: 'tcu' }), 'scope.role'],
    [() => decide({ kind: 'everywhere' }, { expiresAt: '2026-11-19T00:00:00Z' }), 'expiresAt'],
    [() => decide({ kind: 'everywhere' }, { expiresAt: 'soon' }), 'expiresAt'],
  ];
  let seen = 0;
  for (const [attempt, field] of refused) {
    await assert.rejects(attempt, (error: { code?: string; fields?: object }) => {
      assert.equal(error.code, 'vulnerabilities.bad-decision');
      assert.deepEqual(Object.keys(error.fields ?? {}), [field]);
      return true;
    });
    seen += 1;
  }
  assert.equal(seen, 9);
  await assert.rejects(decide({ kind: 'model', model: 'NONE' }), { code: 'vulnerabilities.bad-decision' });
  await assert.rejects(decide({ kind: 'everywhere' }, { ref: 'CVE-2000-1' }), {
    code: 'vulnerabilities.unknown-vulnerability',
  });
});

test('a later version with the very component inherits the decision; other content is open, and an older version too', async () => {
  const shared = component('openssl', '3.0.7', { hashes: hashes('a') });
  const two = it.fleet.add('tcu-os', '2.0', [shared], at('2026-02-01'));
  await it.load(two);
  await it.take(openssl);
  const { decision } = await decide({ kind: 'software', softwareId: two });
  const standings = async () =>
    (await it.module.decisions.get(decision?.id ?? '')).places
      .map(({ software, standing }) => [software.version, standing])
      .sort();

  await it.load(it.fleet.add('tcu-os', '3.0', [shared], at('2026-03-01')));
  assert.deepEqual(await states(), [['3.0.7', 'not-affected']]);

  const rebuilt = it.fleet.add('tcu-os', '4.0', [{ ...shared, hashes: hashes('b') }], at('2026-04-01'));
  await it.load(rebuilt);
  assert.deepEqual(await states(), [['3.0.7', 'open']]);
  assert.deepEqual(await standings(), [
    ['2.0', 'holds'],
    ['3.0', 'holds'],
    ['4.0', 'changed'],
  ]);

  await decide({ kind: 'software', softwareId: rebuilt });
  assert.deepEqual(await states(), [['3.0.7', 'not-affected']]);
  await it.load(it.fleet.add('tcu-os', '1.0', [shared], at('2026-01-01')));
  assert.deepEqual(await states(), [['3.0.7', 'open']]);
});

test('another version of the component is another component: its finding is open', async () => {
  await fleetOfTwo();
  await decide({ kind: 'everywhere' });

  await it.load(it.fleet.add('cgw-os', '1.0', [component('openssl', '3.0.1')]));

  assert.deepEqual(await states(), [
    ['3.0.1', 'open'],
    ['3.0.5', 'not-affected'],
    ['3.0.7', 'not-affected'],
  ]);
});

test('a decision for an ECU role or a model holds there and leaves the same component elsewhere open', async () => {
  const shared = component('openssl', '3.0.7');
  await it.load(
    it.fleet.add('tcu-os', '7.2', [shared]),
    it.fleet.add('esp-fw', '9.6', [shared], { roles: [brakeRole] }),
  );
  await it.take(openssl);

  const { decision } = await decide({ kind: 'ecu', role: telematicsRole.role, model: 'ARIA' });
  assert.deepEqual(await states(), [['3.0.7', 'open']]);
  assert.equal(decision?.scopeText, 'openssl 3.0.7 on tcu of ARIA');
  const input = {
    ref,
    scope: { kind: 'model', model: 'ARIA' },
    status: 'under-investigation',
    detail: 'Asked.',
  } as const;
  await it.module.decisions.create(input, by);
  assert.deepEqual(await states(), [['3.0.7', 'under-investigation']]);
});

test('when its time is up a decision is expired and what it covered is open again', async () => {
  await fleetOfTwo();
  const { decision } = await decide({ kind: 'everywhere' }, { expiresAt: '2026-12-01T00:00:00Z' });
  assert.equal(await it.module.decisions.sweep(), 0);

  it.clock.advance(new Date('2026-12-01T00:00:00Z').getTime() - it.clock.now().getTime());
  assert.equal(await it.module.decisions.sweep(), 1);

  const { items } = await it.module.decisions.list({ filter: 'state = expired' });
  assert.deepEqual(
    items.map(({ id }) => id),
    [decision?.id],
  );
  assert.deepEqual([...new Set((await it.findings()).map(({ state }) => state))], ['open']);
  assert.equal((await audited('vulnerabilities.expire-decision')).length, 1);
  assert.equal(await it.module.decisions.sweep(), 0);
});

test('a decision whose component was replaced within all of its scope is void, for people to see', async () => {
  const old = component('openssl', '3.0.7', { hashes: hashes('a') });
  const tcu = it.fleet.add('tcu-os', '7.2', [old]);
  await it.load(tcu);
  await it.take(openssl);
  const { decision } = await decide({ kind: 'software', softwareId: tcu });

  it.fleet.replace(tcu, [{ ...old, hashes: hashes('b') }]);
  await it.load(tcu);
  assert.deepEqual(await states(), [['3.0.7', 'open']]);
  assert.equal(await it.module.decisions.sweep(), 1);

  const detail = await it.module.decisions.get(decision?.id ?? '');
  assert.equal(detail.state, 'void');
  assert.match(detail.endedBecause ?? '', /carries the component as it was/);
  assert.deepEqual(detail.places, []);
});

test('a newer decision of the same scope replaces the older one; a narrower one stands beside it and counts first', async () => {
  const { tcu } = await fleetOfTwo();
  const first = await decide({ kind: 'everywhere' });
  it.clock.advance(1_000);
  const second = await it.module.decisions.create(
    { ref, scope: { kind: 'everywhere' }, status: 'affected', detail: 'It is.' },
    by,
  );
  it.clock.advance(1_000);
  const narrow = await decide({ kind: 'software', softwareId: tcu });

  const { items } = await it.module.decisions.list({ sort: 'createdAt' });
  assert.deepEqual(
    items.map(({ id, state }) => [id, state]),
    [
      [first.decision?.id, 'superseded'],
      [second.decision?.id, 'active'],
      [narrow.decision?.id, 'active'],
    ],
  );
  assert.deepEqual(await states(), [
    ['3.0.5', 'affected'],
    ['3.0.7', 'not-affected'],
  ]);
  const { places } = await it.module.decisions.get(second.decision?.id ?? '');
  assert.deepEqual(places.map(({ software, standing, overruledBy }) => [software.name, standing, overruledBy]).sort(), [
    ['esp-fw', 'holds', null],
    ['tcu-os', 'overruled', narrow.decision?.id],
  ]);
});

test('a decision that is taken back reopens what it covered, keeps the reason, and cannot be taken back twice', async () => {
  await fleetOfTwo();
  const { decision } = await decide({ kind: 'everywhere' });

  const withdrawn = await it.module.decisions.withdraw(decision?.id ?? '', 'The report was wrong.', by);

  assert.deepEqual([withdrawn.state, withdrawn.endedBecause], ['withdrawn', 'The report was wrong.']);
  assert.deepEqual([...new Set((await it.findings()).map(({ state }) => state))], ['open']);
  const [entry] = await audited('vulnerabilities.withdraw-decision');
  assert.equal(entry?.details['reason'], 'The report was wrong.');
  await assert.rejects(it.module.decisions.withdraw(decision?.id ?? '', 'again', by), {
    code: 'vulnerabilities.bad-decision',
  });
});

test('decisions are found by component, software, author and state', async () => {
  const { tcu } = await fleetOfTwo();
  await decide({ kind: 'software', softwareId: tcu });
  await decide({ kind: 'ecu', role: 'esp' });
  const [finding] = await it.findings('version = "3.0.5"');
  const count = async (filter: string) => (await it.module.decisions.list({ filter, count: true })).total;

  assert.equal(await count('software = "tcu-os"'), 1);
  assert.equal(await count(`component = "${finding?.component.id}"`), 1);
  assert.equal(await count('author = "Ada" and state = active'), 2);
  assert.equal(await count('scope = ecu'), 1);
});
