import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { PlatformError } from './error.ts';
import { type Log, silentLog } from './log.ts';
import { type Account, postgresAccount } from './postgres-account.ts';
import { type Binaries, postgresBinaries } from './postgres-binaries.ts';
import { initialiseCluster } from './postgres-cluster.ts';
import { type Placement, placePostgres } from './postgres-placement.ts';
import { postgresSettings } from './postgres-settings.ts';
import { clearPreviousPostmaster, isAlive, postmasterState, shutDown } from './postmaster.ts';

export interface EmbeddedPostgres {
  /** Connection string of the application's role and database, over the Unix socket. Holds a secret. */
  readonly url: string;
  /** Connection string of the cluster's superuser, for tests and maintenance. Holds a secret. */
  readonly adminUrl: string;
  readonly pid: number;
  /** Settles when the server process has ended, whoever ended it. */
  readonly exited: Promise<void>;
  /** Fast shutdown; settles when the last process is gone. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** An existing directory whose data lock the caller holds. */
  dataDirectory: string;
  log?: Log;
  /** `false` gives up crash safety for speed: tests only. */
  durable?: boolean;
}

const adminRole = 'bulkhead_admin';
const appRole = 'bulkhead';

/**
 * Starts the PostgreSQL that npm installed, on a Unix socket only. Creates the cluster on first use, takes over after a
 * killed server, and runs in its own process group, so that Ctrl-C reaches the server first and the database last.
 * @throws PlatformError `platform.embedded-database-*`, `platform.data-directory-unwritable`
 */
export async function startEmbedded({
  dataDirectory,
  log = silentLog,
  durable = true,
}: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const account = postgresAccount();
  const binaries = postgresBinaries(account, log);
  const placement = placePostgres(dataDirectory, account, log);
  const secret = clusterSecret(dataDirectory, placement);
  const adminPassword = passwordOf(secret, adminRole);
  if (existsSync(placement.pgdata)) await clearPreviousPostmaster(placement.pgdata, log);
  else
    await initialiseCluster({ binaries, placement, account, role: adminRole, password: adminPassword, durable, log });
  const child = await launch({ binaries, placement, account, durable, dataDirectory, log });
  const urlOf = (role: string, database: string) =>
    `postgres://${role}:${passwordOf(secret, role)}@/${database}?host=${encodeURIComponent(placement.socketDirectory)}&port=5432&sslmode=disable`;
  const adminUrl = urlOf(adminRole, 'postgres');
  await ensureApplication(adminUrl, passwordOf(secret, appRole));
  return Object.freeze({ url: urlOf(appRole, appRole), adminUrl, ...handleOf(child, placement) });
}

function handleOf(child: ChildProcess & { pid: number }, { socketDirectory, root }: Placement) {
  const { promise: exited, resolve } = Promise.withResolvers<void>();
  child.once('exit', () => resolve());
  if (child.exitCode !== null || child.signalCode !== null) resolve();
  // The handle alone must not keep the process alive: a test or a failed start ends by itself.
  child.unref();
  const stop = async () => {
    child.ref();
    if (child.exitCode === null && child.signalCode === null) {
      await shutDown(child.pid);
      await exited;
    }
    if (!socketDirectory.startsWith(root)) rmSync(socketDirectory, { recursive: true, force: true });
  };
  return { pid: child.pid, exited, stop };
}

/** One secret per cluster, mode 0600 beside the data; each role's password is derived from it. */
function clusterSecret(dataDirectory: string, { pgdata }: Placement): string {
  const path = join(dataDirectory, 'postgres.secret');
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  if (existsSync(pgdata)) {
    throw new PlatformError(
      'platform.embedded-database-password-missing',
      `${path} is gone, and without it the database in ${pgdata} cannot be opened: restore it from a backup`,
    );
  }
  const secret = randomBytes(32).toString('hex');
  writeFileSync(`${path}.new`, `${secret}\n`, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
  return secret;
}

const passwordOf = (secret: string, role: string) => createHmac('sha256', secret).update(role).digest('hex');

interface Launch {
  binaries: Binaries;
  placement: Placement;
  account: Account | undefined;
  durable: boolean;
  dataDirectory: string;
  log: Log;
}

async function launch(options: Launch): Promise<ChildProcess & { pid: number }> {
  const { binaries, placement, account, durable, dataDirectory, log } = options;
  for (const name of readdirSync(placement.socketDirectory))
    rmSync(join(placement.socketDirectory, name), { force: true });
  const logFile = join(dataDirectory, 'postgres.log');
  // A file, not a pipe: the database must be able to write after the server was killed.
  const output = openSync(logFile, existsSync(logFile) && statSync(logFile).size > 10_000_000 ? 'w' : 'a', 0o600);
  const settings = Object.entries(postgresSettings(placement.socketDirectory, durable)).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const child = spawn(binaries.postgres, ['-D', placement.pgdata, ...settings], {
    stdio: ['ignore', output, output],
    detached: true,
    cwd: placement.pgdata,
    env: { LC_ALL: 'C', TZ: 'UTC' },
    ...account,
  });
  closeSync(output);
  const failed = new Promise<Error>((resolve) => child.once('error', resolve));
  const pid = child.pid;
  if (pid === undefined) throw failure(await failed, logFile);
  await untilReady(child, pid, placement.pgdata, logFile, log);
  return Object.assign(child, { pid });
}

async function untilReady(child: ChildProcess, pid: number, pgdata: string, logFile: string, log: Log): Promise<void> {
  const started = Date.now();
  let told = false;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null || !isAlive(pid)) throw failure(undefined, logFile);
    const state = postmasterState(pgdata);
    if (state?.pid === pid && state.status === 'ready') return;
    if (!told && Date.now() - started > 10_000) {
      told = true;
      log.info({ pid }, 'PostgreSQL is recovering after a crash; this ends by itself');
    }
    await sleep(10);
  }
}

function failure(cause: Error | undefined, logFile: string): PlatformError {
  const lines = existsSync(logFile) ? readFileSync(logFile, 'utf8').trimEnd().split('\n') : [];
  const last = lines.findLast((line) => /FATAL|PANIC|ERROR|error/.test(line)) ?? lines.at(-1) ?? '';
  return new PlatformError(
    'platform.embedded-database-failed',
    `PostgreSQL did not start (${(cause?.message ?? last).slice(0, 300)}): see ${logFile}`,
    { cause },
  );
}

/** The application works as a role that is no superuser: SQL injected into it must not reach files or programs. */
async function ensureApplication(adminUrl: string, password: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const role = await client.query('select from pg_roles where rolname = $1', [appRole]);
    if (role.rowCount === 0)
      await client.query(`create role ${appRole} login password ${client.escapeLiteral(password)}`);
    const database = await client.query('select from pg_database where datname = $1', [appRole]);
    if (database.rowCount === 0) await client.query(`create database ${appRole} owner ${appRole}`);
  } finally {
    await client.end();
  }
}
