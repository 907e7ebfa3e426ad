import { execFile, spawnSync } from 'node:child_process';
import type { KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deviceUri } from '@bulkhead/contract';
import { type Clock, newId, systemClock } from '@bulkhead/kernel';
import { type Curve, createCertificationRequest, generateKey, readCertsOnly, toPem } from '@bulkhead/pki';
import { createAudit } from '../../platform/audit/audit.ts';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { createKeyStore } from '../../platform/keys/index.ts';
import { createBus } from '../../platform/outbox/bus.ts';
import { createOutbox } from '../../platform/outbox/outbox.ts';
import { createIdentity, type Identity } from './create-identity.ts';
import type { EnrolmentInventory, IdentityDeps } from './deps.ts';
import type { EnrolmentEcu } from './domain/enrolment.ts';
import { identityMigrations } from './migrations.ts';

export const testActor = { kind: 'operator', id: 'op-1', name: 'Test operator' } as const;

/** An inventory of a few ECUs in memory that remembers what it was told. */
export interface FakeInventory extends EnrolmentInventory {
  add(vin: string, serial: string): EnrolmentEcu;
  retire(vin: string, serial: string): void;
  authoriseReplacement(vin: string, serial: string): void;
  readonly enrolled: Map<string, Date>;
  readonly revoked: Set<string>;
}

export function fakeInventory(): FakeInventory {
  const ecus = new Map<string, EnrolmentEcu>();
  const enrolled = new Map<string, Date>();
  const revoked = new Set<string>();
  const key = (vin: string, serial: string) => `${vin}/${serial}`;
  return {
    enrolled,
    revoked,
    add(vin, serial) {
      const ecu = { ecuId: newId(), vin, serial };
      ecus.set(key(vin, serial), ecu);
      return ecu;
    },
    retire: (vin, serial) => void ecus.delete(key(vin, serial)),
    authoriseReplacement(vin, serial) {
      const ecu = ecus.get(key(vin, serial));
      if (ecu) ecus.set(key(vin, serial), { ...ecu, replacement: true });
    },
    ecusForEnrolment: async (keys) => keys.map(({ vin, serial }) => ecus.get(key(vin, serial))),
    markEnrolled: async (_tx, items) => {
      for (const { ecuId, notAfter } of items) enrolled.set(ecuId, notAfter);
    },
    markRevoked: async (_tx, ecuIds) => {
      for (const id of ecuIds) revoked.add(id);
    },
  };
}

/** Counts what the module counts, by name and labels. */
export function fakeMetrics() {
  const counts = new Map<string, number>();
  return {
    counts,
    count: (name: string, labels: Readonly<Record<string, string>> = {}, by = 1) => {
      const key = [name, ...Object.values(labels)].join(' ');
      counts.set(key, (counts.get(key) ?? 0) + by);
    },
    gauge: () => undefined,
    observe: () => undefined,
  };
}

const nothing = () => undefined;

export interface TestIdentity {
  readonly identity: Identity;
  readonly inventory: FakeInventory;
  readonly database: TestDatabase;
  readonly deps: IdentityDeps;
  readonly counts: Map<string, number>;
  /** Another replica on the same database and key directory. */
  openReplica(): Promise<Identity>;
  /** Ports of the vehicle HTTPS server and of plain HTTP with CRL and OCSP. */
  readonly httpsPort: number;
  readonly httpPort: number;
  close(): Promise<void>;
}

const listening = (server: {
  listen(port: number, host: string, done: () => void): unknown;
  address(): AddressInfo | string | null;
}) =>
  new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );

/** The module on a database of its own, with real keys, audit log, outbox and bus, and both servers listening. */
export async function openTestIdentity({ clock = systemClock }: { clock?: Clock } = {}): Promise<TestIdentity> {
  const directory = mkdtempSync(join(tmpdir(), 'bulkhead-identity-'));
  const database = await testDatabase([identityMigrations]);
  const inventory = fakeInventory();
  const metrics = fakeMetrics();
  const closing: (() => Promise<unknown>)[] = [];
  // The address is part of every certificate, so the port is taken before the module opens.
  const opened: { identity?: Identity } = {};
  const http = createServer((request, response) => {
    if (!opened.identity?.pkiListener(request, response)) response.writeHead(404).end();
  });
  const httpPort = await listening(http);
  const depsWith = async (): Promise<IdentityDeps> => {
    const bus = await createBus({ url: database.url });
    closing.push(() => bus.close());
    return {
      db: database.db,
      clock,
      keys: createKeyStore({ directory: join(directory, 'keys') }),
      inventory,
      audit: createAudit,
      outbox: createOutbox,
      bus,
      log: { info: nothing, warn: nothing, error: (fields, message) => console.error(message, fields) },
      metrics,
      pkiUrl: `http://127.0.0.1:${httpPort}`,
      hostnames: [],
    };
  };
  const open = async (deps: IdentityDeps) => {
    const replica = await createIdentity(deps);
    closing.unshift(() => replica.close());
    return replica;
  };
  const deps = await depsWith();
  const identity = await open(deps);
  opened.identity = identity;
  const https = identity.createVehicleServer();
  const httpsPort = await listening(https);
  const close = async () => {
    for (const server of [http, https]) server.closeAllConnections();
    await Promise.all([http, https].map((server) => new Promise((resolve) => server.close(resolve))));
    for (const step of closing.splice(0)) await step();
    await database.close();
    rmSync(directory, { recursive: true, force: true });
  };
  return {
    identity,
    inventory,
    database,
    deps,
    counts: metrics.counts,
    openReplica: async () => open(await depsWith()),
    httpsPort,
    httpPort,
    close,
  };
}

export interface Credentials {
  readonly key: KeyObject;
  readonly der: Buffer;
  readonly serialNumber: string;
}

/** A claim certificate as an operator gets it for a plant. */
export async function claimCredentials(identity: Identity, plant = 'plant-1', days?: number): Promise<Credentials> {
  const { privateKey } = generateKey();
  const request = toPem(
    'CERTIFICATE REQUEST',
    createCertificationRequest({ subject: [{ type: 'CN', value: plant }], key: privateKey }),
  );
  const issued = await identity.issueClaim({ plant, request, days, by: testActor });
  const [, body = ''] = issued.pem.split('-----BEGIN CERTIFICATE-----\n');
  return {
    key: privateKey,
    der: Buffer.from(body.split('-----END')[0] ?? '', 'base64'),
    serialNumber: issued.serialNumber,
  };
}

export function deviceRequest(
  vin: string,
  serial: string,
  { key = generateKey().privateKey, curve }: { key?: KeyObject; curve?: Curve } = {},
) {
  const used = curve ? generateKey(curve).privateKey : key;
  const der = createCertificationRequest({
    subject: [{ type: 'CN', value: serial }],
    sans: { uri: [deviceUri({ vin, serial })] },
    key: used,
  });
  return { key: used, der };
}

export interface EstAnswer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The certificate of a successful answer. */
  readonly der: Buffer;
}

/** One EST request over TLS, by node's own client. */
export function estRequest(
  { httpsPort, identity }: Pick<TestIdentity, 'httpsPort' | 'identity'>,
  path: string,
  options: {
    body?: string | Buffer;
    client?: Pick<Credentials, 'key' | 'der'>;
    headers?: Record<string, string>;
    method?: string;
  } = {},
): Promise<EstAnswer> {
  const { body, client, headers = {}, method = body === undefined ? 'GET' : 'POST' } = options;
  const tls = client
    ? { key: client.key.export({ format: 'pem', type: 'pkcs8' }), cert: toPem('CERTIFICATE', client.der) }
    : {};
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        host: 'localhost',
        port: httpsPort,
        path: `/.well-known/est/${path}`,
        method,
        ca: identity.rootPem,
        agent: false,
        headers: { 'Content-Type': 'application/pkcs10', ...headers },
        ...tls,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('latin1');
          const status = response.statusCode ?? 0;
          const der =
            status === 200 ? (readCertsOnly(Buffer.from(text, 'base64'))[0] ?? Buffer.alloc(0)) : Buffer.alloc(0);
          resolve({ status, text, headers: response.headers, der });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** Enrols an ECU and returns what it then holds. */
export async function enrolDevice(
  test: TestIdentity,
  claim: Credentials,
  vin: string,
  serial: string,
): Promise<Credentials & { readonly answer: EstAnswer }> {
  const { key, der } = deviceRequest(vin, serial);
  const answer = await estRequest(test, 'simpleenroll', { body: der.toString('base64'), client: claim });
  return { key, der: answer.der, serialNumber: serialOf(answer.der), answer };
}

const serialOf = (der: Buffer): string =>
  der.length > 0
    ? der
        .subarray(der.indexOf(Buffer.from([2, 16])) + 2)
        .subarray(0, 16)
        .toString('hex')
    : '';

const run = promisify(execFile);

/** Runs a program and returns everything it printed, also when it fails. */
export async function runProgram(program: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  try {
    const running = run(program, [...args], { timeout: 60_000, maxBuffer: 1 << 24 });
    running.child.stdin?.end();
    const { stdout, stderr } = await running;
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const failed = error as { code?: number; stdout?: string; stderr?: string };
    return {
      code: typeof failed.code === 'number' ? failed.code : -1,
      output: `${failed.stdout ?? ''}${failed.stderr ?? ''}`,
    };
  }
}

/** `false`, or why a test with these programs is skipped and what to do. */
export function without(...programs: readonly string[]): string | false {
  const missing = programs.filter(
    (program) => spawnSync(program, [program === 'openssl' ? 'version' : '--version']).status !== 0,
  );
  return missing.length === 0 ? false : `needs ${missing.join(' and ')}: apt-get install ${missing.join(' ')}`;
}
