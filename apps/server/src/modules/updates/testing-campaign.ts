import assert from 'node:assert/strict';
import type { CampaignDefinition, CampaignDetail, CampaignRules, CampaignVehicleState, Wave } from '@bulkhead/contract';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { architecture, vinOf } from '../inventory/testing.ts';
import type { Actor } from './deps.ts';
import { correlationOf } from './domain/correlation.ts';
import type { VehicleReport } from './reports.ts';
import { itemFor, people, publishedRelease, type TestUpdates } from './testing.ts';

export const rules: CampaignRules = {
  rate: { perMinute: 1_000_000 },
  maxInFlight: 1_000_000,
  windows: [],
  timeouts: {
    offered: 60,
    consented: 60,
    downloading: 60,
    downloaded: 60,
    installing: 30,
    'installed-awaiting-report': 30,
  },
  retries: [],
  deferral: { times: 2, hours: 24 },
  onError: 'stop',
  countAsError: [],
};

export const wave = (name: string, select: Wave['select'], more: Partial<Wave> = {}): Wave => ({
  name,
  select,
  success: { percent: 100 },
  error: { percent: 50, minimum: 2 },
  ...more,
});
export const all = wave('All', { by: 'rest' });

/** Vehicles 1 to n of a model with a TCU each, as built with tcu-os 7.0; regions in turn. */
export async function importFleet(desk: TestUpdates, n: number, regions: readonly string[] = ['eu']): Promise<void> {
  const { inventory, importAll } = desk;
  await inventory.models.put('aria', { name: 'Aria', brand: 'Bulk', year: 2026, architecture }, people.ada);
  await desk.software('tcu-os', '7.0');
  const numbers = Array.from({ length: n }, (_, i) => i + 1);
  const vehicles = numbers.map((i) => `${vinOf(i)},aria,${regions[i % regions.length]}`);
  await importAll('vehicles', `vin,model,region\n${vehicles.join('\n')}\n`);
  const ecus = numbers.map((i) => `${vinOf(i)},TCU-${i},tcu,PN-tcu,Wired,tcu-os@7.0`);
  const done = await importAll('ecus', `vin,serial,role,partNumber,supplier,software\n${ecus.join('\n')}\n`);
  assert.equal(done.accepted, n, JSON.stringify(done.errors.slice(0, 2)));
}

let releases = 0;
/** A published release that brings tcu-os of a new version. */
export async function newRelease(
  desk: TestUpdates,
  more: { security?: boolean; consent?: boolean; fixes?: string[] } = {},
) {
  releases += 1;
  const softwareId = await desk.software('tcu-os', `8.${releases}`);
  const item = itemFor(softwareId, 100 + releases);
  const { consent = false, ...rest } = more;
  const id = await publishedRelease(desk, {
    name: `Release ${releases}`,
    items: [item],
    dossier: { consentRequired: consent },
    ...rest,
  });
  return { id, sha256: item.sha256, version: `8.${releases}` };
}

let campaigns = 0;
export const definition = (releaseId: string, more: Partial<CampaignDefinition> = {}): CampaignDefinition => ({
  name: `Campaign ${++campaigns}`,
  releaseId,
  filter: '',
  waves: [all],
  rules,
  ...more,
});

/** What tests do with a campaign. */
export function campaignOf(desk: TestUpdates, db: Db) {
  const { updates } = desk;
  const { ada, ben, cleo } = people;
  const driver = updates.driver({ replica: 'test', log: { warn: () => {}, error: fail } });

  const plan = async (id: string, slice?: number) => {
    await updates.campaigns.plan(id, ada);
    await updates.planNow(id, slice);
    return updates.campaigns.get(id);
  };
  const create = async (body: CampaignDefinition) => (await updates.campaigns.create(body, ada)).id;
  const agree = async (requestId: string, hash: string, by: Actor = cleo) =>
    updates.steps.decide(requestId, { agree: true, hash, comment: '' }, by);
  const ask = async (id: string, action: 'start' | 'resume' | 'rollBack') => {
    const { hash } = await updates.campaigns.get(id);
    const { request } = await updates.steps[action](id, { dryRun: false, reason: 'for the test', hash }, ben);
    if (request) await agree(request.id, hash);
  };
  /** Drives every campaign that is due until none is. */
  const turn = async () => {
    for (let steps = 0; await driver.step(); steps++) assert.ok(steps < 5_000, 'the driver does not come to rest');
  };
  /** A second later, when each campaign is looked at again. */
  const drive = async () => {
    desk.clock.advance(1_001);
    await turn();
  };
  const started = async (body: CampaignDefinition) => {
    const id = await create(body);
    await plan(id);
    await ask(id, 'start');
    await drive();
    return id;
  };
  const inState = async (id: string, state: CampaignVehicleState): Promise<string[]> => {
    const { rows } = await sql<{ vin: string }>`select vin from updates_campaign_vehicle
      where campaign_id = ${id} and state = ${state} order by vin`.execute(db);
    return rows.map(({ vin }) => vin);
  };
  const tell = (
    id: string,
    vins: readonly string[],
    event: VehicleReport['event'],
    more: Partial<VehicleReport> = {},
    attempt = 1,
  ) =>
    updates.assignments.report(
      vins.map((vin) => ({ vin, event, at: desk.clock.now(), correlationId: correlationOf(id, attempt), ...more })),
    );
  /** The manifest of vehicles whose TCU has an image. */
  const manifest = (vins: readonly string[], sha256: string) =>
    updates.assignments.manifestVerified(
      vins.map((vin) => ({ vin, at: desk.clock.now(), installed: [{ ecuSerial: serialOf(vin), sha256 }] })),
    );
  /** Every vehicle under way takes the image and says so. */
  const succeed = async (id: string, sha256: string, vins?: readonly string[]) => {
    const some = vins ?? (await inState(id, 'offered'));
    await tell(id, some, 'download-started');
    await tell(id, some, 'installed');
    await manifest(some, sha256);
    return some;
  };
  return { plan, create, ask, agree, turn, drive, driver, started, inState, tell, manifest, succeed };
}

const fail = (details: { err?: unknown }) => {
  throw details.err;
};

export const serialOf = (vin: string) => `TCU-${Number(vin.slice(11))}`;

/** Counts are what a walk over the vehicles finds; each vehicle is served at most one campaign, one that it is under way in. */
export async function assertCounts(db: Db, detail: CampaignDetail): Promise<void> {
  const { rows } = await sql<{ state: CampaignVehicleState; vehicles: string }>`select state, count(*)::text as vehicles
    from updates_campaign_vehicle where campaign_id = ${detail.id} group by state order by state`.execute(db);
  assert.deepEqual(
    detail.counts,
    rows
      .map(({ state, vehicles }) => ({ state, vehicles: Number(vehicles) }))
      .sort((a, b) => (a.state < b.state ? -1 : 1)),
  );
  const { rows: odd } = await sql`select a.vin, p.state from updates_assignment a
    left join updates_campaign_vehicle p on p.campaign_id = a.campaign_id and p.vin = a.vin
    where a.campaign_id = ${detail.id} and coalesce(p.state, '') <> all (array['offered', 'consented', 'downloading',
      'downloaded', 'installing', 'installed-awaiting-report', 'cancel-rejected'])`.execute(db);
  assert.deepEqual(odd, []);
}
