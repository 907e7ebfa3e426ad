import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { updatesOperations } from '@bulkhead/contract';
import { Compile } from 'typebox/compile';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import type { RawResponse, RequestContext } from '../../platform/http/handlers.ts';
import { inventoryMigrations } from '../inventory/index.ts';
import { auditedActions, vinOf } from '../inventory/testing.ts';
import { updatesMigrations, updatesRoutes } from './index.ts';
import { people, type TestUpdates, testUpdates } from './testing.ts';
import { campaignOf, definition, importFleet, newRelease, rules, wave } from './testing-campaign.ts';

const { ada } = people;
let database: TestDatabase;
let desk: TestUpdates;
let use: ReturnType<typeof campaignOf>;
let routes: ReturnType<typeof updatesRoutes>;
let ended: string;
let openId: string;
before(async () => {
  database = await testDatabase([inventoryMigrations, updatesMigrations]);
  desk = testUpdates(database.db);
  use = campaignOf(desk, database.db);
  routes = updatesRoutes(desk.updates);
  await importFleet(desk, 12);
  const release = await newRelease(desk, { security: true });
  const forgiving = [wave('All', { by: 'rest' }, { error: { percent: 100, minimum: 100 } })];
  const id = await use.started(definition(release.id, { name: '<Modem> hole', waves: forgiving }));
  const vins = await use.inState(id, 'offered');
  await use.tell(id, vins.slice(0, 3), 'failed', { cause: 'install-failed', detail: '<b>E7</b>' });
  await use.tell(id, vins.slice(3, 5), 'deny');
  await desk.updates.watch.decideUndelivered(
    id,
    { state: 'denied', cause: '', notify: false, reason: 'They were written to by post' },
    ada,
  );
  await use.succeed(id, release.sha256, vins.slice(5, 11));
  desk.clock.advance(40 * 60_000);
  await use.drive();
  assert.equal((await desk.updates.campaigns.get(id)).state, 'running');
  const { stalled } = await desk.updates.causes(id);
  assert.deepEqual(
    stalled.map(({ state, vehicles }) => [state, vehicles]),
    [['offered', 1]],
    'past half of its hour',
  );
  desk.clock.advance(21 * 60_000);
  await use.drive();
  ended = id;
  openId = await use.started(definition(release.id, { rules: { ...rules, maxInFlight: 2 } }));
});
after(() => database.close());

const context = {
  actor: { kind: 'operator', id: ada.id, name: ada.name, may: () => true },
  signal: new AbortController().signal,
  content: Readable.from([]),
} as unknown as RequestContext;

test('a security update that has ended tells stakeholders whom it did not reach, but for those somebody decided about', async () => {
  assert.equal((await desk.updates.campaigns.get(ended)).state, 'finished');
  const notices = desk.notices.filter(({ topic }) => topic === 'updates.undeliverable');
  assert.deepEqual(
    notices.map(({ subject, text: body }) => [subject, body]),
    [
      [
        '4 vehicles are not reached by the security update <Modem> hole',
        '3: An ECU could not install the image\n1: The vehicle never took up the offer',
      ],
    ],
  );
  const { items } = await desk.updates.watch.undelivered({ filter: 'campaign = "<Modem> hole"' });
  const kept = items.map(({ cause, vehicles, notice, reason }) => [cause, vehicles, notice, reason]).sort();
  assert.deepEqual(kept, [
    ['', 2, 'not-notified', 'They were written to by post'],
    ['install-failed', 3, 'notified', 'The campaign has ended'],
    ['unreachable', 1, 'notified', 'The campaign has ended'],
  ]);
  assert.ok((await auditedActions(database.db)).includes('updates.decide-undelivered'));
});

test('a decision about vehicles that are not left out is refused', async () => {
  const decide = desk.updates.watch.decideUndelivered(
    ended,
    { state: 'timed-out', cause: 'timed-out', notify: true, reason: 'why not' },
    ada,
  );
  await assert.rejects(decide, { code: 'updates.nothing-undelivered' });
});

test('causes are grouped with their counts and examples, most first', async () => {
  const { causes } = await desk.updates.causes(ended);
  assert.deepEqual(
    causes.map(({ cause, vehicles }) => [cause, vehicles]),
    [
      ['install-failed', 3],
      ['denied', 2],
      ['unreachable', 1],
    ],
  );
  assert.equal(causes[0]?.examples.length, 3);
});

test('the report of a campaign holds criteria, course, outcome, causes and who agreed, and prints foreign text as text', async () => {
  const raw = async (format: 'json' | 'html') =>
    (await routes.getCampaignReport(
      { params: { id: ended }, query: { format }, body: undefined },
      context,
    )) as RawResponse;
  const report = JSON.parse((await raw('json')).body as string) as Record<string, unknown>;
  assert.deepEqual(Object.keys(report).sort(), ['at', 'campaign', 'causes', 'release', 'rxswins', 'undelivered']);
  const { body, contentType } = await raw('html');
  assert.match(contentType, /^text\/html/);
  const page = body as string;
  for (const part of ['&lt;Modem&gt; hole', 'Criteria (prepare)', 'They were written to by post', 'Cleo', 'Ben'])
    assert.ok(page.includes(part), part);
  assert.ok(!page.includes('<Modem>') && !page.includes('<script'));
});

test('the frozen list is exported whole, with what became of each vehicle and no formula', async () => {
  const raw = async (format: 'csv' | 'ndjson') => {
    const answer = (await routes.exportCampaignVehicles(
      { params: { id: ended }, query: { format }, body: undefined },
      context,
    )) as RawResponse;
    return text(answer.body as Readable);
  };
  const lines = (await raw('csv')).trim().split('\r\n');
  assert.equal(lines.length, 13);
  assert.equal(lines[0], 'vin,wave,state,cause,detail,attempt,since,timeZone');
  assert.equal(lines.filter((line) => line.includes(',failed,install-failed,<b>E7</b>,')).length, 3);
  assert.equal((await raw('ndjson')).trim().split('\n').length, 12);
});

test('vehicles are listed per campaign, by state, page by page, and never over all campaigns', async () => {
  const filter = `campaign = "${ended}" and state in (failed, denied)`;
  const first = await desk.updates.vehicles.list({ filter, limit: 3, count: true });
  assert.deepEqual([first.items.length, first.total], [3, 5]);
  const rest = await desk.updates.vehicles.list({ filter, limit: 3, cursor: first.next ?? '' });
  assert.equal(rest.items.length, 2);
  for (const bad of [
    undefined,
    'state = failed',
    `campaign = "${ended}" or state = failed`,
    `not campaign = "${ended}"`,
  ])
    await assert.rejects(desk.updates.vehicles.list(bad === undefined ? {} : { filter: bad }), {
      code: 'request.bad-filter',
    });
});

test('the summary counts what waits', async () => {
  const summary = await desk.updates.watch.summary();
  assert.deepEqual(summary.campaigns.map(({ state, count }) => [state, count]).sort(), [
    ['finished', 1],
    ['running', 1],
  ]);
  assert.deepEqual([summary.inFlight, summary.undelivered, summary.openRequests], [2, 6, 0]);
});

test('there is a route for every operation, and answers are what the contract says', async () => {
  assert.deepEqual(Object.keys(routes).sort(), Object.keys(updatesOperations).sort());
  const vin = vinOf(1);
  const calls: [keyof typeof routes, object, object][] = [
    ['listReleases', {}, { filter: 'approval = not-sought and security = true' }],
    ['listCampaigns', {}, { filter: `release : Release` }],
    ['getCampaign', { id: openId }, {}],
    ['listCampaignRequests', {}, { filter: 'state = approved' }],
    ['listCampaignVehicles', {}, { filter: `campaign = "${openId}"` }],
    ['getCampaignVehicle', { id: ended, vin }, {}],
    ['getCampaignCauses', { id: ended }, {}],
    ['getUpdatesSummary', {}, {}],
    ['listUndelivered', {}, {}],
    ['getUpdateSettings', {}, {}],
    ['listRxswins', {}, {}],
    ['listRxswinDrift', {}, {}],
    ['getVehicleRxswins', { vin }, {}],
  ];
  for (const [id, params, query] of calls) {
    const handler = routes[id] as unknown as (input: object, context: RequestContext) => unknown;
    const answer = await handler({ params, query, body: undefined }, context);
    const schema = Compile(updatesOperations[id].ok);
    assert.ok(schema.Check(answer), `${id}: ${JSON.stringify(schema.Errors(answer).slice(0, 2))}`);
  }
  const { items } = await desk.updates.releases.list({});
  const detail = await desk.updates.releases.get(items[0]?.id ?? '');
  assert.ok(Compile(updatesOperations.getRelease.ok).Check(detail));
});
