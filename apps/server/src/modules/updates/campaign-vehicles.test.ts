import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { inventoryMigrations } from '../inventory/index.ts';
import { publishedEvents, vinOf } from '../inventory/testing.ts';
import { updatesMigrations } from './index.ts';
import { people, reportSoftware, type TestUpdates, testUpdates } from './testing.ts';
import {
  assertCounts,
  campaignOf,
  definition,
  importFleet,
  newRelease,
  rules,
  serialOf,
  wave,
} from './testing-campaign.ts';

const { ada } = people;
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

test('what a vehicle is served changes with its window, its consent and its campaign', async () => {
  const release = await newRelease(desk, { consent: true });
  await desk.updates.settings.put(
    {
      regions: [
        { region: 'us', timeZone: 'America/New_York' },
        { region: '*', timeZone: 'Europe/Berlin' },
      ],
    },
    ada,
  );
  // 10:00 UTC on a Friday is 11:00 in Berlin and 05:00 in New York
  const windows = [{ days: ['fri', 'sat'] as ('fri' | 'sat')[], start: '04:00', minutes: 120 }];
  const body = definition(release.id, { rules: { ...rules, windows } });
  const id = await use.started(body);
  const offered = await use.inState(id, 'offered');
  assert.equal(offered.length, 20, 'only New York is open');
  const vin = offered[0] ?? '';
  const { forVehicle } = desk.updates.assignments;
  const asked = await forVehicle(vin);
  assert.deepEqual([asked?.kind, asked?.targets.length, asked?.consentRequired], ['ask', 0, true]);
  assert.deepEqual(await use.tell(id, [vin], 'download-started'), ['unchanged'], 'the user was not asked');
  await use.tell(id, [vin], 'consent');
  const agreed = await forVehicle(vin);
  assert.deepEqual(
    [agreed?.kind, agreed?.targets[0]?.ecuSerial, agreed?.windowUntil?.toISOString()],
    ['install', serialOf(vin), '2026-11-20T11:00:00.000Z'],
  );
  assert.deepEqual(
    agreed?.preconditions.map(({ signal }) => signal),
    ['parked', 'low-voltage-battery'],
  );
  const back = desk.clock.now().getTime();
  minutes(61);
  assert.equal((await forVehicle(vin))?.kind, 'wait');
  await use.tell(id, [vin], 'install-started');
  assert.equal((await forVehicle(vin))?.kind, 'install', 'what has begun keeps its metadata');
  desk.clock.advance(new Date('2026-11-21T03:30:00Z').getTime() - desk.clock.now().getTime());
  await use.drive();
  assert.equal(
    (await use.inState(id, 'offered')).length,
    20,
    'Berlin has opened, and those in New York did not answer in an hour',
  );
  assert.ok(desk.clock.now().getTime() > back);
  await desk.updates.settings.put({ regions: [] }, ada);
  await end(id);
});

test('denied and deferred are states of their own; whoever defers too often has denied', async () => {
  const release = await newRelease(desk);
  const id = await use.started(definition(release.id, { filter: `vin in (${vinOf(1)}, ${vinOf(2)})` }));
  await use.tell(id, [vinOf(1)], 'deny');
  await use.tell(id, [vinOf(2)], 'defer', { until: new Date(desk.clock.now().getTime() + 7_200_000) });
  assert.deepEqual([await use.inState(id, 'denied'), await use.inState(id, 'deferred')], [[vinOf(1)], [vinOf(2)]]);
  assert.equal(await desk.updates.assignments.forVehicle(vinOf(1)), undefined);
  for (let i = 0; i < 2; i++) {
    minutes(121);
    await use.drive();
    assert.deepEqual(await use.inState(id, 'offered'), [vinOf(2)]);
    await use.tell(id, [vinOf(2)], 'defer', { until: new Date(desk.clock.now().getTime() + 7_200_000) });
  }
  assert.equal((await desk.updates.vehicles.get(id, vinOf(2))).cause, 'deferred-too-often');
  await use.drive();
  assert.equal((await get(id)).state, 'finished', 'nobody is offered it again and again');
  await end(id);
});

test('every state has a time-out with a next state, and failures are tried again as their kind says', async () => {
  const release = await newRelease(desk);
  const retries = [
    { on: 'unreachable' as const, times: 1, afterMinutes: 30 },
    { on: 'download-failed' as const, times: 2, afterMinutes: 10 },
  ];
  const id = await use.started(
    definition(release.id, {
      filter: `vin in (${vinOf(1)}, ${vinOf(2)}, ${vinOf(3)})`,
      rules: { ...rules, retries },
      waves: [wave('All', { by: 'rest' }, { error: { percent: 100, minimum: 9 } })],
    }),
  );
  await use.tell(id, [vinOf(2)], 'failed', { cause: 'download-failed' });
  await use.tell(id, [vinOf(3)], 'install-started');
  minutes(11);
  await use.drive();
  assert.deepEqual(await use.inState(id, 'offered'), [vinOf(1), vinOf(2)]);
  minutes(20);
  await use.drive();
  assert.deepEqual(await use.inState(id, 'timed-out'), [vinOf(3)], 'installing may take half an hour');
  minutes(30);
  await use.drive();
  assert.deepEqual(await use.inState(id, 'scheduled'), [vinOf(1)], 'an hour without a word, and one more try');
  await use.tell(id, [vinOf(2)], 'failed', { cause: 'install-failed' }, 2);
  assert.deepEqual(await use.inState(id, 'failed'), [vinOf(2)], 'no policy for this kind');
  minutes(31);
  await use.drive();
  minutes(61);
  await use.drive();
  assert.deepEqual(await use.inState(id, 'unreachable'), [vinOf(1)]);
  await use.manifest([vinOf(3)], release.sha256);
  assert.deepEqual(await use.inState(id, 'succeeded'), [vinOf(3)], 'late, but what the vehicle runs is the truth');
  await use.drive();
  await assertCounts(database.db, await get(id));
});

test('a vehicle that another campaign has waits for it, and is never served two', async () => {
  const [one, two] = [await newRelease(desk), await newRelease(desk)];
  const filter = `vin = ${vinOf(5)}`;
  const first = await use.started(definition(one.id, { filter }));
  const second = await use.started(definition(two.id, { filter }));
  assert.deepEqual(await use.inState(second, 'scheduled'), [vinOf(5)]);
  assert.equal((await desk.updates.assignments.forVehicle(vinOf(5)))?.campaignId, first);
  await use.succeed(first, one.sha256);
  minutes(11);
  await use.drive();
  assert.deepEqual(await use.inState(second, 'offered'), [vinOf(5)]);
  assert.equal((await desk.updates.assignments.forVehicle(vinOf(5)))?.campaignId, second);
  await end(second);
});

test('a rate is kept to the minute, and grows after so many offers', async () => {
  const release = await newRelease(desk);
  const rate = { perMinute: 2, growth: { factor: 2, every: 4, by: 'notified' as const, maximum: 6 } };
  const id = await use.create(definition(release.id, { rules: { ...rules, rate } }));
  await use.plan(id);
  await use.ask(id, 'start');
  const offered = async () => (await use.inState(id, 'offered')).length;
  const pass = async (quarters: number) => {
    for (let i = 0; i < quarters; i++) {
      desk.clock.advance(15_000);
      await use.turn();
    }
  };
  await use.turn();
  assert.equal(await offered(), 1);
  await pass(6);
  assert.equal(await offered(), 4, 'two a minute');
  await pass(4);
  assert.equal(await offered(), 8, 'then four a minute');
  assert.equal((await get(id)).perMinute, 6);
  await end(id);
});

test('a vehicle whose configuration has changed since the plan is judged anew before it is offered anything', async () => {
  const release = await newRelease(desk);
  const id = await use.create(definition(release.id, { filter: `vin in (${vinOf(6)}, ${vinOf(7)}, ${vinOf(8)})` }));
  await use.plan(id);
  await desk.inventory.vehicles.retire(vinOf(6), ada);
  await reportSoftware(desk, database.db, 'TCU-7', 'tcu-os', release.version);
  await use.ask(id, 'start');
  await use.drive();
  assert.deepEqual(await use.inState(id, 'incompatible'), [vinOf(6)]);
  assert.deepEqual(await use.inState(id, 'succeeded'), [vinOf(7)]);
  assert.deepEqual(await use.inState(id, 'offered'), [vinOf(8)]);
  await end(id);
});

test('a vehicle that had begun when its offer was taken back still says how it ended, in whatever order that arrives', async () => {
  const release = await newRelease(desk);
  const id = await use.started(definition(release.id, { filter: `vin = "${vinOf(3)}" or vin = "${vinOf(4)}"` }));
  const [first = '', second = ''] = await use.inState(id, 'offered');
  await desk.updates.steps.stop(id, { dryRun: false, reason: 'for the test' }, ada);
  await use.drive();
  assert.deepEqual(await use.inState(id, 'scheduled'), [first, second]);

  await use.tell(id, [first], 'rolled-back');
  await use.tell(id, [first], 'install-started');
  await use.tell(id, [second], 'install-started');
  await use.tell(id, [second], 'failed', { cause: 'install-failed' });

  assert.deepEqual([await use.inState(id, 'rolled-back'), await use.inState(id, 'failed')], [[first], [second]]);
  await desk.updates.steps.cancel(id, { dryRun: false, reason: 'for the test' }, ada);
});

test('reports of strangers, of other attempts and of no sense change nothing', async () => {
  const release = await newRelease(desk);
  const id = await use.started(definition(release.id, { filter: `vin = ${vinOf(10)}` }));
  assert.deepEqual(await use.tell(id, [vinOf(11)], 'installed'), ['unknown'], 'not a part of the campaign');
  assert.deepEqual(await use.tell(id, [vinOf(10)], 'installed', { correlationId: "bulkhead:'; drop table x:1" }), [
    'unknown',
  ]);
  assert.deepEqual(await use.tell(id, [vinOf(10)], 'installed', {}, 2), ['stale']);
  assert.deepEqual(await use.tell(id, [vinOf(10)], 'failed', { detail: `\0\ud800${'x'.repeat(5_000)}` }), ['applied']);
  assert.deepEqual(await use.tell(id, [vinOf(10)], 'failed'), ['unchanged']);
  const { detail, events } = await desk.updates.vehicles.get(id, vinOf(10));
  assert.equal(detail?.length, 500);
  assert.deepEqual(
    events.map(({ event }) => event),
    ['failed', 'offer'],
  );
  assert.deepEqual(await use.tell(id, [vinOf(10)], 'attack', { ecuSerial: 'TCU-10', detail: 'slow retrieval' }), [
    'applied',
  ]);
  assert.ok(
    (await publishedEvents(database.db)).some(
      ({ type, payload }) => type === 'updates.attack-reported' && payload.vin === vinOf(10),
    ),
  );
});

test('the Director hears of every change of an assignment, also of one in a transaction that was still open', async () => {
  const { changedSince } = desk.updates.assignments;
  let cursor = (await changedSince('', 10_000)).cursor;
  const release = await newRelease(desk);
  const id = await use.create(definition(release.id, { filter: `vin in (${vinOf(12)}, ${vinOf(13)})` }));
  await use.plan(id);
  await use.ask(id, 'start');
  let let_go = () => {};
  const open = database.db.transaction().execute(async (tx) => {
    await tx.updateTable('updates_region').set({ time_zone: 'UTC' }).where('region', '=', 'none').execute();
    const { sql } = await import('kysely');
    await sql`insert into updates_assignment values (${vinOf(40)}, null, 1, pg_current_xact_id(), now(), ${id}::uuid)
      on conflict (vin) do update set changed = excluded.changed`.execute(tx);
    await new Promise<void>((resolve) => {
      let_go = resolve;
    });
  });
  await use.drive();
  const seen = new Set<string>();
  for (let i = 0; i < 3; i++) {
    const page = await changedSince(cursor, 1);
    for (const { vin } of page.vehicles) seen.add(vin);
    cursor = page.cursor;
  }
  assert.deepEqual([...seen].sort(), [vinOf(12), vinOf(13)]);
  let_go();
  await open;
  for (let page = await changedSince(cursor, 1); ; page = await changedSince(page.cursor, 1)) {
    for (const { vin } of page.vehicles) seen.add(vin);
    if (!page.more) break;
  }
  assert.ok(seen.has(vinOf(40)), 'committed after younger ones were read');
  await assert.rejects(changedSince("1' or 1=1"), { code: 'updates.bad-campaign' });
  await end(id);
});
