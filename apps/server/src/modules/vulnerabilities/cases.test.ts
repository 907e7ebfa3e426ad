import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId } from '@bulkhead/kernel';
import { inTransaction } from '../../platform/db/database.ts';
import { type Cases, createCases } from './cases.ts';
import { closingReason, programsOf } from './domain/case-state.ts';
import { clockStage, defaultPolicy, dueAt } from './domain/sla.ts';
import { component, cve, startVulnerabilities, type TestVulnerabilities } from './testing.ts';

let it: TestVulnerabilities;
let cases: Cases;
const told: { topic: string; subject: string }[] = [];
const by = { kind: 'operator', id: 'o1', name: 'Ada' } as const;
const operatorId = '01890000-0000-7000-8000-000000000001';

before(async () => {
  it = await startVulnerabilities();
  const bind = it.deps.bind;
  const notify = { publish: async (_tx: unknown, message: { topic: string; subject: string }) => told.push(message) };
  cases = createCases({
    ...it.deps,
    bind: (tx) => ({ ...bind(tx), notify }),
    operatorName: async (id) => (id === operatorId ? 'Grace' : undefined),
  });
});
after(() => it.close());

const urgent = (id: string, product: string, fixed: string) =>
  cve(
    id,
    { vendor: product, product, purl: `pkg:generic/${product}`, fixed: [fixed] },
    {
      exploitation: { exploitation: 'active', automatable: true, source: 'CISA' },
    },
  );
const only = async (ref: string) => {
  const { items } = await cases.list({ filter: `ref = ${ref}`, limit: 10 });
  assert.equal(items.length, 1, ref);
  return items[0] as (typeof items)[0];
};

test('an urgent finding on vehicles opens one case per program by itself, and only one', async () => {
  await it.load(it.fleet.add('tcu-os', '7.2', [component('expat', '2.5.0')], { vehicles: 4 }));
  await it.load(it.fleet.add('shelf-os', '1', [component('expat', '2.4.0')], { vehicles: 0 }));
  await it.take(urgent('CVE-2026-2001', 'expat', '2.6.3'));
  await it.take({ ...urgent('CVE-2026-2001', 'expat', '2.6.3'), summary: 'Told again in other words.' });

  const one = await only('CVE-2026-2001');

  assert.deepEqual([one.software, one.state, one.vehicles.total, one.vehicles.remaining], ['tcu-os', 'open', 4, 4]);
  assert.notEqual(one.dueAt, null);
  assert.equal(one.overdue, false);
});

test('the clock is told once at four fifths and once when it is over, stands while paused, and needs a reason', async () => {
  const { id, dueAt: due } = await only('CVE-2026-2001');
  told.length = 0;
  const from = it.clock.now().getTime();
  const whole = Date.parse(due ?? '') - from;

  await cases.pause(id, 'The supplier is shut for a week', by);
  it.clock.advance(whole * 2);
  await cases.sweep();
  assert.equal(told.length, 0);
  const resumed = await cases.resume(id, by);
  assert.equal(Date.parse(resumed.dueAt ?? '') - Date.parse(due ?? ''), Math.round((whole * 2) / 1000) * 1000);
  it.clock.advance(whole * 0.85);
  for (let i = 0; i < 3; i++) await cases.sweep();
  it.clock.advance(whole * 0.2);
  await cases.sweep();

  assert.deepEqual(
    told.map(({ subject }) => subject.split(': ').at(-1)),
    ['due soon', 'overdue'],
  );
  await assert.rejects(() => cases.resume(id, by), { code: 'vulnerabilities.bad-case' });
});

test('a version that still carries it is no fix; one that does not is, and the case closes only when vehicles report it', async () => {
  const { id } = await only('CVE-2026-2001');
  const carrying = it.fleet.add('tcu-os', '7.3', [component('expat', '2.6.2')], { vehicles: 0 });
  const fixed = it.fleet.add('tcu-os', '7.4', [component('expat', '2.6.3')], { vehicles: 0 });
  await it.load(carrying, fixed);

  await assert.rejects(() => cases.linkFix(id, carrying, undefined, by), /still carries/);
  const linked = await cases.linkFix(id, fixed, 'campaign-1', by);
  assert.deepEqual([linked.state, linked.fix?.version], ['shipping', '7.4']);
  await cases.sweep();
  assert.equal((await only('CVE-2026-2001')).state, 'shipping');

  for (const left of [2, 1, 0]) {
    it.fleet.move('tcu-os', '7.2', '7.4', left);
    await inTransaction(it.db, (tx) => cases.programsReported(tx, ['tcu-os']));
    await cases.sweep();
    const now = await only('CVE-2026-2001');
    assert.deepEqual([now.vehicles.remaining, now.state === 'closed'], [left, left === 0]);
  }
  assert.equal((await only('CVE-2026-2001')).closedBecause, 'fixed-in-field');

  it.fleet.move('tcu-os', '7.4', '7.2', 3);
  await inTransaction(it.db, (tx) => cases.programsReported(tx, ['tcu-os']));
  await cases.sweep();
  const again = await cases.get(id);
  assert.notEqual(again.state, 'closed');
  assert.ok(again.timeline.some(({ kind }) => kind === 'reopened'));
  assert.deepEqual(
    again.affectedVersions.map(({ version }) => version),
    ['7.2', '7.3'],
  );
});

test('a case follows the release that fixes it and the campaign that ships it, and neither closes it', async () => {
  const old = it.fleet.add('cgw-os', '1', [component('dnsmasq', '2.80')], { vehicles: 2 });
  const carrying = it.fleet.add('cgw-os', '2', [component('dnsmasq', '2.81')], { vehicles: 0 });
  const fixed = it.fleet.add('cgw-os', '3', [component('dnsmasq', '2.90')], { vehicles: 0 });
  const elsewhere = it.fleet.add('nav-os', '1', [component('dnsmasq', '2.80')], { vehicles: 1 });
  await it.load(old, carrying, fixed, elsewhere);
  await it.take(urgent('CVE-2026-2009', 'dnsmasq', '2.90'));
  const { items } = await cases.list({ filter: 'ref = "CVE-2026-2009"' });
  const idOf = (software: string) => items.find((one) => one.software === software)?.id ?? '';
  const [id, other] = [idOf('cgw-os'), idOf('nav-os')];
  const fixes = ['CVE-2026-2009', 'CVE-2026-0000'];
  const campaign = { campaignId: newId(), name: 'Gateway 3', kind: 'rollout', fixes, software: [fixed] } as const;

  await inTransaction(it.db, (tx) => cases.releasePublished(tx, { name: 'R2', fixes, software: [carrying] }));
  assert.equal((await cases.get(id)).fix, null);
  assert.ok((await cases.get(id)).timeline.some(({ text }) => /R2 .* 2 still carries it/.test(text)));

  await inTransaction(it.db, (tx) => cases.releasePublished(tx, { name: 'R3', fixes, software: [fixed] }));
  await cases.sweep();
  assert.deepEqual([(await cases.get(id)).state, (await cases.get(id)).fix?.version], ['fix-available', '3']);

  await inTransaction(it.db, (tx) => cases.campaignStarted(tx, campaign));
  await inTransaction(it.db, (tx) =>
    cases.campaignChanged(tx, { ...campaign, ended: false }, 'Campaign Gateway 3 is paused: 2 of 2 failed'),
  );
  await inTransaction(it.db, (tx) => cases.campaignChanged(tx, { campaignId: newId(), ended: true }, 'Another one'));
  await cases.sweep();
  const shipping = await cases.get(id);
  assert.deepEqual(
    [shipping.state, shipping.campaign, shipping.campaignId],
    ['shipping', 'Gateway 3', campaign.campaignId],
  );
  assert.deepEqual(
    shipping.timeline.map(({ kind }) => kind),
    ['campaign', 'shipping', 'link-fix', 'no-fix', 'opened'],
  );

  assert.deepEqual([(await cases.get(other)).campaign, (await cases.get(other)).state], [null, 'open']);

  await inTransaction(it.db, (tx) =>
    cases.campaignChanged(tx, { ...campaign, ended: true }, 'Campaign Gateway 3 is cancelled'),
  );
  await cases.sweep();
  assert.deepEqual([(await cases.get(id)).state, (await cases.get(id)).campaign], ['fix-available', null]);
  await inTransaction(it.db, (tx) => cases.campaignStarted(tx, { ...campaign, kind: 'rollback' }));
  assert.equal((await cases.get(id)).campaign, null);

  it.fleet.move('cgw-os', '1', '3', 0);
  await inTransaction(it.db, (tx) => cases.programsReported(tx, ['cgw-os']));
  await cases.sweep();
  assert.equal((await cases.get(id)).closedBecause, 'fixed-in-field');
});

test('a decision that settles every version closes it as not affected, and its end opens it again', async () => {
  await it.load(it.fleet.add('ivi-os', '1', [component('zlib', '1.2.11')], { vehicles: 2 }));
  await it.take(urgent('CVE-2026-2002', 'zlib', '1.2.12'));
  const { id } = await only('CVE-2026-2002');
  const body = {
    ref: 'CVE-2026-2002',
    scope: { kind: 'everywhere' },
    status: 'not-affected',
    justification: 'vulnerable-code-not-in-execute-path',
    detail: 'Never inflates foreign data.',
  } as const;

  const { decision } = await it.module.decisions.create(body, by);
  await it.module.matcher.drain();
  assert.equal((await cases.get(id)).closedBecause, 'not-affected');
  await it.module.decisions.withdraw(decision?.id ?? '', 'It does inflate.', by);
  await it.module.matcher.drain();

  assert.equal((await cases.get(id)).state, 'open');
});

test('owner, note, supplier request and answer stand in the timeline', async () => {
  const { id, supplier } = await only('CVE-2026-2002');

  await cases.assign(id, operatorId, by);
  await cases.comment(id, 'Seen on the bench.', by);
  const asked = await cases.request(id, { question: 'Is zlib reachable?', days: 10 }, by);
  assert.equal(asked.state, 'waiting-for-supplier');
  it.clock.advance(11 * 86_400_000);
  await cases.sweep();
  await cases.sweep();
  await inTransaction(it.db, async (tx) => {
    const vulnerabilityId = (
      await it.db
        .selectFrom('vulnerabilities_vulnerability')
        .select('id')
        .where('ref', '=', 'CVE-2026-2002')
        .executeTakeFirstOrThrow()
    ).id;
    await cases.answered(tx, vulnerabilityId, supplier, 'Not affected: not compiled in.');
  });
  await cases.sweep();
  const now = await cases.get(id);

  assert.equal(now.owner?.name, 'Grace');
  assert.equal(now.requests[0]?.answer, 'Not affected: not compiled in.');
  assert.notEqual(now.state, 'waiting-for-supplier');
  const kinds = now.timeline.map(({ kind }) => kind);
  for (const kind of ['assign', 'comment', 'ask-supplier', 'reminded', 'answered'])
    assert.ok(kinds.includes(kind), kind);
  assert.equal(kinds.filter((kind) => kind === 'reminded').length, 1);
  await assert.rejects(() => cases.assign(id, '01890000-0000-7000-8000-00000000ffff', by), {
    code: 'vulnerabilities.bad-case',
  });
});

test('a changed policy moves the due dates of open cases', async () => {
  const before = (await only('CVE-2026-2002')).dueAt;
  const policy = {
    ...defaultPolicy,
    immediate: { low: 1, medium: 1, high: 1, 'very-high': 1 },
    'out-of-cycle': { low: 1, medium: 1, high: 1, 'very-high': 1 },
  };

  const effect = await cases.previewPolicy(policy);
  const open = (await cases.list({ filter: 'state != closed' })).items.length;
  assert.ok(open > 0);
  assert.equal(effect.open, open);
  assert.ok(effect.moved > 0 && effect.moved <= open);
  const clockless = { low: null, medium: null, high: null, 'very-high': null };
  const none = { immediate: clockless, 'out-of-cycle': clockless, scheduled: clockless, defer: clockless };
  assert.deepEqual(await cases.previewPolicy(none), { ...(await cases.previewPolicy(none)), open, withoutClock: open });
  assert.deepEqual(await cases.policy(), defaultPolicy);

  await cases.savePolicy(policy, by);
  await cases.sweep();
  // what was foretold is what came: nothing is left to move
  assert.equal((await cases.previewPolicy(policy)).moved, 0);

  assert.ok(Date.parse((await only('CVE-2026-2002')).dueAt ?? '') < Date.parse(before ?? ''));
});

test('two sweepers at once look at each case once', async () => {
  await inTransaction(it.db, (tx) => cases.programsReported(tx, ['tcu-os', 'ivi-os']));

  const looked = await Promise.all([cases.sweep(), cases.sweep()]);

  assert.equal(
    looked.reduce((sum, n) => sum + n, 0),
    2,
  );
});

test('lists are ordered by every field that they offer', async () => {
  for (const sort of ['number', 'ref', 'software', 'supplier', 'remaining', 'due', '-opened'])
    assert.equal((await cases.list({ sort, limit: 1 })).items.length, 1, sort);
  assert.equal((await cases.list({ filter: 'overdue = false and owner = Grace' })).items.length <= 1, true);
});

test('time paused is added, and a priority without days has no clock', () => {
  const clock = { criticality: 'high', clockFrom: new Date('2026-01-01T00:00:00Z'), pausedSeconds: 3600 } as const;

  assert.equal(dueAt(defaultPolicy, { ...clock, outcome: 'immediate' })?.toISOString(), '2026-01-08T01:00:00.000Z');
  assert.equal(dueAt(defaultPolicy, { ...clock, outcome: 'defer' }), undefined);
  assert.equal(clockStage(clock.clockFrom, null, new Date()), 'nothing');
});

test('vehicles that never reported keep a case open, and a program is judged by what is left of it', () => {
  const places = [
    {
      softwareId: 'a',
      software: 'x',
      supplier: 's',
      function: 'brake',
      outcome: 'defer',
      rank: 1,
      safety: 'catastrophic',
      state: 'open',
    },
    {
      softwareId: 'b',
      software: 'x',
      supplier: 's',
      function: 'brake',
      outcome: 'immediate',
      rank: 9,
      safety: 'marginal',
      state: 'not-affected',
    },
  ] as const;
  const [facts] = programsOf(places);

  assert.deepEqual([facts?.outcome, facts?.affected, facts?.settled], ['defer', ['a'], ['b']]);
  assert.equal(closingReason(false, facts, { total: 2, fixed: 1, remaining: 0, unknown: 1 }), undefined);
  assert.equal(closingReason(false, facts, { total: 2, fixed: 2, remaining: 0, unknown: 0 }), 'fixed-in-field');
  assert.equal(closingReason(true, facts, { total: 2, fixed: 0, remaining: 2, unknown: 0 }), 'withdrawn');
  assert.equal(closingReason(false, undefined, { total: 0, fixed: 0, remaining: 0, unknown: 0 }), 'gone');
});
