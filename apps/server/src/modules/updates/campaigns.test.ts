import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from 'kysely';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { inventoryMigrations } from '../inventory/index.ts';
import { auditedActions, publishedEvents, vinOf } from '../inventory/testing.ts';
import { updatesMigrations } from './index.ts';
import { people, type TestUpdates, testUpdates } from './testing.ts';
import { all, assertCounts, campaignOf, definition, importFleet, newRelease, rules, wave } from './testing-campaign.ts';

const { ada, ben, cleo, token } = people;
let database: TestDatabase;
let desk: TestUpdates;
let use: ReturnType<typeof campaignOf>;
before(async () => {
  database = await testDatabase([inventoryMigrations, updatesMigrations]);
  desk = testUpdates(database.db);
  use = campaignOf(desk, database.db);
  await importFleet(desk, 40, ['eu', 'us']);
});
after(() => database.close());

const minutes = (n: number) => desk.clock.advance(n * 60_000);
const get = (id: string) => desk.updates.campaigns.get(id);
const end = async (id: string) => {
  const { state } = await get(id);
  if (state !== 'finished' && state !== 'cancelled')
    await desk.updates.steps.cancel(id, { dryRun: false, reason: 'end of test' }, ada);
  await use.drive();
  await assertCounts(database.db, await get(id));
};

test('a campaign goes from plan to finish, wave by wave, and closes vehicles by what they report to run', async () => {
  const release = await newRelease(desk, { fixes: ['CVE-2026-7'] });
  const id = await use.started(
    definition(release.id, {
      waves: [wave('Canary', { by: 'count', count: 5 }), wave('Quarter', { by: 'percent', percent: 25 }), all],
    }),
  );
  const begun = await get(id);
  assert.deepEqual(
    begun.waves.map(({ size, state }) => [size, state]),
    [
      [5, 'running'],
      [10, 'waiting'],
      [25, 'waiting'],
    ],
  );
  assert.equal((await use.inState(id, 'offered')).length, 5);
  await use.succeed(id, release.sha256);
  await use.drive();
  assert.equal((await use.inState(id, 'offered')).length, 10);
  await use.succeed(id, release.sha256);
  await use.drive();
  await use.succeed(id, release.sha256);
  await use.drive();
  const done = await get(id);
  assert.equal(done.state, 'finished');
  assert.deepEqual(done.counts, [{ state: 'succeeded', vehicles: 40 }]);
  assert.match(done.why, /40 of 40 vehicles were updated/);
  await assertCounts(database.db, done);
  const events = await publishedEvents(database.db);
  for (const type of ['updates.campaign-started', 'updates.campaign-finished'])
    assert.ok(
      events.some((e) => e.type === type && (e.payload.fixes as string[])[0] === 'CVE-2026-7'),
      type,
    );
  const updated = events
    .filter((e) => e.type === 'updates.vehicles-updated')
    .flatMap((e) => e.payload.vins as string[]);
  assert.equal(new Set(updated).size, 40);
  const actions = await auditedActions(database.db);
  assert.equal(actions.filter((action) => action === 'updates.vehicle-succeeded').length, 40);
});

test('an installation that only was reported is not a success: the manifest decides', async () => {
  const release = await newRelease(desk);
  const id = await use.started(definition(release.id, { filter: `vin = ${vinOf(1)}` }));
  await use.tell(id, [vinOf(1)], 'installed');
  assert.deepEqual(await use.inState(id, 'installed-awaiting-report'), [vinOf(1)]);
  await use.manifest([vinOf(1)], 'ab'.repeat(32));
  assert.deepEqual(await use.inState(id, 'succeeded'), []);
  await use.manifest([vinOf(1)], release.sha256);
  assert.deepEqual(await use.inState(id, 'succeeded'), [vinOf(1)]);
  await use.drive();
  assert.equal((await get(id)).state, 'finished');
});

test('starting needs a second person who agrees to the hash that stands now', async () => {
  const release = await newRelease(desk);
  const id = await use.create(definition(release.id));
  await assert.rejects(desk.updates.steps.start(id, { dryRun: true, reason: 'go on' }, ben), {
    code: 'updates.wrong-state',
  });
  const { hash } = await use.plan(id);
  const dry = await desk.updates.steps.start(id, { dryRun: true, reason: 'go on' }, ben);
  assert.deepEqual([dry.vehicles, dry.request, dry.hash], [40, null, hash]);
  await assert.rejects(desk.updates.steps.start(id, { dryRun: false, reason: 'go on', hash: '0'.repeat(64) }, ben), {
    code: 'updates.hash-changed',
  });
  const { request } = await desk.updates.steps.start(id, { dryRun: false, reason: 'go on', hash }, ben);
  const requestId = request?.id ?? '';
  await assert.rejects(use.agree(requestId, hash, ben), { code: 'updates.same-person' });
  await assert.rejects(use.agree(requestId, hash, token), { code: 'updates.person-required' });
  await assert.rejects(use.agree(requestId, '0'.repeat(64), cleo), { code: 'updates.hash-changed' });
  await use.drive();
  assert.equal((await get(id)).state, 'planned');
  await use.agree(requestId, hash, cleo);
  assert.equal((await get(id)).state, 'running');
  await assert.rejects(use.agree(requestId, hash, cleo), { code: 'updates.wrong-state' });
  await end(id);
});

test('a changed campaign loses its frozen list and what was asked for', async () => {
  const release = await newRelease(desk);
  const body = definition(release.id);
  const id = await use.create(body);
  const { hash } = await use.plan(id);
  const { request } = await desk.updates.steps.start(id, { dryRun: false, reason: 'go on', hash }, ben);
  const changed = await desk.updates.campaigns.put(id, { ...body, filter: 'region = eu' }, ada);
  assert.equal(changed.state, 'draft');
  assert.equal(changed.listHash, null);
  await assert.rejects(use.agree(request?.id ?? '', hash), { code: 'updates.wrong-state' });
  const again = await use.plan(id, 7);
  assert.equal(again.plan.eligible, 20);
  assert.notEqual(again.hash, hash);
  await assertCounts(database.db, again);
});

test('a plan that fails for whatever reason, or whose job is gone, does not hold its campaign', async () => {
  const release = await newRelease(desk);
  const failing = await use.create(definition(release.id));
  await desk.updates.campaigns.plan(failing, ada);
  await sql`alter table updates_planning rename to updates_planning_away`.execute(database.db);
  const { signal } = new AbortController();
  const job = { input: { campaignId: failing }, actor: ada, signal, progress: () => {}, cancelled: () => false };
  await assert.rejects(desk.updates.planJob(job as never), /updates_planning/);
  await sql`alter table updates_planning_away rename to updates_planning`.execute(database.db);
  const draft = await get(failing);
  assert.deepEqual(
    [draft.state, draft.why],
    ['draft', 'The plan failed inside the platform; its job says where to look.'],
  );
  assert.equal((await use.plan(failing)).state, 'planned');

  const left = await use.create(definition(release.id));
  await desk.updates.campaigns.plan(left, ada);
  await desk.updates.steps.cancel(left, { dryRun: false, reason: 'its job was cancelled in the queue' }, ada);
  assert.equal((await get(left)).state, 'cancelled');
  await desk.updates.planNow(left);
  assert.equal((await get(left)).state, 'cancelled');
});

test('a wave that crosses its error threshold stops the campaign before anything else begins', async () => {
  const release = await newRelease(desk);
  const id = await use.started(
    definition(release.id, {
      waves: [
        wave('Canary', { by: 'count', count: 10 }, { success: { percent: 50 }, error: { percent: 20, minimum: 5 } }),
        all,
      ],
    }),
  );
  const vins = await use.inState(id, 'offered');
  await use.succeed(id, release.sha256, vins.slice(0, 6));
  await use.tell(id, vins.slice(6, 8), 'failed', { cause: 'install-failed', detail: 'E42' });
  await use.drive();
  const stopped = await get(id);
  assert.equal(stopped.state, 'stopped', 'six of ten succeeded, which is enough, but two of eight failed');
  assert.match(stopped.why, /In wave "Canary" 2 of 8 vehicles that ended were not updated \(25 %\); it stops at 20 %/);
  assert.equal(stopped.waves[0]?.state, 'running');
  assert.equal(stopped.waves[1]?.state, 'waiting');
  assert.deepEqual(await use.inState(id, 'offered'), [], 'offers are taken back');
  assert.equal((await use.inState(id, 'scheduled')).length, 2);
  const { causes } = await desk.updates.causes(id);
  assert.deepEqual(
    causes.filter(({ state }) => state === 'failed').map(({ cause, vehicles }) => [cause, vehicles]),
    [['install-failed', 2]],
  );
  assert.ok(desk.notices.some(({ severity, text }) => severity === 'high' && text === stopped.why));
  await end(id);
});

test('a stopped campaign is corrected, agreed to again, resumed, and its failed vehicles get one more attempt', async () => {
  const release = await newRelease(desk);
  const id = await use.started(definition(release.id, { waves: [wave('Canary', { by: 'count', count: 4 }), all] }));
  const vins = await use.inState(id, 'offered');
  await use.tell(id, vins.slice(0, 2), 'failed', { cause: 'verification-failed' });
  await use.drive();
  assert.equal((await get(id)).state, 'stopped');
  const corrected = await newRelease(desk);
  const { hash } = await get(id);
  const amended = await desk.updates.campaigns.amend(
    id,
    { reason: 'signed with the right key', releaseId: corrected.id, retryFailed: true },
    ada,
  );
  assert.notEqual(amended.hash, hash);
  await assert.rejects(desk.updates.steps.resume(id, { dryRun: false, reason: 'go on', hash }, ben), {
    code: 'updates.hash-changed',
  });
  await use.ask(id, 'resume');
  await use.drive();
  assert.equal((await get(id)).state, 'running');
  const again = await use.inState(id, 'offered');
  assert.deepEqual(again, vins);
  const assigned = await desk.updates.assignments.forVehicle(vins[0] ?? '');
  assert.equal(assigned?.targets[0]?.sha256, corrected.sha256);
  assert.match(assigned?.correlationId ?? '', /:2$/);
  assert.deepEqual(await use.tell(id, [vins[0] ?? ''], 'failed', {}, 1), ['stale']);
  await use.manifest(vins, corrected.sha256);
  await use.drive();
  assert.equal((await get(id)).waves[0]?.state, 'finished');
  assert.equal((await use.inState(id, 'offered')).length, 36);
  await end(id);
});

test('resuming without a retry forgives the errors that were, and judges those that come', async () => {
  const release = await newRelease(desk);
  const id = await use.started(
    definition(release.id, {
      waves: [wave('Canary', { by: 'count', count: 10 }, { error: { percent: 50, minimum: 2 } }), all],
    }),
  );
  const vins = await use.inState(id, 'offered');
  await use.tell(id, vins.slice(0, 3), 'failed');
  await use.drive();
  await use.ask(id, 'resume');
  await use.drive();
  assert.equal((await get(id)).state, 'running');
  await use.tell(id, vins.slice(3, 4), 'failed');
  await use.drive();
  assert.equal((await get(id)).state, 'running', 'one more alone is not enough');
  await use.tell(id, vins.slice(4, 5), 'failed');
  await use.drive();
  assert.equal((await get(id)).state, 'stopped');
  await end(id);
});

test('a wave that ends below its success threshold pauses; a person lets it go on', async () => {
  const release = await newRelease(desk);
  const id = await use.started(
    definition(release.id, {
      waves: [wave('Canary', { by: 'count', count: 4 }, { error: { percent: 100, minimum: 4 } }), all],
    }),
  );
  const vins = await use.inState(id, 'offered');
  await use.tell(id, vins.slice(0, 1), 'failed');
  await use.succeed(id, release.sha256, vins.slice(1));
  await use.drive();
  const paused = await get(id);
  assert.equal(paused.state, 'paused');
  assert.match(paused.why, /ended with 75 % succeeded; 100 % are asked for/);
  await desk.updates.steps.resume(id, { dryRun: false, reason: 'one broken antenna' }, ada);
  await use.drive();
  assert.equal((await get(id)).waves[1]?.state, 'running');
  await end(id);
});

test('a pause leaves those under way, a stop takes back what is not being installed, a cancellation is final', async () => {
  const release = await newRelease(desk);
  const id = await use.started(definition(release.id, { rules: { ...rules, maxInFlight: 10 } }));
  const vins = await use.inState(id, 'offered');
  assert.equal(vins.length, 10);
  const order = { dryRun: true, reason: 'looking into it' };
  const dry = await desk.updates.steps.pause(id, order, ada);
  assert.match(dry.text, /30 vehicles get no offer until it is resumed; 10 under way go on/);
  assert.equal((await get(id)).state, 'running');
  await desk.updates.steps.pause(id, { ...order, dryRun: false }, ada);
  await use.succeed(id, release.sha256, vins.slice(0, 2));
  await use.drive();
  assert.equal((await use.inState(id, 'offered')).length, 8);
  await use.tell(id, vins.slice(2, 3), 'install-started');
  await desk.updates.steps.stop(id, { ...order, dryRun: false }, ada);
  assert.equal(
    await desk.updates.assignments.forVehicle(vins[3] ?? ''),
    undefined,
    'before the driver has done anything',
  );
  await use.drive();
  assert.deepEqual(await use.inState(id, 'installing'), vins.slice(2, 3));
  assert.equal((await use.inState(id, 'scheduled')).length, 7);
  await desk.updates.steps.cancel(id, { ...order, dryRun: false }, ada);
  await use.drive();
  assert.deepEqual(await use.inState(id, 'cancel-rejected'), vins.slice(2, 3), 'it is at it and cannot be reached');
  assert.equal((await use.inState(id, 'cancelled')).length, 37);
  await use.manifest(vins.slice(2, 3), release.sha256);
  assert.equal((await use.inState(id, 'succeeded')).length, 3);
  await end(id);
});

test('a rollback brings the former software to every vehicle that was updated, and two people agree to it', async () => {
  const [release, former] = [await newRelease(desk), await newRelease(desk)];
  const id = await use.started(
    definition(release.id, { rollbackReleaseId: former.id, rules: { ...rules, maxInFlight: 6 } }),
  );
  const vins = await use.inState(id, 'offered');
  await use.succeed(id, release.sha256, vins.slice(0, 3));
  await use.tell(id, vins.slice(3, 4), 'install-started');
  await use.ask(id, 'rollBack');
  const parent = await get(id);
  assert.equal(parent.state, 'cancelled');
  const childId = parent.childId ?? '';
  assert.equal(desk.planned.at(-1), childId);
  await desk.updates.planNow(childId);
  const child = await get(childId);
  assert.deepEqual([child.kind, child.state, child.vehicles], ['rollback', 'running', 4]);
  await use.drive();
  await use.manifest(vins.slice(3, 4), release.sha256);
  minutes(11);
  await use.drive();
  assert.deepEqual(await use.inState(childId, 'offered'), vins.slice(0, 4));
  await use.manifest(vins.slice(0, 4), former.sha256);
  await use.drive();
  assert.equal((await get(childId)).state, 'finished');
  assert.deepEqual(await use.inState(id, 'rolled-back'), vins.slice(0, 4));
  await assertCounts(database.db, await get(id));
  await assertCounts(database.db, await get(childId));
});

test('a campaign rolls back by itself when it was agreed that it shall', async () => {
  const [release, former] = [await newRelease(desk), await newRelease(desk)];
  const id = await use.started(
    definition(release.id, { rollbackReleaseId: former.id, rules: { ...rules, maxInFlight: 6, onError: 'roll-back' } }),
  );
  const vins = await use.inState(id, 'offered');
  await use.succeed(id, release.sha256, vins.slice(0, 2));
  await use.tell(id, vins.slice(2, 5), 'rolled-back');
  await use.drive();
  const { state, why, childId } = await get(id);
  assert.equal(state, 'cancelled');
  assert.match(why, /Rolled back: In wave "All" 3 of 5/);
  await desk.updates.planNow(childId ?? '');
  await use.drive();
  assert.deepEqual(await use.inState(childId ?? '', 'offered'), vins.slice(0, 2));
  await end(childId ?? '');
});

test('a withdrawn release stops its campaigns', async () => {
  const release = await newRelease(desk);
  const id = await use.started(definition(release.id));
  const { campaigns, vehicles } = await desk.updates.agreements.endedBy(release.id, 'withdrawn');
  assert.deepEqual([campaigns, vehicles], [1, 40]);
  await desk.updates.agreements.end(release.id, 'withdrawn', 'bricks units', ada);
  assert.equal((await get(id)).state, 'stopped');
  await use.drive();
  assert.deepEqual(await use.inState(id, 'offered'), []);
  await assert.rejects(use.ask(id, 'resume'), { code: 'updates.bad-campaign' });
  await end(id);
});

test('a definition that could not end or would not do what it says is refused with every fault', async () => {
  const release = await newRelease(desk);
  const bad = (more: Parameters<typeof definition>[1]) =>
    desk.updates.campaigns.create(definition(release.id, more), ada);
  await assert.rejects(bad({ waves: [wave('x', { by: 'count', count: 1 })] }), /last wave takes the rest/);
  await assert.rejects(bad({ waves: [all, all] }), /only the last/);
  await assert.rejects(bad({ waves: [wave('x', { by: 'percent' }), all] }), /says how by/);
  await assert.rejects(bad({ filter: 'roof = open' }), { code: 'request.bad-filter' });
  await assert.rejects(bad({ rules: { ...rules, onError: 'roll-back' } }), /name the release to go back to/);
  await assert.rejects(bad({ rules: { ...rules, startsAt: 'tomorrow' } }), /is not a time/);
  await assert.rejects(bad({ rollbackReleaseId: release.id }), /is the one that is shipped/);
});

test('a preview says what a plan will find', async () => {
  const release = await newRelease(desk);
  const waves = [
    wave('US', { by: 'filter', filter: 'region = us' }),
    wave('Some', { by: 'percent', percent: 10 }),
    all,
  ];
  const preview = await desk.updates.campaigns.preview({ releaseId: release.id, filter: '', waves });
  const id = await use.create(definition(release.id, { waves }));
  const planned = await use.plan(id, 9);
  assert.deepEqual(
    preview.waves.map(({ vehicles }) => vehicles),
    planned.waves.map(({ size }) => size),
  );
  assert.equal(preview.compatible, planned.plan.eligible);
  assert.deepEqual(preview.waves.map(({ vehicles }) => vehicles).slice(0, 2), [20, 4]);
});
