import { type Kysely, Kysely as KyselyInstance, PostgresDialect } from 'kysely';
import pg from 'pg';
import { PlatformError } from './error.ts';
import { type Log, silentLog } from './log.ts';
import type { Tables } from './tables.ts';

export type Db = Kysely<Tables>;

export interface Database {
  readonly db: Db;
  /** A connection string, with its secret: for the bus, the job queue and tests, never for a log. */
  readonly url: string;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/name`, or `postgres://user:password@/name?host=/socket/directory`. */
  url: string;
  /** Connections kept in the pool; 10 when left out. */
  maxConnections?: number;
  log?: Log;
  /** Lets the process end while idle connections are open; for tests. */
  allowExitOnIdle?: boolean;
}

/** PostgreSQL 15 is the oldest release whose SQL the migrations keep to. */
const oldestServer = 150_000;

/**
 * Column types: int8 and numeric arrive as text (a JavaScript number would lose digits), timestamptz as Date,
 * json and jsonb parsed. `date` stays `YYYY-MM-DD`: as a Date it would shift with the server's time zone.
 */
const dateOid = 1082;
const columnTypes = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === dateOid ? (value: string) => value : pg.types.getTypeParser(oid, format as 'text'),
};

/**
 * Opens a pool and proves that the server answers and is new enough.
 * @throws PlatformError `platform.database-unreachable`, `platform.database-too-old`
 */
export async function openDatabase({
  url,
  maxConnections = 10,
  log = silentLog,
  allowExitOnIdle = false,
}: DatabaseOptions): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    types: columnTypes,
    application_name: 'bulkhead',
    connectionTimeoutMillis: 10_000,
    allowExitOnIdle,
    keepAlive: true,
    // A caller's slow filter must not hold a connection for ever; migrations and other long work lift this for themselves.
    statement_timeout: 60_000,
    // A transaction that its owner forgot would hold locks and stop vacuum for ever.
    idle_in_transaction_session_timeout: 60_000,
  });
  // Without a listener a connection lost while idle would end the process; the pool replaces it by itself.
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection was lost'));
  // The pool listens only while a connection is idle; one that dies in the hands of a query would end the process too.
  // The query itself is rejected, so there is nothing more to do here.
  pool.on('connect', (client) => client.on('error', () => {}));
  try {
    await assertUsable(pool, url);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const db = new KyselyInstance<Tables>({ dialect: new PostgresDialect({ pool }) });
  return Object.freeze({ db, url, close: () => db.destroy() });
}

async function assertUsable(pool: pg.Pool, url: string): Promise<void> {
  let version: number;
  try {
    const { rows } = await pool.query<{ version: string }>(`select current_setting('server_version_num') as version`);
    version = Number(rows[0]?.version);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : 'unknown';
    throw new PlatformError(
      'platform.database-unreachable',
      `The database at ${describeUrl(url)} does not answer (${reason}): check the address, the password and that it runs`,
      { cause },
    );
  }
  if (version < oldestServer) {
    throw new PlatformError(
      'platform.database-too-old',
      `The database at ${describeUrl(url)} is PostgreSQL ${Math.floor(version / 10_000)}: use 15 or newer`,
    );
  }
}

/** Host and database of a connection string, without user and password, for messages and logs. */
export function describeUrl(url: string): string {
  try {
    const parsed = new URL(url.replace('@/', '@localhost/'));
    return `${parsed.searchParams.get('host') ?? parsed.host}${parsed.pathname}`;
  } catch {
    return 'the configured address';
  }
}

/**
 * Runs `fn` in a transaction, or in the caller's when `db` is one already (Kysely refuses nesting), so that use cases compose.
 * Build every writer from the handle that `fn` gets: the outer one would take a second connection.
 */
export function inTransaction<T>(db: Db, fn: (tx: Db) => Promise<T>): Promise<T> {
  return db.isTransaction ? fn(db) : db.transaction().execute(fn);
}
