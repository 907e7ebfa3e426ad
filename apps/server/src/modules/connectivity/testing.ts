import { generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import {
  decodeCommandAnswer,
  decodeHeartbeat,
  decodeInventoryReport,
  decodeSecurityEvents,
  uplinkChannelNames,
} from '@bulkhead/contract';
import { type Clock, systemClock } from '@bulkhead/kernel';
import {
  type Issuer,
  issueCertificate,
  issuerOf,
  parseCertificate,
  randomSerial,
  selfIssuer,
  spkiOf,
  toPem,
} from '@bulkhead/pki';
import type { Db } from '../../platform/db/database.ts';
import type { Device, Metrics, Received, Sinks, Verdict } from './deps.ts';
import { createFrontDoor, type FrontDoor } from './front-door.ts';
import type { JournalPage, JournalStore } from './journal.ts';
import { type ConnectivityLimits, defaultLimits } from './limits.ts';
import { createMemorySessionStore, type MemorySessionStore } from './memory-sessions.ts';
import { normalHex } from './registry.ts';
import type { SessionStore } from './session-port.ts';

export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
  readonly fingerprint256: string;
  readonly serial: string;
}

export interface TestDevice extends TestCertificate {
  readonly vin: string;
  readonly ecuSerial: string;
  readonly clientId: string;
}

/** A small PKI: a CA, a server certificate for localhost, device certificates that the verdict knows. */
export interface TestPki {
  readonly ca: string;
  readonly server: TestCertificate;
  newServer(): TestCertificate;
  device(vin: string, ecuSerial: string, validity?: { from?: Date; to?: Date }): TestDevice;
  /** Judges a peer as the identity module would: known, not revoked. */
  verdict(fingerprint256: string): Verdict;
  revoke(device: TestDevice): void;
}

const hour = 3_600_000;

export function createTestPki(): TestPki {
  const ca = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = [{ type: 'CN', value: `Test CA ${randomSerial().slice(0, 8)}` }];
  const caDer = issueCertificate({
    subject,
    spki: spkiOf(ca.publicKey),
    serial: randomSerial(),
    notBefore: new Date(Date.now() - hour),
    notAfter: new Date(Date.now() + 24 * hour),
    basicConstraints: { ca: true },
    keyUsage: ['keyCertSign', 'cRLSign'],
    issuer: selfIssuer(subject, ca.privateKey),
  });
  const issuer = issuerOf(parseCertificate(caDer), ca.privateKey);
  const devices = new Map<string, Device>();
  const revoked = new Set<string>();
  return {
    ca: toPem('CERTIFICATE', caDer),
    server: leaf(issuer, 'localhost', 'serverAuth', {}),
    newServer: () => leaf(issuer, 'localhost', 'serverAuth', {}),
    device: (vin, ecuSerial, validity = {}) => {
      const made = leaf(issuer, `${vin} ${ecuSerial}`, 'clientAuth', validity);
      const ecuId = uuidFrom(made.fingerprint256);
      devices.set(made.fingerprint256, { ecuId, vin, serial: ecuSerial, certificateSerial: made.serial });
      return { ...made, vin, ecuSerial, clientId: `${vin}:${ecuSerial}` };
    },
    verdict: (fingerprint256) => {
      const device = devices.get(normalHex(fingerprint256));
      if (device === undefined) return { ok: false, reason: 'unknown', detail: 'no such certificate' };
      if (revoked.has(normalHex(fingerprint256)))
        return { ok: false, reason: 'revoked', detail: 'the certificate is revoked' };
      return { ok: true, device };
    },
    revoke: (device) => {
      revoked.add(device.fingerprint256);
    },
  };
}

function leaf(
  issuer: Issuer,
  cn: string,
  purpose: 'serverAuth' | 'clientAuth',
  validity: { from?: Date; to?: Date },
): TestCertificate {
  const keys: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = issueCertificate({
    subject: [{ type: 'CN', value: cn }],
    spki: spkiOf(keys.publicKey),
    serial: randomSerial(),
    notBefore: validity.from ?? new Date(Date.now() - hour),
    notAfter: validity.to ?? new Date(Date.now() + 12 * hour),
    basicConstraints: { ca: false },
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: [purpose],
    issuer,
    ...(purpose === 'serverAuth' ? { san: { dns: ['localhost'], ip: ['127.0.0.1'] } } : {}),
  });
  const certificate = new X509Certificate(der);
  return {
    key: String(keys.privateKey.export({ format: 'pem', type: 'pkcs8' })),
    cert: toPem('CERTIFICATE', der),
    fingerprint256: normalHex(certificate.fingerprint256),
    serial: normalHex(certificate.serialNumber),
  };
}

const uuidFrom = (hex: string) =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;

/** Stands where a transaction would be; a sink that touches it fails the test with a clear name. */
export const noDatabase: Db = new Proxy(
  {},
  {
    get: (_, name) => {
      throw new Error(`this front door runs without a database, and something asked for ${String(name)}`);
    },
  },
) as Db;

export interface Counted {
  messages: number;
}

/** Sinks that look at nothing and keep nothing, for measuring the endpoint alone. */
export function countingSinks(counted: Counted): Sinks {
  const sink = {
    parse: () => undefined,
    store: async (_tx: Db, batch: readonly Received[]) => {
      counted.messages += batch.length;
    },
  };
  return { heartbeat: sink, inventory: sink, events: sink, ack: sink };
}

export type Stored = Received & { readonly channel: string };

/** Sinks with the real checks of the contract that keep what they store in a list. */
export function listSinks(stored: Stored[]): Sinks {
  const store = (channel: string) => async (_tx: Db, batch: readonly Received[]) => {
    for (const item of batch)
      stored.push({ device: item.device, message: item.message, receivedAt: item.receivedAt, qos: item.qos, channel });
  };
  const decoders = {
    heartbeat: decodeHeartbeat,
    inventory: decodeInventoryReport,
    events: decodeSecurityEvents,
    ack: decodeCommandAnswer,
  };
  const entries = uplinkChannelNames.map((name) => [name, { parse: decoders[name], store: store(name) }] as const);
  return Object.fromEntries(entries) as unknown as Sinks;
}

export interface CountedMetrics extends Metrics {
  get(name: string, labels?: Readonly<Record<string, string>>): number;
}

export function countedMetrics(): CountedMetrics {
  const values = new Map<string, number>();
  const key = (name: string, labels: Readonly<Record<string, string>> = {}) => `${name}${JSON.stringify(labels)}`;
  return {
    count: (name, labels, by = 1) => void values.set(key(name, labels), (values.get(key(name, labels)) ?? 0) + by),
    gauge: (name, value, labels) => void values.set(key(name, labels), value),
    observe: () => undefined,
    get: (name, labels) => values.get(key(name, labels)) ?? 0,
  };
}

const quiet = () => undefined;
export const silentLog = { debug: quiet, info: quiet, warn: quiet, error: quiet };

export interface TestDoorOptions {
  readonly limits?: Partial<ConnectivityLimits>;
  readonly sinks?: Sinks;
  readonly store?: SessionStore;
  readonly journal?: JournalStore;
  readonly clock?: Clock;
  readonly pki?: TestPki;
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  readonly replica?: string;
}

export interface TestDoor {
  readonly door: FrontDoor;
  readonly port: number;
  readonly pki: TestPki;
  readonly stored: Stored[];
  readonly pages: JournalPage[];
  readonly metrics: CountedMetrics;
  readonly memory: MemorySessionStore;
  stop(): Promise<void>;
}

/** A real endpoint on a free port of the loopback address, without a database unless a store is given. */
export async function startTestDoor(options: TestDoorOptions = {}): Promise<TestDoor> {
  const pki = options.pki ?? createTestPki();
  const stored: Stored[] = [];
  const pages: JournalPage[] = [];
  const metrics = countedMetrics();
  const memory = createMemorySessionStore(noDatabase);
  const door = createFrontDoor({
    authenticate: ({ fingerprint256 }) => pki.verdict(fingerprint256),
    secureContext: () => ({
      key: pki.server.key,
      cert: pki.server.cert,
      ca: pki.ca,
      minVersion: options.minVersion ?? 'TLSv1.3',
    }),
    sinks: options.sinks ?? listSinks(stored),
    clock: options.clock ?? systemClock,
    log: process.env.TEST_LOG ? { ...silentLog, warn: console.warn, error: console.error } : silentLog,
    metrics,
    replica: options.replica ?? 'test',
    store: options.store ?? memory,
    journal: options.journal ?? { write: async (page) => void pages.push(page) },
    limits: { ...defaultLimits, ...options.limits },
  });
  const { port } = await door.listen({ host: '127.0.0.1', port: 0 });
  return { door, port, pki, stored, pages, metrics, memory, stop: () => door.stop() };
}
