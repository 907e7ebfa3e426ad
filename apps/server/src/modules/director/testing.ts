import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deviceUri } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { createCertificationRequest, generateKey, readCertsOnly, toPem } from '@bulkhead/pki';
import {
  aktualizrKeyId,
  type DialectName,
  dialectOf,
  type EcuReport,
  generateSigningKey,
  type InstallationReport,
  type InstalledImage,
  publicKey,
  type Signer,
  signEcuReport,
  signerOf,
  signManifest,
} from '@bulkhead/uptane';
import { createAudit } from '../../platform/audit/audit.ts';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { createKeyStore } from '../../platform/keys/index.ts';
import { createBus } from '../../platform/outbox/bus.ts';
import { createOutbox } from '../../platform/outbox/outbox.ts';
import { createIdentity, identityMigrations } from '../identity/index.ts';
import { claimCredentials, fakeMetrics } from '../identity/testing.ts';
import { inventoryMigrations } from '../inventory/index.ts';
import { architecture, vinOf } from '../inventory/testing.ts';
import { createMonitoring, monitoringMigrations } from '../monitoring/index.ts';
import { updatesMigrations } from '../updates/index.ts';
import { people, type TestUpdates, testUpdates } from '../updates/testing.ts';
import type { Notice } from './deps.ts';
import { createDirectorModule, directorMigrations } from './index.ts';

/** Roles of each vehicle of the test fleet; the gateway is the Primary. */
export const roles = ['gateway', 'tcu', 'steering'] as const;
export const serialIn = (n: number, role: (typeof roles)[number]) => `${role.toUpperCase()}-${n}`;

async function importFleet(desk: TestUpdates, vehicles: number): Promise<void> {
  const { inventory } = desk;
  await inventory.models.put('aria', { name: 'Aria', brand: 'Bulk', year: 2026, architecture }, people.ada);
  for (const role of roles) await desk.software(`${role}-os`, '7.0');
  const numbers = Array.from({ length: vehicles }, (_, i) => i + 1);
  await desk.importAll('vehicles', `vin,model,region\n${numbers.map((n) => `${vinOf(n)},aria,eu`).join('\n')}\n`);
  const rows = numbers.flatMap((n) =>
    roles.map((role) => `${vinOf(n)},${serialIn(n, role)},${role},PN-${role},Wired,${role}-os@7.0`),
  );
  const imported = await desk.importAll('ecus', `vin,serial,role,partNumber,supplier,software\n${rows.join('\n')}\n`);
  assert.equal(imported.accepted, rows.length, JSON.stringify(imported.errors.slice(0, 2)));
}

/** What leaves the module, remembered. */
const outside = (notices: Notice[], resigned: string[]) => ({
  audit: createAudit,
  notify: { publish: async (_tx: unknown, notice: Notice) => void notices.push(notice) },
  startResigning: async () => {
    const id = newId();
    resigned.push(id);
    return id;
  },
});

/** The Director with everything it stands on, real, behind the vehicles' HTTPS door. */
export async function openTestDirector(vehicles = 3) {
  const directory = mkdtempSync(join(tmpdir(), 'bulkhead-director-'));
  const database: TestDatabase = await testDatabase([
    inventoryMigrations,
    identityMigrations,
    monitoringMigrations,
    updatesMigrations,
    directorMigrations,
  ]);
  const { db } = database;
  const desk = testUpdates(db);
  const { clock, inventory, updates } = desk;
  await importFleet(desk, vehicles);
  const metrics = fakeMetrics();
  const keys = createKeyStore({ directory: join(directory, 'keys') });
  const bus = await createBus({ url: database.url });
  const nothing = () => undefined;
  const failing = (fields: object, message: string) => console.error(message, fields);
  const log = { info: nothing, warn: failing, error: failing, debug: nothing };
  const identity = await createIdentity({
    db,
    clock,
    keys,
    inventory,
    bus,
    log,
    metrics,
    audit: createAudit,
    outbox: createOutbox,
    pkiUrl: 'http://127.0.0.1:1',
    hostnames: [],
  });
  const notices: Notice[] = [];
  const monitoring = createMonitoring({ db, clock, announce: async () => undefined });
  const resigned: string[] = [];
  const base = { db, clock, keys, log: log as never, metrics, identity, inventory, monitoring };
  const deps = { ...base, assignments: updates.assignments, ...outside(notices, resigned) };
  const director = await createDirectorModule(deps);
  const https = identity.createVehicleServer([director.vehicleListener]);
  await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
  const { port } = https.address() as AddressInfo;
  const claim = await claimCredentials(identity);
  const close = async () => {
    https.closeAllConnections();
    await new Promise((resolve) => https.close(resolve));
    await identity.close();
    await bus.close();
    await database.close();
    rmSync(directory, { recursive: true, force: true });
  };
  const sent = { notices, resigned };
  return { db, desk, clock, inventory, identity, director, deps, monitoring, metrics, ...sent, port, claim, close };
}
export type TestDirector = Awaited<ReturnType<typeof openTestDirector>>;

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  /** The body as JSON. */
  json(): Record<string, unknown>;
}

interface Credentials {
  readonly key: KeyObject;
  readonly certificates: readonly Uint8Array[];
}

/** Calls the vehicles' door over TLS with a client certificate, or without one. */
export function caller({ port, identity }: TestDirector, client?: Credentials) {
  const tls = client
    ? {
        key: client.key.export({ format: 'pem', type: 'pkcs8' }),
        cert: client.certificates.map((der) => toPem('CERTIFICATE', der)).join(''),
      }
    : {};
  const agent = new Agent({ keepAlive: true, ca: identity.rootPem, ...tls });
  return (method: string, path: string, body?: string | Uint8Array | object, type = 'application/json') =>
    new Promise<Answer>((resolve, reject) => {
      const payload =
        body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
      const request = httpsRequest(
        {
          host: 'localhost',
          port,
          path,
          method,
          agent,
          headers: payload === undefined ? {} : { 'Content-Type': type },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            const bytes = Buffer.concat(chunks);
            resolve({
              status: response.statusCode ?? 0,
              body: bytes,
              json: () => JSON.parse(bytes.toString()) as Record<string, unknown>,
            });
          });
        },
      );
      request.on('error', reject);
      request.end(payload);
    });
}

/** The certificate of an ECU, as the plant has it enrolled. */
export async function enrol(test: TestDirector, vin: string, serial: string): Promise<Credentials> {
  const { privateKey } = generateKey();
  const request = createCertificationRequest({
    subject: [{ type: 'CN', value: serial }],
    sans: { uri: [deviceUri({ vin, serial })] },
    key: privateKey,
  });
  const plant = caller(test, { key: test.claim.key, certificates: [test.claim.der] });
  const { status, body } = await plant(
    'POST',
    '/.well-known/est/simpleenroll',
    request.toString('base64'),
    'application/pkcs10',
  );
  assert.equal(status, 200, body.toString());
  return { key: privateKey, certificates: readCertsOnly(Buffer.from(body.toString(), 'base64')) };
}

export const image = (filename: string, sha256: string, length: number): InstalledImage => ({
  filename,
  length,
  hashes: new Map([['sha256', sha256]]),
});
const unknown = image('unknown', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 0);

/** aktualizr writes its keys in capitals and names them by a hash over that. */
const wireValue = ({ key }: Signer, dialect: DialectName) => (dialect === 'a' ? key.value.toUpperCase() : key.value);

function newSigner(dialect: DialectName): Signer {
  const privateKey = generateSigningKey();
  const signer = signerOf(privateKey);
  const wire = { keytype: 'ed25519', scheme: 'ed25519', value: wireValue(signer, dialect) };
  return dialect === 'a' ? signerOf(privateKey, aktualizrKeyId(publicKey('ed25519', wire))) : signer;
}

/** A vehicle with one key per ECU that speaks one of the dialects; it installs nothing by itself. */
export async function openVehicle(test: TestDirector, n: number, dialect: DialectName = 'a', as?: Credentials) {
  const vin = vinOf(n);
  const primary = serialIn(n, 'gateway');
  const credentials = as ?? (await enrol(test, vin, primary));
  const call = caller(test, credentials);
  const base = dialect === 'a' ? '/director' : '/director-tuf';
  const signers = new Map<string, Signer>(roles.map((role) => [serialIn(n, role), newSigner(dialect)]));
  const installed = new Map<string, InstalledImage>([...signers.keys()].map((serial) => [serial, unknown]));
  const attacks = new Map<string, string>();
  let counter = 0;
  const registration = (serials: readonly string[] = [...signers.keys()]) => ({
    primary_ecu_serial: primary,
    ecus: serials.map((serial) => ({
      ecu_serial: serial,
      hardware_identifier: `PN-${serial.slice(0, serial.indexOf('-')).toLowerCase()}`,
      clientKey: { keytype: 'ED25519', keyval: { public: wireValue(signers.get(serial) as Signer, dialect) } },
    })),
  });
  const report = (serial: string): EcuReport => ({
    serial,
    installed: installed.get(serial) ?? unknown,
    attacksDetected: attacks.get(serial) ?? '',
    time: '1970-01-01T00:00:00Z',
    previousTime: '1970-01-01T00:00:00Z',
    counter: serial === primary ? counter : undefined,
    nonce: undefined,
    extra: new Map(),
  });
  /** The next manifest, about some ECUs. */
  const manifest = (installation?: InstallationReport, serials: readonly string[] = [...signers.keys()]) => {
    counter += 1;
    const reports = new Map(
      serials.map((serial) => [serial, signEcuReport(report(serial), signers.get(serial) as Signer, dialect)]),
    );
    return signManifest(
      { vehicleId: undefined, primarySerial: primary, reports, installation, extra: new Map() },
      signers.get(primary) as Signer,
      dialect,
    );
  };
  const send = (installation?: InstallationReport, serials?: readonly string[]) =>
    call('PUT', `${base}/manifest`, manifest(installation, serials));
  const targets = async () => {
    const { status, body } = await call('GET', `${base}/targets.json`);
    assert.equal(status, 200, body.toString());
    return dialectOf(dialect).readTargets(body).signed;
  };
  const register = () => call('POST', `${base}/ecus`, registration());
  return {
    vin,
    primary,
    credentials,
    call,
    base,
    signers,
    installed,
    attacks,
    registration,
    manifest,
    send,
    targets,
    register,
  };
}
export type TestVehicle = Awaited<ReturnType<typeof openVehicle>>;
