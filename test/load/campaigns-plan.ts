import pg from 'pg';
import { inventoryMigrations } from '../../apps/server/src/modules/inventory/index.ts';
import { architecture } from '../../apps/server/src/modules/inventory/testing.ts';
import { updatesMigrations } from '../../apps/server/src/modules/updates/index.ts';
import {
  itemFor,
  people,
  publishedRelease,
  type TestUpdates,
  testUpdates,
} from '../../apps/server/src/modules/updates/testing.ts';
import { campaignOf, definition, rules } from '../../apps/server/src/modules/updates/testing-campaign.ts';
import { openDatabase } from '../../apps/server/src/platform/db/database.ts';
import { startEmbedded } from '../../apps/server/src/platform/db/embedded-postgres.ts';
import { migrate } from '../../apps/server/src/platform/db/migrate.ts';
import { platformMigrations } from '../../apps/server/src/platform/db/platform-migrations.ts';
import { median } from './harness/latencies.ts';
import type { Run } from './harness/run.ts';

/** One vehicle of a hundred is in the region of the small campaign. */
const share = 100;

/** A campaign over a large fleet: planned, and driven step by step beside one a hundred times smaller. */
export async function benchCampaigns(run: Run): Promise<void> {
  const vehicles = run.quick ? 3_000 : 1_000_000;
  const postgres = await startEmbedded({ dataDirectory: run.directory, durable: false });
  run.after(() => postgres.stop());
  const { db, close } = await openDatabase({ url: postgres.url, maxConnections: 4 });
  run.after(close);
  await migrate(db, [...platformMigrations, inventoryMigrations, updatesMigrations]);
  const desk = testUpdates(db);
  await desk.inventory.models.put('aria', { name: 'Aria', brand: 'Bulk', year: 2026, architecture }, people.ada);
  await desk.software('tcu-os', '7.0');
  await fillFleet(postgres.url, vehicles);
  run.say(`${vehicles} vehicles are in the inventory`);
  const engine = campaignOf(desk, db);
  const drivenSteps = run.quick ? 5 : 40;
  const drive = async (id: string) => {
    await engine.ask(id, 'start');
    const times: number[] = [];
    for (let i = 0; i < drivenSteps; i++) {
      desk.clock.advance(1_001);
      const began = performance.now();
      await engine.driver.step();
      times.push(performance.now() - began);
    }
    await desk.updates.steps.pause(id, { dryRun: false, reason: 'measured' }, people.ben);
    return median(times);
  };
  const smallId = await planned(desk, engine, 1, 'region = small');
  const small = await drive(smallId.id);
  const large = await planned(desk, engine, 2, 'region = eu or region = small');
  const each = await drive(large.id);
  const note = `${vehicles} vehicles, one of them in ${share} in the small campaign; no fsync`;
  run.add({
    bench: 'updates.plan',
    value: large.seconds,
    unit: 's',
    ...(run.quick ? {} : { budget: '<60 s', met: large.seconds < 60 }),
    note: `compared, ordered into waves and frozen; ${note}`,
  });
  run.add({
    bench: 'updates.drive-step',
    value: each,
    unit: 'ms',
    against: 'a campaign of a hundredth',
    ratio: each / small,
    ...(run.quick ? {} : { budget: 'ratio <=3', met: each / small <= 3 }),
    note: `one step of the driver that offers 100 vehicles, median of ${drivenSteps}; ${note}`,
  });
}

async function planned(desk: TestUpdates, engine: ReturnType<typeof campaignOf>, n: number, filter: string) {
  const softwareId = await desk.software('tcu-os', `8.${n}`);
  const release = await publishedRelease(desk, {
    name: `Bench ${n}`,
    items: [itemFor(softwareId, n)],
    dossier: { consentRequired: false },
  });
  // 6,000 a minute are about a hundred in each step
  const paced = { ...rules, rate: { perMinute: 6_000 }, maxInFlight: 50_000 };
  const id = await engine.create(definition(release, { filter, rules: paced }));
  const began = performance.now();
  const { state } = await engine.plan(id);
  const seconds = (performance.now() - began) / 1_000;
  if (state !== 'planned') throw new Error(`the campaign is ${state}`);
  return { id, seconds };
}

const idOf = (kind: number) => `('0000000${kind}-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`;
const switchTriggers = (what: 'enable' | 'disable') =>
  ['vehicle', 'vehicle_status', 'installation']
    .map((name) => `alter table inventory_${name} ${what} trigger user`)
    .join(';');

const vehiclesSql = (vehicles: number) => `
  insert into inventory_vehicle (id, vin, model_id, model_code, region, ecu_count, created_at)
  select ${idOf(1)}, 'WBHPLAN00' || lpad(n::text, 8, '0'), m.id, m.code, case when n % ${share} = 0 then 'small' else 'eu' end, 1, now()
  from inventory_model m, generate_series(1, ${vehicles}) n where m.code = 'aria'`;
const statusSql = `
  insert into inventory_vehicle_status (vehicle_id, state, software_state, last_seen_at)
  select id, 'online', 'current', now() from inventory_vehicle`;
const ecusSql = `
  insert into inventory_ecu (id, vehicle_id, vin, serial, model_id, role, function, patchable, gateway, network, part_number, supplier, created_at)
  select ${idOf(2)}, v.id, v.vin, 'TCU-' || n, v.model_id, 'tcu', 'telematics', true, false, 'open', 'PN-tcu', 'Wired', now()
  from inventory_vehicle v cross join lateral (select substr(v.vin, 10)::int as n) x`;
const ecuStatusSql = 'insert into inventory_ecu_status (ecu_id, vehicle_id) select id, vehicle_id from inventory_ecu';
const installationsSql = `
  insert into inventory_installation (ecu_id, name, vehicle_id, planned_id, planned_version, reported_id, reported_version, reported_at)
  select e.id, s.name, e.vehicle_id, s.id, s.version, s.id, s.version, now() from inventory_ecu e cross join inventory_software s`;

/** Vehicles with one telematics unit that reported what it was built with, by set-based SQL. */
async function fillFleet(url: string, vehicles: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const statements = [
    switchTriggers('disable'),
    vehiclesSql(vehicles),
    statusSql,
    ecusSql,
    ecuStatusSql,
    installationsSql,
    switchTriggers('enable'),
    'select inventory_rebuild_vehicle_index()',
    'analyze',
  ];
  for (const statement of statements) await client.query(statement);
  await client.end();
}
