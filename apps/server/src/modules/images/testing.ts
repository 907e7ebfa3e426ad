import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { KeyFile } from '@bulkhead/contract';
import { type Clock, manualClock } from '@bulkhead/kernel';
import { toPem } from '@bulkhead/pki';
import {
  addSignature,
  type DialectName,
  dialectOf,
  generateSigningKey,
  nextTargets,
  noExtra,
  publicKeyFile,
  type Signer,
  signerOf,
  signPayload,
  signRoot,
  type Target,
} from '@bulkhead/uptane';
import { createAudit } from '../../platform/audit/audit.ts';
import { createBlobs } from '../../platform/blobs/blobs.ts';
import type { Db } from '../../platform/db/database.ts';
import { createKeyStore } from '../../platform/keys/index.ts';
import { silentLog } from '../../platform/telemetry/log.ts';
import {
  type Credentials,
  claimCredentials,
  enrolDevice,
  fakeMetrics,
  openTestIdentity,
  type TestIdentity,
} from '../identity/testing.ts';
import { createImages, type Images } from './create-images.ts';
import type { Actor, ImagesDeps, Notice } from './deps.ts';
import { createRepositoryListener, type DoorLimits } from './vehicle-routes.ts';

export const ada: Actor = Object.freeze({ kind: 'operator', id: '0198a000-0000-7000-8000-000000000001', name: 'Ada' });
export const both: readonly DialectName[] = ['a', 'b'];
export const later = '2034-11-20T00:00:00Z';

export const newSigner = (): Signer => signerOf(generateSigningKey());
export const keyFileOf = ({ key }: Signer): KeyFile => JSON.parse(publicKeyFile(key)) as KeyFile;

export interface TestImages {
  readonly images: Images;
  readonly deps: ImagesDeps;
  readonly clock: Clock & { advance(ms: number): void };
  readonly directory: string;
  readonly notices: Notice[];
  readonly counts: Map<string, number>;
  remove(): void;
}

/** The module on a test database, with real keys and files in a directory of its own, or in a given one (a second replica). */
export function testImages(
  db: Db,
  {
    clock = manualClock('2026-11-20T10:00:00Z'),
    directory = mkdtempSync(join(tmpdir(), 'bulkhead-images-')),
    more = {},
    freeBytes,
  }: {
    clock?: Clock & { advance(ms: number): void };
    directory?: string;
    more?: Partial<ImagesDeps>;
    freeBytes?: () => Promise<number>;
  } = {},
): TestImages {
  const notices: Notice[] = [];
  const metrics = fakeMetrics();
  const deps: ImagesDeps = {
    db,
    clock,
    blobs: createBlobs({ directory: join(directory, 'images'), ...(freeBytes ? { freeBytes } : {}) }),
    keys: createKeyStore({ directory: join(directory, 'keys') }),
    log: silentLog,
    metrics,
    bind: (tx) => ({ audit: createAudit(tx) }),
    notify: { publish: async (_tx, notice) => void notices.push(notice) },
    ...more,
  };
  const remove = () => rmSync(directory, { recursive: true, force: true });
  return { images: createImages(deps), deps, clock, directory, notices, counts: metrics.counts, remove };
}

/** The people and suppliers of a repository: two root keys, one for targets, one supplier with its own folder. */
export interface People {
  readonly root: readonly [Signer, Signer];
  targets: Signer;
  readonly acme: Signer;
}

export const newPeople = (): People => ({
  root: [newSigner(), newSigner()],
  targets: newSigner(),
  acme: newSigner(),
});

export const acmePlan = ({ acme }: People) => ({
  name: 'acme',
  keys: [keyFileOf(acme)],
  threshold: 1,
  paths: ['acme/*/*'],
});

/** Signs the draft of a root with each key, one person after the other, as they would with `bulkhead root sign`. */
export async function signRootDraft(
  { images }: Pick<TestImages, 'images'>,
  dialect: DialectName,
  by: readonly Signer[],
) {
  const wire = dialectOf(dialect);
  const { version } = wire.readRoot((await images.repository.download(dialect, 'root', { draft: true })).bytes).signed;
  const previous =
    version > 1
      ? wire.readRoot((await images.repository.download(dialect, 'root', { draft: false })).bytes)
      : undefined;
  for (const signer of by) {
    const { bytes } = await images.repository.download(dialect, 'root', { draft: true });
    await images.repository.upload('root', signRoot(wire.readRoot(bytes), signer, previous), ada);
  }
}

export async function signTargetsDraft({ images }: Pick<TestImages, 'images'>, dialect: DialectName, by: Signer) {
  const { bytes } = await images.repository.download(dialect, 'targets', { draft: true });
  await images.repository.upload('targets', addSignature(dialectOf(dialect).readTargets(bytes), by), ada);
}

/** The first ceremony, from nothing to a repository that vehicles can read, with one supplier. */
export async function firstCeremony(
  test: Pick<TestImages, 'images'>,
  people: People,
  { plans = [acmePlan(people)] } = {},
): Promise<void> {
  const { repository } = test.images;
  const roles = {
    root: { keys: people.root.map(keyFileOf), threshold: 2 },
    targets: { keys: [keyFileOf(people.targets)], threshold: 1 },
  };
  await repository.createRoot({ expires: later, roles }, ada);
  for (const dialect of both) await signRootDraft(test, dialect, people.root);
  await repository.createTargets({ expires: later, delegations: plans }, ada);
  for (const dialect of both) {
    await signTargetsDraft(test, dialect, people.targets);
    await repository.upload('acme', supplierFile(dialect, people.acme, 1, {}), ada);
    await repository.publish(dialect, false, ada);
  }
}

export const targetOf = (content: string | Buffer, counter = 1, hardwareIds = ['bcm-2']): Target => ({
  length: Buffer.byteLength(content),
  hashes: new Map([
    ['sha256', createHash('sha256').update(content).digest('hex')],
    ['sha512', createHash('sha512').update(content).digest('hex')],
  ]),
  custom: {
    hardwareIds,
    releaseCounter: counter,
    targetFormat: 'BINARY',
    ecus: undefined,
    uri: undefined,
    shallMatch: undefined,
    extra: noExtra,
  },
  extra: noExtra,
});

/** A targets file as a supplier signs it offline. */
export function supplierFile(
  dialect: DialectName,
  signer: Signer | readonly Signer[],
  version: number,
  targets: Readonly<Record<string, Target>>,
  expires = later,
): Uint8Array {
  const next = nextTargets(undefined, { expires: new Date(expires), add: new Map(Object.entries(targets)) });
  return signPayload({ ...next, version }, dialectOf(dialect), Array.isArray(signer) ? signer : [signer as Signer]);
}

/** Sends an image in one go. */
export async function sendImage(
  { images }: Pick<TestImages, 'images'>,
  fileName: string,
  content: string | Buffer,
  { role = 'acme', confidential = false, hardwareIds = ['bcm-2'] } = {},
) {
  const bytes = Buffer.from(content);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const upload = await images.uploads.create(
    { fileName, role, length: bytes.length, sha256, confidential, hardwareIds },
    ada,
  );
  await images.uploads.append(upload.id, 0, Readable.from([bytes]));
  return images.uploads.complete(upload.id, ada);
}

/** Sends an image, has the supplier list it in both wire forms and publishes it. */
export async function release(
  test: TestImages,
  people: People,
  version: number,
  images: Readonly<Record<string, string | Buffer>>,
  options: { confidential?: boolean; hardwareIds?: string[] } = {},
): Promise<void> {
  for (const [name, content] of Object.entries(images))
    if (!(await test.images.byDigest(createHash('sha256').update(content).digest('hex'))))
      await sendImage(test, name, content, options);
  const targets = Object.fromEntries(
    Object.entries(images).map(([name, content]) => [name, targetOf(content, version, options.hardwareIds)]),
  );
  for (const dialect of both) {
    await test.images.repository.upload('acme', supplierFile(dialect, people.acme, version, targets), ada);
    await test.images.repository.publish(dialect, false, ada);
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface TestDoor {
  readonly identity: TestIdentity;
  readonly port: number;
  /** An ECU with a certificate of the platform's. */
  device(serial: string): Promise<Credentials>;
  get(path: string, client?: Pick<Credentials, 'key' | 'der'>, headers?: Record<string, string>): Promise<Answer>;
  tlsOf(client: Pick<Credentials, 'key' | 'der'>): { key: string; cert: string; ca: string };
  close(): Promise<void>;
}

const vin = 'WVWZZZ1JZXW000001';

/** The vehicles' HTTPS door with mutual TLS, real certificates included, before a repository. */
export async function openTestDoor(test: TestImages, limits: Partial<DoorLimits> = {}): Promise<TestDoor> {
  const identity = await openTestIdentity();
  const claim = await claimCredentials(identity.identity);
  const { serving } = test.images;
  const { authenticate, rootPem } = identity.identity;
  const { clock, log, metrics } = test.deps;
  const listener = createRepositoryListener({ serving, authenticate, clock, log, metrics, limits });
  const server = identity.identity.createVehicleServer([listener]);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const tlsOf = (client: Pick<Credentials, 'key' | 'der'>) => ({
    key: client.key.export({ format: 'pem', type: 'pkcs8' }).toString(),
    cert: toPem('CERTIFICATE', client.der),
    ca: rootPem,
  });
  return {
    identity,
    port,
    tlsOf,
    device: (serial) => {
      identity.inventory.add(vin, serial);
      return enrolDevice(identity, claim, vin, serial);
    },
    get: (path, client, headers = {}) =>
      new Promise((resolve, reject) => {
        const tls = client ? tlsOf(client) : { ca: rootPem };
        const options = { host: 'localhost', port, path, headers, agent: false, ...tls };
        httpsRequest(options, (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('error', reject);
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
          );
        })
          .on('error', reject)
          .end();
      }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await identity.close();
    },
  };
}
