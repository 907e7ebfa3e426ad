import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { lockDataDirectory } from './data-lock.ts';
import { type Db, openDatabase } from './database.ts';
import { startEmbedded } from './embedded-postgres.ts';
import { PlatformError } from './error.ts';
import { silentLog } from './log.ts';
import { type MigrationSource, migrate, readMigrations } from './migrate.ts';
import { platformMigrations } from './platform-migrations.ts';
import { clearPreviousPostmaster, hasEnded } from './postmaster.ts';

export interface TestCluster {
  /** Of a role that may create databases. */
  readonly url: string;
  stop(): Promise<void>;
}

export interface TestDatabase {
  readonly db: Db;
  readonly url: string;
  close(): Promise<void>;
}

const clusterPrefix = 'bulkhead-test-';

/** A throw-away server without crash safety; `tools/test.ts` starts one for all test files and passes its address on. */
export async function startTestCluster(): Promise<TestCluster> {
  await sweepAbandoned();
  const directory = mkdtempSync(join(tmpdir(), clusterPrefix));
  chmodSync(directory, 0o711);
  const lock = await lockDataDirectory(directory);
  const server = await startEmbedded({ dataDirectory: directory, durable: false });
  const remove = () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  const atExit = () => {
    // An exit handler cannot await: immediate shutdown, watched for at most a second.
    if (!hasEnded(server.pid)) process.kill(server.pid, 'SIGQUIT');
    for (let i = 0; i < 100 && !hasEnded(server.pid); i++)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    remove();
  };
  process.once('exit', atExit);
  const stop = async () => {
    process.off('exit', atExit);
    await server.stop();
    lock.release();
    remove();
  };
  return Object.freeze({ url: server.adminUrl, stop });
}

/** Ends servers whose test process was killed; a live one holds its lock. */
async function sweepAbandoned(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(clusterPrefix))) {
    const directory = join(tmpdir(), name);
    const starting = !existsSync(join(directory, 'lock')) && Date.now() - statSync(directory).mtimeMs < 600_000;
    if (starting) continue;
    try {
      const lock = await lockDataDirectory(directory);
      await clearPreviousPostmaster(join(directory, 'postgres'), silentLog);
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
      lock.release();
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
    }
  }
}

let cluster: Promise<string> | undefined;

/**
 * `TEST_DATABASE_URL` (any server), else `BULKHEAD_TEST_POSTGRES` (the runner's), else one server for this process, which
 * ends with the process: a hook of node:test would run before the hooks of the test file that close their databases.
 */
function clusterUrl(): Promise<string> {
  const given = process.env.TEST_DATABASE_URL ?? process.env.BULKHEAD_TEST_POSTGRES;
  cluster ??= given ? Promise.resolve(given) : startTestCluster().then(({ url }) => url);
  return cluster;
}

/**
 * A fresh database with the platform's tables and those of `sources`, copied from a template that is migrated once per
 * content of the migrations. Close it in an `after` hook.
 */
export async function testDatabase(sources: readonly MigrationSource[] = []): Promise<TestDatabase> {
  const server = await clusterUrl();
  const name = `bulkhead_test_${randomBytes(8).toString('hex')}`;
  await asAdmin(server, async (admin) => {
    const template = await ensureTemplate(admin, server, [...platformMigrations, ...sources]);
    await admin.query(
      `create database ${pg.escapeIdentifier(name)} template ${pg.escapeIdentifier(template)} strategy file_copy`,
    );
  });
  const url = withDatabase(server, name);
  const { db, close } = await openDatabase({ url, maxConnections: 10, allowExitOnIdle: true });
  const drop = async () => {
    await close();
    await asAdmin(server, (admin) => admin.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`));
  };
  return Object.freeze({ db, url, close: drop });
}

/** Built under another name and renamed when complete; the lock makes several test processes build it once. */
async function ensureTemplate(admin: pg.Client, server: string, sources: readonly MigrationSource[]): Promise<string> {
  const contents = readMigrations(sources).map(({ module, number, checksum }) => [module, number, checksum]);
  const key = createHash('sha256').update(JSON.stringify(contents)).digest('hex').slice(0, 16);
  const template = `bulkhead_template_${key}`;
  const exists = async () =>
    (await admin.query('select from pg_database where datname = $1', [template])).rowCount !== 0;
  if (await exists()) return template;
  await admin.query('select pg_advisory_lock(hashtext($1))', [template]);
  try {
    if (await exists()) return template;
    const draft = `${template}_draft`;
    await admin.query(`drop database if exists ${pg.escapeIdentifier(draft)} with (force)`);
    await admin.query(`create database ${pg.escapeIdentifier(draft)} template template0`);
    const { db, close } = await openDatabase({ url: withDatabase(server, draft), maxConnections: 2 });
    try {
      await migrate(db, sources);
    } finally {
      await close();
    }
    await untilRenamed(admin, draft, template);
    return template;
  } finally {
    await admin.query('select pg_advisory_unlock(hashtext($1))', [template]);
  }
}

/** A connection that was closed just now may still count as a user of the database for a moment. */
async function untilRenamed(admin: pg.Client, draft: string, template: string): Promise<void> {
  await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [draft]);
  await admin.query(`alter database ${pg.escapeIdentifier(draft)} rename to ${pg.escapeIdentifier(template)}`);
}

async function asAdmin<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function withDatabase(url: string, name: string): string {
  const [address = '', query] = url.split('?');
  const at = address.indexOf('/', address.indexOf('://') + 3);
  return `${at < 0 ? address : address.slice(0, at)}/${name}${query === undefined ? '' : `?${query}`}`;
}
