import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@bulkhead/kernel';
import { sql } from 'kysely';
import { openDatabase } from '../../platform/db/database.ts';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { inventoryMigrations } from '../inventory/index.ts';
import { updatesMigrations } from './index.ts';
import { people, type TestUpdates, testUpdates } from './testing.ts';
import { all, assertCounts, campaignOf, definition, importFleet, newRelease, rules, wave } from './testing-campaign.ts';

const fleet = 400;
let database: TestDatabase;
let desk: TestUpdates;
let use: ReturnType<typeof campaignOf>;
before(async () => {
  database = await testDatabase([inventoryMigrations, updatesMigrations]);
  // real replicas run on the real clock
  desk = testUpdates(database.db, { clock: { ...systemClock, advance: () => {} } });
  use = campaignOf(desk, database.db);
  await importFleet(desk, fleet, ['eu', 'us', 'cn']);
});
after(() => database.close());

const replica = fileURLToPath(new URL('./testing-engine.ts', import.meta.url));
/** Starts a replica of its own process; `kill` is kill -9. */
async function startReplica(task: 'plan' | 'drive', campaign: string): Promise<ChildProcess> {
  const child = fork(replica, [task, database.url, campaign], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  await once(child, 'message');
  return child;
}
async function killAfter(child: ChildProcess, ms: number): Promise<void> {
  const ended = once(child, 'exit');
  await sleep(ms);
  child.kill('SIGKILL');
  await ended;
}

const offersPerVehicle = async (id: string) => {
  const { rows } = await sql<{ n: string; vehicles: string }>`select n, count(*)::text as vehicles from (
    select vin, count(*)::text as n from updates_vehicle_event where campaign_id = ${id} and event = 'offer' group by vin) x
    group by n`.execute(database.db);
  return rows;
};
const underWay = async (id: string) => {
  const { rows } = await sql<{
    n: number;
  }>`select count(*)::int as n from updates_campaign_vehicle where campaign_id = ${id}
    and state in ('offered', 'consented', 'downloading', 'downloaded', 'installing', 'installed-awaiting-report')`.execute(
    database.db,
  );
  return rows[0]?.n ?? 0;
};
const begun = async (more: Parameters<typeof definition>[1] = {}) => {
  const release = await newRelease(desk);
  const id = await use.create(definition(release.id, more));
  await use.plan(id, 50);
  await use.ask(id, 'start');
  return { id, release };
};

test('two replicas on one database and vehicles that report meanwhile serve each vehicle once, within the limit in flight', async () => {
  const maxInFlight = 23;
  const waves = [
    wave('Canary', { by: 'percent', percent: 10 }),
    wave('Half', { by: 'percent', percent: 50 }, { success: { percent: 90 } }),
    all,
  ];
  const { id, release } = await begun({ waves, rules: { ...rules, maxInFlight } });
  const other = await openDatabase({ url: database.url, maxConnections: 5 });
  const second = campaignOf(testUpdates(other.db, { clock: { ...systemClock, advance: () => {} } }), other.db);
  let running = true;
  let most = 0;
  const drive = async (step: () => Promise<boolean>) => {
    while (running) if (!(await step())) await sleep(2);
  };
  const watch = async () => {
    while (running) most = Math.max(most, await underWay(id));
  };
  const vehicles = async (part: number) => {
    while (running) {
      const offered = (await use.inState(id, 'offered')).filter((_, i) => i % 2 === part);
      await use.tell(id, offered, 'download-started');
      await use.tell(id, offered, 'installed');
      await use.manifest(offered, release.sha256);
      running &&= (await desk.updates.campaigns.get(id)).state === 'running';
    }
  };
  const replicas = [use.driver.step, second.driver.step, use.driver.step].map(drive);
  await Promise.all([...replicas, watch(), vehicles(0), vehicles(1)]);
  await other.close();
  const done = await desk.updates.campaigns.get(id);
  assert.equal(done.state, 'finished', done.why);
  assert.deepEqual(done.counts, [{ state: 'succeeded', vehicles: fleet }]);
  assert.deepEqual(await offersPerVehicle(id), [{ n: '1', vehicles: String(fleet) }]);
  assert.ok(most > 5 && most <= maxInFlight, `${most} were under way at once`);
  await assertCounts(database.db, done);
});

test('replicas that are killed at any moment lose nothing and serve nobody twice', async () => {
  const waves = [wave('Canary', { by: 'count', count: 30 }, { error: { percent: 90, minimum: 30 } }), all];
  const { id, release } = await begun({
    waves,
    rules: { ...rules, retries: [{ on: 'install-failed', times: 1, afterMinutes: 0 }] },
  });
  const serve = async () => {
    const offered = await use.inState(id, 'offered');
    await use.tell(id, offered, 'installed');
    await use.manifest(offered, release.sha256);
  };
  let killed = 0;
  for (let turn = 0; turn < 5; turn++) {
    const end = killAfter(await startReplica('drive', id), 20 + turn * 25);
    await serve();
    await end;
    killed += (await use.inState(id, 'pending')).length > 0 ? 1 : 0;
    await assertCounts(database.db, await desk.updates.campaigns.get(id));
  }
  while ((await desk.updates.campaigns.get(id)).state === 'running') {
    if (!(await use.driver.step())) await sleep(5);
    await serve();
  }
  const done = await desk.updates.campaigns.get(id);
  assert.equal(done.state, 'finished', done.why);
  assert.deepEqual(done.counts, [{ state: 'succeeded', vehicles: fleet }]);
  assert.deepEqual(await offersPerVehicle(id), [{ n: '1', vehicles: String(fleet) }]);
  assert.ok(killed >= 2, `${killed} kills hit a campaign in its middle`);
});

async function planMoves(id: string): Promise<void> {
  const standing = async () => {
    const { state, plan } = await desk.updates.campaigns.get(id);
    return JSON.stringify([state, plan]);
  };
  const before = await standing();
  for (let i = 0; i < 5_000 && (await standing()) === before; i++) await sleep(1);
}

test('a plan that is killed goes on where it was and freezes the same list', async () => {
  const release = await newRelease(desk);
  const waves = [
    wave('US', { by: 'filter', filter: 'region = us' }),
    wave('Tenth', { by: 'percent', percent: 10 }),
    all,
  ];
  const calm = await use.create(definition(release.id, { waves }));
  const wanted = await use.plan(calm, 40);
  const id = await use.create(definition(release.id, { waves }));
  await desk.updates.campaigns.plan(id, people.ada);
  let killed = 0;
  for (let turn = 0; turn < 5; turn++) {
    const child = await startReplica('plan', id);
    // some at once, some as soon as the plan has moved, so that the middle is hit on machines of any speed
    if (turn % 2 === 1) await planMoves(id);
    await killAfter(child, 0);
    const { state, plan } = await desk.updates.campaigns.get(id);
    killed += state === 'planning' && plan.phase !== 'none' ? 1 : 0;
  }
  await desk.updates.planNow(id, 40);
  const planned = await desk.updates.campaigns.get(id);
  assert.equal(planned.listHash, wanted.listHash);
  assert.deepEqual(
    planned.waves.map(({ size }) => size),
    wanted.waves.map(({ size }) => size),
  );
  assert.deepEqual(planned.counts, [{ state: 'pending', vehicles: fleet }]);
  assert.ok(killed >= 1, `${killed} kills hit a plan in its middle`);
  await assertCounts(database.db, planned);
  const { rows } = await sql<{
    odd: number;
  }>`select count(*)::int as odd from (select wave, lane, count(*) as n, max(position) + 1 as last
    from updates_campaign_vehicle where campaign_id = ${id} group by wave, lane) x where n <> last`.execute(
    database.db,
  );
  assert.equal(rows[0]?.odd, 0, 'places in a lane have no gap and no double');
});

test('a list does not put neighbours into one ring: the order of a wave is not the order of VINs', async () => {
  const release = await newRelease(desk);
  const id = await use.create(definition(release.id, { waves: [wave('Half', { by: 'percent', percent: 50 }), all] }));
  await use.plan(id);
  const { rows } = await sql<{
    n: number;
  }>`select count(*)::int as n from (select vin from inventory_vehicle order by vin limit ${fleet / 2}) v
    join updates_campaign_vehicle p on p.vin = v.vin and p.campaign_id = ${id} and p.wave = 1`.execute(database.db);
  assert.ok(
    (rows[0]?.n ?? 0) > fleet / 2 - 140 && (rows[0]?.n ?? 0) < 140,
    `${rows[0]?.n} of the first half are in the first ring`,
  );
});
