import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import type { Db } from './database.ts';
import { PlatformError } from './error.ts';
import { type Log, silentLog } from './log.ts';

/** A folder of `NNNN-name.sql` files that build one module's tables. Sources run in the order of the list. */
export interface MigrationSource {
  readonly module: string;
  readonly directory: string | URL;
}

export interface Migration {
  readonly module: string;
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
  readonly sql: string;
}

export type MigrationName = Pick<Migration, 'module' | 'number' | 'name'>;

interface AppliedMigration {
  module: string;
  number: number;
  name: string;
  checksum: string;
  applied_at: Date;
}

declare module './tables.ts' {
  interface Tables {
    platform_migration: AppliedMigration;
  }
}

/** "bulk" "head" in ASCII: every replica that migrates takes this advisory lock first. */
const migrationLock = 0x62756c6b;

const fileName = /^(\d{4})-([a-z0-9]+(?:-[a-z0-9]+)*)\.sql$/;

/** `migrationsOf('inventory', import.meta.url)`: the `migrations` folder beside the calling file. */
export function migrationsOf(module: string, moduleUrl: string): MigrationSource {
  return Object.freeze({ module, directory: new URL('./migrations/', moduleUrl) });
}

/**
 * Reads the migrations of all sources in the order in which they are applied.
 * @throws PlatformError `platform.migration-invalid` for a file that is not named `NNNN-name.sql` or a number used twice
 */
export function readMigrations(sources: readonly MigrationSource[]): readonly Migration[] {
  return sources.flatMap(({ module, directory }) => {
    const path = typeof directory === 'string' ? directory : fileURLToPath(directory);
    const migrations = readdirSync(path)
      .sort()
      .map((file) => readMigration(module, path, file));
    const twice = migrations.find((migration, i) => migrations[i - 1]?.number === migration.number);
    if (twice)
      throw new PlatformError(
        'platform.migration-invalid',
        `Two migrations of ${module} have the number ${twice.number}: renumber one`,
      );
    return migrations;
  });
}

function readMigration(module: string, path: string, file: string): Migration {
  const match = fileName.exec(file);
  if (!match?.[1] || !match[2]) {
    throw new PlatformError('platform.migration-invalid', `${join(path, file)} is not named NNNN-name.sql: rename it`);
  }
  const text = readFileSync(join(path, file), 'utf8');
  const checksum = createHash('sha256').update(text).digest('hex');
  return { module, number: Number(match[1]), name: match[2], checksum, sql: text };
}

/**
 * Brings the schema up to date: each file in its own transaction, all under one advisory lock, so that replicas that
 * start together do the work once. Returns what was applied.
 * @throws PlatformError `platform.migration-changed`, `platform.schema-newer`, `platform.migration-failed`, `platform.migration-invalid`
 */
export async function migrate(
  db: Db,
  sources: readonly MigrationSource[],
  log: Log = silentLog,
): Promise<readonly MigrationName[]> {
  const known = readMigrations(sources);
  return db.connection().execute(async (session) => {
    await sql`set statement_timeout = 0`.execute(session); // building an index may take its time
    await sql`select pg_advisory_lock(${migrationLock}::bigint)`.execute(session);
    try {
      await createJournal(session);
      const pending = pendingOf(known, await appliedMigrations(session));
      for (const migration of pending) {
        await applyMigration(session, migration);
        log.info(nameOf(migration), `applied migration ${describe(migration)}`);
      }
      return pending.map(nameOf);
    } finally {
      await sql`select pg_advisory_unlock(${migrationLock}::bigint)`.execute(session);
      await sql`reset statement_timeout`.execute(session);
    }
  });
}

/** What `migrate` would do, without doing it; refuses for the same reasons. An empty list means up to date. */
export async function planMigrations(db: Db, sources: readonly MigrationSource[]): Promise<readonly MigrationName[]> {
  const known = readMigrations(sources);
  const { rows } = await sql<{
    journal: string | null;
  }>`select to_regclass('platform_migration')::text as journal`.execute(db);
  const applied = rows[0]?.journal ? await appliedMigrations(db) : [];
  return pendingOf(known, applied).map(nameOf);
}

async function createJournal(db: Db): Promise<void> {
  await sql`create table if not exists platform_migration (
    module text not null, number int not null, name text not null, checksum text not null,
    applied_at timestamptz not null default now(), primary key (module, number))`.execute(db);
}

function appliedMigrations(db: Db): Promise<AppliedMigration[]> {
  return db.selectFrom('platform_migration').selectAll().orderBy('module').orderBy('number').execute();
}

function pendingOf(known: readonly Migration[], applied: readonly AppliedMigration[]): readonly Migration[] {
  const byKey = new Map(known.map((migration) => [keyOf(migration), migration]));
  const last = new Map<string, number>();
  for (const done of applied) {
    const migration = byKey.get(keyOf(done));
    if (!migration) throw newerSchema(done);
    if (migration.checksum !== done.checksum) throw changedMigration(done);
    last.set(done.module, Math.max(last.get(done.module) ?? 0, done.number));
    byKey.delete(keyOf(done));
  }
  const pending = [...byKey.values()];
  const late = pending.find(({ module, number }) => number < (last.get(module) ?? 0));
  if (late) {
    throw new PlatformError(
      'platform.migration-invalid',
      `Migration ${describe(late)} is older than one already applied: give it the next free number`,
    );
  }
  return pending;
}

async function applyMigration(session: Db, migration: Migration): Promise<void> {
  try {
    await session.transaction().execute(async (tx) => {
      await sql.raw(migration.sql).execute(tx);
      const { module, number, name, checksum } = migration;
      await sql`insert into platform_migration (module, number, name, checksum) values (${module}, ${number}, ${name}, ${checksum})`.execute(
        tx,
      );
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown';
    throw new PlatformError(
      'platform.migration-failed',
      `Migration ${describe(migration)} failed and was rolled back (${reason}): the database is as before this migration`,
      { cause },
    );
  }
}

const newerSchema = (done: MigrationName) =>
  new PlatformError(
    'platform.schema-newer',
    `The database holds migration ${describe(done)}, which this program does not know: run the newer release, or restore an older backup`,
  );

const changedMigration = (done: MigrationName) =>
  new PlatformError(
    'platform.migration-changed',
    `Migration ${describe(done)} was changed after it was applied here: restore the file and put the change into a new migration`,
  );

const keyOf = ({ module, number }: MigrationName) => `${module}/${number}`;
const nameOf = ({ module, number, name }: MigrationName): MigrationName => ({ module, number, name });
const describe = ({ module, number, name }: MigrationName) => `${module}/${String(number).padStart(4, '0')}-${name}`;
