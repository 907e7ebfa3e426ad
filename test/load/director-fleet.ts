import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@bulkhead/kernel';
import { generateSigningKey, signerOf } from '@bulkhead/uptane';
import pg from 'pg';
import { contentsOf, digestOf } from '../../apps/server/src/modules/director/domain/contents.ts';
import {
  createDirectorModule,
  type DirectorDeps,
  directorMigrations,
} from '../../apps/server/src/modules/director/index.ts';
import { openRepository } from '../../apps/server/src/modules/director/repository.ts';
import { signSet } from '../../apps/server/src/modules/director/sets.ts';
import type { Assignment } from '../../apps/server/src/modules/updates/index.ts';
import { createAudit } from '../../apps/server/src/platform/audit/audit.ts';
import { openDatabase } from '../../apps/server/src/platform/db/database.ts';
import { startEmbedded } from '../../apps/server/src/platform/db/embedded-postgres.ts';
import { silentLog } from '../../apps/server/src/platform/db/log.ts';
import { migrate } from '../../apps/server/src/platform/db/migrate.ts';
import { platformMigrations } from '../../apps/server/src/platform/db/platform-migrations.ts';
import { createKeyStore } from '../../apps/server/src/platform/keys/index.ts';
import type { Run } from './harness/run.ts';

const ecusEach = 5;

/** The Director's module: sets per CPU second from assignment to bytes, and a fleet signed anew by the job, with its database. */
export async function benchDirectorFleet(run: Run): Promise<void> {
  const dataDirectory = join(run.directory, 'postgres');
  mkdirSync(dataDirectory, { mode: 0o711 }); // PostgreSQL runs as another user when we are root, and has to pass through
  const postgres = await startEmbedded({ dataDirectory, durable: true });
  run.after(() => postgres.stop());
  const { db, close } = await openDatabase({ url: postgres.url, maxConnections: 4 });
  run.after(close);
  await migrate(db, [...platformMigrations, directorMigrations]);
  const unused = new Proxy({}, { get: () => () => Promise.reject(new Error('not used here')) }) as never;
  const deps: DirectorDeps = {
    db,
    clock: systemClock,
    keys: createKeyStore({ directory: join(run.directory, 'keys') }),
    log: silentLog as never,
    metrics: { count: () => undefined, gauge: () => undefined },
    audit: createAudit,
    identity: unused,
    inventory: unused,
    assignments: unused,
    monitoring: unused,
    startResigning: unused,
  };
  const director = await createDirectorModule(deps);
  const epoch = (await openRepository(deps)).current();
  measureSets(run, epoch);
  const vehicles = run.quick ? 2_000 : 100_000;
  await fill(postgres.url, vehicles);
  const began = performance.now();
  const context = {
    resumeFrom: null,
    checkpoint: async () => undefined,
    progress: () => undefined,
    cancelled: () => false,
  };
  const cpu = process.cpuUsage();
  const result = (await director.resignJob(context)) as { vehicles: number; failed: number };
  if (result.vehicles !== vehicles || result.failed !== 0) throw new Error(`signed ${JSON.stringify(result)}`);
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  run.add({
    bench: 'updates.resign.cpu',
    value: (user + system) / 1e6,
    unit: 's',
    note: 'what the same job took of a core in its process, whatever else the machine did',
  });
  run.add({
    bench: 'updates.resign',
    value: seconds,
    unit: 's',
    ...(run.quick ? {} : { budget: '<60 s', met: seconds < 60 }),
    note: `${vehicles} vehicles with ${ecusEach} ECUs signed anew by the job, in one process, rows written durably`,
  });
}

const targetOf = (i: number) => {
  const sha = (name: 'sha256' | 'sha512') => createHash(name).update(`${i}`).digest('hex');
  return {
    ecuSerial: `ECU-SERIAL-${i}-00000001`,
    role: `role-${i}`,
    partNumber: `PN-${i}`,
    hardwareVersion: null,
    hardwareIds: [`PN-${i}`],
    softwareId: '0198a000-0000-7000-8000-000000000001',
    software: `program-${i}`,
    version: '1.2.3',
    fileName: `supplier-ecu-${i}-1.2.3.bin`,
    length: 1_234_567,
    sha256: sha('sha256'),
    sha512: sha('sha512'),
    releaseCounter: 7,
  };
};

const assignment: Assignment = {
  vin: '1BHDEM0000T000000',
  kind: 'install',
  campaignId: '0198a000-0000-7000-8000-000000000002',
  campaign: 'Spring',
  releaseId: '0198a000-0000-7000-8000-000000000003',
  release: 'Release 8',
  correlationId: 'bulkhead:0198a000-0000-7000-8000-000000000002:1',
  state: 'offered',
  targets: Array.from({ length: ecusEach }, (_, i) => targetOf(i)),
  windowUntil: null,
  preconditions: [{ signal: 'parked' }, { signal: 'low-voltage-battery', minimum: 12.2 }],
  consentRequired: true,
  workshopOnly: false,
  user: {
    purpose: 'Security',
    criticality: 'security',
    changes: 'None you would notice',
    durationMinutes: 12,
    unavailable: 'Telephone',
    instructions: 'Park and leave the car',
  },
};
const hardware = new Map(assignment.targets.map(({ ecuSerial, partNumber }) => [ecuSerial, partNumber]));

/** From an assignment to the bytes of targets, snapshot and timestamp. */
function measureSets(
  run: Run,
  epoch: Awaited<ReturnType<typeof openRepository>>['current'] extends () => infer E ? E : never,
) {
  const signer = signerOf(generateSigningKey());
  const message = Buffer.alloc(600, 'x');
  const bare = () => {
    for (let i = 0; i < 3; i++) signer.sign(message);
  };
  for (const dialect of ['a', 'b'] as const) {
    let version = 1;
    const work = () => {
      const { served } = contentsOf({ assignment, hardware, installed: {}, named: [] });
      digestOf(served);
      signSet(epoch, dialect, { vin: assignment.vin, version: version++, signedAt: new Date(), served });
    };
    const [value, limit] = byTurns(run, work, bare);
    run.add({
      bench: `updates.director-module.${dialect}`,
      value,
      unit: '1/s',
      against: '3 Ed25519 signatures',
      ratio: value / limit,
      ...(run.quick ? {} : { budget: '>=5000/s', met: value >= 5_000 }),
      note: `sets for one vehicle with ${ecusEach} ECUs, two hashes each, from assignment to bytes; dialect ${dialect.toUpperCase()}, per CPU second`,
    });
  }
}

/** Both by turns, so that other work on the machine slows both alike; rates per CPU second. */
function byTurns(run: Run, ours: () => void, limit: () => void): readonly [ours: number, limit: number] {
  const spent = { ours: { count: 0, seconds: 0 }, limit: { count: 0, seconds: 0 } };
  for (let round = -2; round < (run.quick ? 2 : 20); round++)
    for (const [name, work] of [
      ['ours', ours],
      ['limit', limit],
    ] as const) {
      const { count, seconds } = repeat(work, run.quick ? 20 : 100);
      if (round < 0) continue; // to warm up
      spent[name].count += count;
      spent[name].seconds += seconds;
    }
  return [spent.ours.count / spent.ours.seconds, spent.limit.count / spent.limit.seconds];
}

function repeat(work: () => void, milliseconds: number): { count: number; seconds: number } {
  const before = process.cpuUsage();
  const end = performance.now() + milliseconds;
  let count = 0;
  while (performance.now() < end) {
    work();
    count++;
  }
  const { user, system } = process.cpuUsage(before);
  return { count, seconds: (user + system) / 1e6 };
}

/** Vehicles that were served once, as their rows stand after that. */
async function fill(url: string, vehicles: number): Promise<void> {
  const { served } = contentsOf({ assignment, hardware, installed: {}, named: [] });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `insert into director_vehicle (vin, primary_serial, registered_at, version, content, epoch, signed_at, kind, served, dialect)
      select 'BENCH' || lpad(i::text, 12, '0'), 'ECU-' || i, now(), 1, $1, 1, now(), 'install', $2::jsonb, 'b'
      from generate_series(1, $3::int) i`,
    [digestOf(served), JSON.stringify(served), vehicles],
  );
  await client.query('analyze director_vehicle');
  await client.end();
}
