import pg from 'pg';
import { ecusPerVehicle, largeFleetSql, newestVersion, programs, softwareId } from './large-fleet-sql.ts';

/** A fleet as it stands in the inventory after years: many versions of each program, the newest on half of the vehicles. */
export interface LargeFleet {
  readonly vehicles: number;
  readonly installations: number;
  /** The programs with the ids of their versions, oldest first. */
  readonly programs: readonly { readonly name: string; readonly softwareIds: readonly string[] }[];
  /** A version on three vehicles, far apart. */
  readonly rareId: string;
  /** A version on vehicles of the last twentieth of the VINs only. */
  readonly tailId: string;
}

export interface LargeFleetOptions {
  readonly vehicles: number;
  say?(text: string): void;
}

/**
 * Fills a migrated database with a fleet by set-based SQL, in two sessions, and builds the vehicle index. The two tables of
 * 30 rows a vehicle become unlogged, and of ECUs only the primary key stays: lists of ECUs are not for this fleet. Takes about
 * 12 KB of disk a vehicle. `url` is that of the owner of the tables.
 */
export async function buildLargeFleet(
  url: string,
  { vehicles, say = () => {} }: LargeFleetOptions,
): Promise<LargeFleet> {
  const statements = largeFleetSql(vehicles);
  const sessions = await Promise.all([openSession(url), openSession(url)]);
  const [first] = sessions;
  const step = async (title: string, work: () => Promise<unknown>) => {
    const began = performance.now();
    await work();
    say(`${title}: ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  };
  try {
    const indexes = await emptyIndexes(first);
    await step(`${vehicles} vehicles`, () => runAll(first, statements.vehicles));
    await step('ECUs and installations', () => inTurns(sessions, statements.chunks));
    await step('indexes', () => inTurns(sessions, [...statements.indexes, ...indexes]));
    await step('statistics', () => runAll(first, statements.statistics));
    await step('vehicle index', () =>
      runAll(first, [
        ...triggers('enable'),
        'select inventory_rebuild_vehicle_index()',
        'vacuum analyze inventory_vehicle_block, inventory_software_role',
      ]),
    );
  } finally {
    await Promise.all(sessions.map((session) => session.end()));
  }
  const all = Array.from({ length: programs }, (_, program) => ({
    name: `program-${program}`,
    softwareIds: Array.from({ length: newestVersion }, (_, v) => softwareId(program, v + 1)),
  }));
  const installations = vehicles * ecusPerVehicle;
  return { vehicles, installations, programs: all, rareId: softwareId(0, 91), tailId: softwareId(0, 92) };
}

async function openSession(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `set synchronous_commit = off; set maintenance_work_mem = '1GB'; set max_parallel_maintenance_workers = 0`,
  );
  return client;
}

async function runAll(session: pg.Client, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await session.query(statement);
}

/** Each session takes the next piece of work that is left. */
async function inTurns(sessions: readonly pg.Client[], work: readonly string[]): Promise<void> {
  const left = work.values();
  await Promise.all(
    sessions.map(async (session) => {
      for (const statement of left) await session.query(statement);
    }),
  );
}

const triggers = (what: 'enable' | 'disable') =>
  ['vehicle', 'vehicle_status', 'installation'].map((name) => `alter table inventory_${name} ${what} trigger user`);

/** Drops what loading would only slow down; answers how to make the indexes of the vehicles again. */
async function emptyIndexes(session: pg.Client): Promise<string[]> {
  await runAll(session, triggers('disable'));
  const { rows } = await session.query<{ table: string; name: string; definition: string }>(`
    select i.tablename as table, i.indexname as name, i.indexdef as definition from pg_indexes i
    where i.tablename in ('inventory_vehicle', 'inventory_vehicle_status', 'inventory_ecu', 'inventory_installation')
      and not exists (select from pg_constraint c where c.conname = i.indexname)`);
  for (const { name } of rows) await session.query(`drop index ${pg.escapeIdentifier(name)}`);
  await runAll(session, [
    // the checks of references, row by row, would take longer than all the rest
    `alter table inventory_ecu drop constraint inventory_ecu_vehicle_id_fkey, drop constraint inventory_ecu_model_id_role_fkey,
      drop constraint inventory_ecu_serial_key, drop constraint inventory_ecu_pkey`,
    'alter table inventory_installation drop constraint inventory_installation_pkey',
    'alter table inventory_ecu set unlogged',
    'alter table inventory_installation set unlogged',
  ]);
  return rows.filter(({ table }) => table.startsWith('inventory_vehicle')).map(({ definition }) => definition);
}
