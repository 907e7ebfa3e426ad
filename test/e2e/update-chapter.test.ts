import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { CampaignDetail, Client } from '@bulkhead/contract';
import { readOptions, type Simulation, simulate } from '../../apps/simulator/src/index.ts';
import { type Platform, startPlatform } from './harness.ts';
import { setUpOperator } from './operator.ts';

const directory = mkdtempSync(join(tmpdir(), 'bulkhead-update-e2e-'));
const lines: string[] = [];
const vehicles = 10;
let platform: Platform;
let auditor: Client;
let simulation: Simulation | undefined;

before(async () => {
  platform = await startPlatform({ flags: ['--demo'] });
  auditor = await platform.client('administrator');
});
after(async () => {
  await simulation?.stop();
  await platform?.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function startFleet(): Promise<Simulation> {
  const tokenFile = join(directory, 'token');
  const scenario = join(directory, 'scenario.json');
  writeFileSync(tokenFile, await platform.token('administrator'));
  const failing = [{ program: 'tcu-os', version: '7.5.0', share: 0.85 }];
  const updates = { pollSeconds: 5, phaseSeconds: 10, failing };
  const quiet = { eventsPerVehicleAndHour: 0, offlineShare: 0 };
  writeFileSync(scenario, JSON.stringify({ updateCampaign: true, updates, ...quiet }));
  const { host, port } = platform.mqtt;
  const flags = {
    url: platform.origin,
    mqtt: `${host}:${port}`,
    est: platform.estUrl,
    'token-file': tokenFile,
    state: join(directory, 'fleet'),
    scenario,
    vehicles: String(vehicles),
    seed: 'chapter',
    identities: 'telematics',
  };
  return simulate(readOptions(Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])), {
    log: (line) => lines.push(line),
    breach: (line) => assert.fail(line),
  });
}

const said = (pattern: RegExp) => lines.some((line) => pattern.test(line));
/** The runner's own time limit is the only one; a chapter that gave up ends the test with what was said. */
async function untilSaid(pattern: RegExp): Promise<void> {
  while (!said(pattern)) {
    assert.ok(!said(/could not|are missing|left out/), lines.join('\n'));
    await wait(100);
  }
}

async function campaignOf(): Promise<CampaignDetail> {
  const { items } = await auditor.listCampaigns({});
  assert.equal(items.length, 1);
  return auditor.getCampaign({ params: { id: items[0]?.id ?? '' } });
}

test('the fix of the critical hole stops by itself, is corrected, resumed, and closes the case as vehicles report', async () => {
  simulation = await startFleet();
  await untilSaid(/the case of CVE-2024-45492 .* is closed/);

  const { state, log, waves, releaseName, requests, succeeded } = await campaignOf();
  assert.equal(state, 'finished');
  assert.equal(releaseName, 'Telematics 7.5.1');
  assert.equal(succeeded, vehicles);
  assert.ok((waves[0]?.size ?? 0) < vehicles && waves.every(({ counts }) => counts.length > 0));
  const stopped = log.find(({ text }) => /of \d+ vehicles that ended were not updated/.test(text));
  assert.ok(stopped && stopped.by?.name !== undefined, JSON.stringify(log));
  assert.doesNotMatch(stopped.by?.name ?? '', /Demonstration/, 'no person stopped it');
  const agreed = requests.map(({ action, requested, decided }) => [action, requested.by.name !== decided?.by.name]);
  assert.deepEqual(agreed.sort(), [
    ['resume', true],
    ['start', true],
  ]);
  assert.ok(said(/the campaign stopped by itself: .*A few first/), lines.join('\n'));
  assert.ok(said(/cause in \d+ vehicles?: /));
});

test('every vehicle reports a fixed version, and none with the hole in this unit is left', async () => {
  const { items } = await auditor.listCases({ query: { filter: 'ref = "CVE-2024-45492"' } });
  const ofUnit = items.find(({ software }) => software === 'tcu-os');
  assert.deepEqual(
    [ofUnit?.closedBecause, ofUnit?.fix?.version, ofUnit?.vehicles.remaining, ofUnit?.vehicles.unknown],
    ['fixed-in-field', '7.5.1', 0, 0],
  );
  let seen = 0;
  for (const { vin } of simulation?.fleet.vehicles ?? []) {
    const { members } = await auditor.getVehicle({ params: { vin } });
    const tcu = members.flatMap(({ software }) => software).find(({ name }) => name === 'tcu-os');
    assert.match(tcu?.reported ?? '', /^7\.5\.[01]$/);
    seen += 1;
  }
  assert.equal(seen, vehicles);
});

test('a second start on the same data plays nothing again', async () => {
  await simulation?.stop();
  const operators = (await auditor.listOperators({})).items.length;
  const before = lines.length;

  simulation = await startFleet();
  await simulation.live;
  await wait(1_000);

  assert.equal((await auditor.listOperators({})).items.length, operators);
  assert.equal((await auditor.listReleases({})).items.length, 2);
  assert.ok(
    !lines.slice(before).some((line) => /release|campaign|could not/.test(line)),
    lines.slice(before).join('\n'),
  );
});

test('the set-up link still waits for the person who started the demonstration', async () => {
  const link = platform.server.setupLink?.url ?? '';

  const { client } = await setUpOperator(platform.origin, link);

  const { items } = await client.listOperators({ query: { filter: 'name = "Ada Lovelace"' } });
  assert.deepEqual(items[0]?.roles, ['administrator']);
});
