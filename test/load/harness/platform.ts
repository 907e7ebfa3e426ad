import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type Client, createClient } from '@bulkhead/contract';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbedded } from '../../../apps/server/src/platform/db/embedded-postgres.ts';
import type { PlatformStart } from '../processes/platform.ts';
import { type Child, type Message, startChild } from './child.ts';
import { cpuSeconds, cpuSecondsOfFamily, pinProcess } from './processor.ts';
import type { Run } from './run.ts';

export interface Ports {
  readonly http: number;
  readonly mqtt: number;
  readonly est: number;
}

interface Ready extends Message {
  readonly token: string;
  readonly rootPem: string;
}

/** The whole platform as it ships, in a process of its own, on the durable embedded PostgreSQL. */
export interface Platform {
  readonly ports: Ports;
  readonly client: Client;
  readonly token: string;
  readonly rootPem: string;
  readonly pid: number;
  /** A connection for bulk loading and counting. */
  readonly sql: pg.Client;
  /** CPU seconds used so far. */
  cpu(): { readonly server: number; readonly database: number };
  restart(): Promise<void>;
  stopServer(): Promise<void>;
}

/** Hears first of connections that the server closed while this process was busy making its load; else one is used again. */
const patientFetch: typeof fetch = async (input, init) => {
  await setImmediate();
  await setImmediate();
  return fetch(input, init);
};

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

export interface PlatformOptions {
  /** Core of the server and its database; both may use all cores when it is absent. */
  readonly core?: number;
  readonly name?: string;
}

async function settingsOf(directory: string): Promise<{ ports: Ports; args: string[] }> {
  const [http, tls, est, mqtt] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const settings: Record<string, string | number> = {
    data: join(directory, 'server'),
    'http.port': http,
    'http.tlsPort': tls,
    'vehicles.estPort': est,
    'vehicles.mqttPort': mqtt,
    'vehicles.messagesPerSecond': 1_000_000,
    'metrics.port': 0,
    'log.level': 'error',
  };
  return { ports: { http, est, mqtt }, args: Object.entries(settings).flatMap(([k, v]) => [`--${k}`, String(v)]) };
}

/** Opens a platform in the bench's directory; everything ends with the run. */
export async function openPlatform(run: Run, { core, name = 'platform' }: PlatformOptions = {}): Promise<Platform> {
  const directory = join(run.directory, name);
  mkdirSync(directory, { mode: 0o711, recursive: true });
  const database: EmbeddedPostgres = await startEmbedded({ dataDirectory: directory });
  run.after(() => database.stop());
  if (core !== undefined) pinProcess(database.pid, core);
  const { ports, args } = await settingsOf(directory);
  let server: Child | undefined;
  let ready: Ready | undefined;
  const start = async () => {
    const profiling = run.profiles ? ['--cpu-prof', `--cpu-prof-dir=${run.profiles}`, '--cpu-prof-interval=500'] : [];
    const argument: PlatformStart = { args, databaseUrl: database.url };
    server = startChild('platform.ts', argument, { core, args: profiling });
    ready = await server.expect<Ready>('ready');
  };
  const stopServer = async () => server?.stop();
  run.after(stopServer);
  await start();
  const sql = new pg.Client({ connectionString: database.url });
  await sql.connect();
  run.after(() => sql.end());
  const now = () => ready as Ready;
  return {
    ports,
    sql,
    get client() {
      return createClient({ baseUrl: `http://127.0.0.1:${ports.http}`, token: now().token, fetch: patientFetch });
    },
    get token() {
      return now().token;
    },
    get rootPem() {
      return now().rootPem;
    },
    get pid() {
      return server?.pid ?? 0;
    },
    cpu: () => ({ server: cpuSeconds(server?.pid ?? 0), database: cpuSecondsOfFamily(database.pid) }),
    restart: async () => {
      await stopServer();
      await start();
    },
    stopServer,
  };
}
