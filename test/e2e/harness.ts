import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Role } from '@bulkhead/contract';
import { loadConfig } from '../../apps/server/src/platform/config/load.ts';
import { type TestDatabase, testDatabase } from '../../apps/server/src/platform/db/testing.ts';
import { createLog, type Log } from '../../apps/server/src/platform/telemetry/log.ts';
import { type RunningServer, startServer } from '../../apps/server/src/server.ts';

/** Ports that were free a moment ago. Certificates carry the HTTP port, so it must be known before the start. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

export interface Platform {
  readonly server: RunningServer;
  readonly origin: string;
  readonly estUrl: string;
  readonly mqtt: { readonly host: string; readonly port: number };
  readonly database: TestDatabase;
  /** A typed client with a token of one role. */
  client(role: Role): Promise<ReturnType<typeof createClient>>;
  token(role: Role): Promise<string>;
  rootPem(): string;
  stop(): Promise<void>;
}

/** The flags of a server on free ports, with its data in `directory`. */
export async function serverFlags(directory: string): Promise<{ flags: string[]; ports: number[] }> {
  const ports = await freePorts(4);
  const names = ['http.port', 'http.tlsPort', 'vehicles.mqttPort', 'vehicles.estPort'];
  return {
    ports,
    flags: ['--data', directory, ...names.flatMap((name, i) => [`--${name}`, String(ports[i])]), '--metrics.port', '0'],
  };
}

/** The whole platform in this process, on a database of its own and with answers checked against the contract. */
export async function startPlatform({
  flags = [] as string[],
  log = createLog('error') as Log,
} = {}): Promise<Platform> {
  const directory = mkdtempSync(join(tmpdir(), 'bulkhead-e2e-'));
  const database = await testDatabase();
  const base = await serverFlags(directory);
  const loaded = loadConfig([...base.flags, ...flags], { DATABASE_URL: database.url });
  const server = await startServer(loaded, log, { checkAnswers: true });
  const origin = `http://127.0.0.1:${server.ports.http}`;
  const token = async (role: Role) =>
    (
      await server.modules.access.tokens.create(
        { name: `test ${role}`, roles: [role], days: 1 },
        { kind: 'system', id: 'test', name: 'test' },
      )
    ).secret;
  return {
    server,
    origin,
    estUrl: `https://127.0.0.1:${server.ports.est}`,
    mqtt: { host: '127.0.0.1', port: server.ports.mqtt },
    database,
    token,
    client: async (role) => createClient({ baseUrl: origin, token: await token(role) }),
    rootPem: () => server.modules.identity.rootPem,
    stop: async () => {
      await server.stop();
      await database.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
