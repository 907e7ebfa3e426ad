import { newId, systemClock } from '@bulkhead/kernel';
import pg from 'pg';
import { createFleetPort, createVehiclePort } from '../../../apps/server/src/fleet-port.ts';
import { createInventory, inventoryMigrations } from '../../../apps/server/src/modules/inventory/index.ts';
import {
  createAffectedVehicles,
  createVulnerabilities,
  vulnerabilitiesMigrations,
} from '../../../apps/server/src/modules/vulnerabilities/index.ts';
import { createAudit } from '../../../apps/server/src/platform/audit/audit.ts';
import { type Db, inTransaction, openDatabase } from '../../../apps/server/src/platform/db/database.ts';
import { startEmbedded } from '../../../apps/server/src/platform/db/embedded-postgres.ts';
import { silentLog } from '../../../apps/server/src/platform/db/log.ts';
import { migrate } from '../../../apps/server/src/platform/db/migrate.ts';
import { platformMigrations } from '../../../apps/server/src/platform/db/platform-migrations.ts';
import { createOutbox } from '../../../apps/server/src/platform/outbox/outbox.ts';
import { advisory, partsOf, sbomOf } from './known-vulnerabilities.ts';
import { buildLargeFleet, type LargeFleet } from './large-fleet.ts';
import type { Run } from './run.ts';

export const by = { kind: 'system', id: 'bench', name: 'Bench' } as const;
const recordsAtOnce = 500;

export type VulnerablePlatform = Awaited<ReturnType<typeof openPlatform>>;

/** The modules on the database in the directory of the run. */
export async function openPlatform(run: Run, durable: boolean) {
  const postgres = await startEmbedded({ dataDirectory: run.directory, durable });
  const { db, close } = await openDatabase({ url: postgres.url, maxConnections: 4 });
  const stop = once(async () => {
    await close();
    await postgres.stop();
  });
  run.after(stop);
  await migrate(db, [...platformMigrations, inventoryMigrations, vulnerabilitiesMigrations]);
  const writers = (tx: Db) => ({ audit: createAudit(tx), outbox: createOutbox(tx) });
  const inventory = createInventory({
    db,
    clock: systemClock,
    bind: writers,
    startImport: () => Promise.reject(new Error('there are no imports here')),
  });
  const fleet = createFleetPort(inventory);
  const vulnerabilities = createVulnerabilities({
    db,
    clock: systemClock,
    log: silentLog,
    bind: writers,
    fleet,
    announce: () => {},
    wake: async () => {},
  });
  const affected = createAffectedVehicles({ db, fleet, vehicles: createVehiclePort(inventory) });
  return { url: postgres.url, db, inventory, vulnerabilities, affected, stop };
}

function once(work: () => Promise<void>) {
  let running: Promise<void> | undefined;
  return () => (running ??= work());
}

/** Builds without waiting for the disk; what is measured waits for it. */
export async function buildVulnerableFleet(run: Run): Promise<LargeFleet> {
  const platform = await openPlatform(run, false);
  const { db, url, vulnerabilities, inventory } = platform;
  const fleet = await buildLargeFleet(url, { vehicles: run.quick ? 2_000 : 1_000_000, say: run.say });
  const software = fleet.programs.flatMap(({ name, softwareIds }, program) =>
    softwareIds.map((id, v) => ({ id, name, program, version: v + 1 })),
  );
  for (const { id, name, program, version } of software) {
    const content = sbomOf(name, `${version}.0`, partsOf(program, version));
    await inventory.sboms.upload(id, content, by);
    await inTransaction(db, (tx) => vulnerabilities.softwareChanged(tx, [id]));
  }
  await vulnerabilities.matcher.drain();
  run.say(`${software.length} SBOMs stored and taken`);
  await takeAdvisories(run, platform);
  const counted = performance.now();
  await vulnerabilities.refreshFigures();
  run.say(`figures: ${((performance.now() - counted) / 1_000).toFixed(1)} s`);
  await vulnerabilities.stopFigures();
  await platform.stop();
  return fleet;
}

async function takeAdvisories(run: Run, { db, url, vulnerabilities }: VulnerablePlatform): Promise<void> {
  const sourceId = await addSource(db);
  const all = run.quick ? 2_000 : 100_000;
  let began = performance.now();
  for (let n = 0; n < all; n += recordsAtOnce) {
    const records = Array.from({ length: recordsAtOnce }, (_, i) => advisory(n + i));
    await inTransaction(db, (tx) => vulnerabilities.intake.records(tx, sourceId, records));
  }
  rate(run, 'intake', all, began, 'records', 'without the disk; facts merged, keys stored, nothing matched yet');
  // the database that is filled here does not gather statistics by itself, as a durable one does within a minute
  await analyze(url, 'analyze');
  began = performance.now();
  await vulnerabilities.matcher.drain();
  const findings = await countRows(db, 'vulnerabilities_finding');
  const expected = all * 10;
  if (findings !== expected) throw new Error(`${findings} findings, there should be ${expected}`);
  rate(run, 'matching', findings, began, 'findings', 'without the disk; judged, ranked, stored, with their proofs');
  await analyze(url, 'vacuum analyze');
}

/** In a session of its own, without the limit of time that statements of the platform have. */
async function analyze(url: string, statement: 'analyze' | 'vacuum analyze'): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`set statement_timeout = 0`);
  await client.query(statement);
  await client.end();
}

function rate(run: Run, name: string, amount: number, began: number, what: string, note: string): void {
  const seconds = (performance.now() - began) / 1_000;
  run.add({
    bench: `vulnerabilities.${name}`,
    value: amount / seconds,
    unit: '1/s',
    note: `${amount} ${what} in ${seconds.toFixed(0)} s; ${note}`,
  });
}

async function addSource(db: Db): Promise<string> {
  const id = newId();
  await db
    .insertInto('vulnerabilities_source')
    .values({
      id,
      name: 'Bench',
      kind: 'advisories',
      origin: 'upload',
      location: null,
      every_minutes: null,
      last_attempt_at: null,
      last_success_at: null,
      last_change_at: null,
      last_error: null,
      job_id: null,
      created_at: systemClock.now(),
    })
    .execute();
  return id;
}

export async function countRows(
  db: Db,
  table: 'vulnerabilities_finding' | 'vulnerabilities_vulnerability',
): Promise<number> {
  const { n } = await db
    .selectFrom(table)
    .select(({ fn }) => fn.countAll<string>().as('n'))
    .executeTakeFirstOrThrow();
  return Number(n);
}
