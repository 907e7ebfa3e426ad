import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  createRoot,
  dialectB,
  type EncryptedImage,
  type FileMeta,
  generateSigningKey,
  type Hashes,
  type Manifest,
  noExtra,
  type Payload,
  type Signer,
  signerOf,
  signPayload,
  signRoot,
  type Target,
  type TargetCustom,
  type Targets,
  type TopRole,
} from '@bulkhead/uptane';
import type { TestAuthority } from '../testing.ts';

type Json = Parameters<typeof dialectB.canonical>[0];
export type RoleKeys = Readonly<Record<TopRole, Signer>>;
const day = 86_400_000;
export const seconds = (date: Date) => `${date.toISOString().slice(0, 19)}Z`;
export const inDays = (days: number, now = Date.now()) => seconds(new Date(now + days * day));

/** One repository: whoever holds its keys may publish anything in it. */
export interface TestRepository {
  readonly keys: RoleKeys;
  root: Uint8Array;
  version: number;
}

export const newKeys = (): RoleKeys => ({
  root: signerOf(generateSigningKey()),
  targets: signerOf(generateSigningKey()),
  snapshot: signerOf(generateSigningKey()),
  timestamp: signerOf(generateSigningKey()),
});

export function firstRoot(keys: RoleKeys, expires = new Date(Date.now() + 365 * day)): Uint8Array {
  const plan = ({ key }: Signer) => ({ keys: [key], threshold: 1 });
  const roles = {
    root: plan(keys.root),
    targets: plan(keys.targets),
    snapshot: plan(keys.snapshot),
    timestamp: plan(keys.timestamp),
  };
  return signRoot(dialectB.readRoot(createRoot({ expires, roles }, 'b')), keys.root);
}

/** An image for one ECU; what the Image repository says may differ from what the Director says. */
export interface TestImage {
  readonly serial: string;
  readonly hardwareId: string;
  readonly filename: string;
  readonly content: Buffer;
  readonly releaseCounter?: number;
  readonly encrypted?: { readonly image: EncryptedImage; readonly content: Buffer };
  readonly imageRepository?: Partial<Target>;
}

export const hashesOfBytes = (content: Uint8Array): Hashes =>
  new Map([
    ['sha256', hash('sha256', content, 'hex')],
    ['sha512', hash('sha512', content, 'hex')],
  ]);

const noCustom: TargetCustom = {
  hardwareIds: undefined,
  ecus: undefined,
  releaseCounter: undefined,
  uri: undefined,
  targetFormat: undefined,
  shallMatch: undefined,
  extra: noExtra,
};

function directorTarget({ serial, hardwareId, content, releaseCounter, encrypted }: TestImage): Target {
  const ecus = new Map([[serial, { hardwareId, encrypted: encrypted?.image, extra: noExtra }]]);
  const custom = { ...noCustom, ecus, releaseCounter };
  return { length: content.length, hashes: hashesOfBytes(content), custom, extra: noExtra };
}

function imageTarget({ hardwareId, content, releaseCounter, imageRepository }: TestImage): Target {
  const custom = { ...noCustom, hardwareIds: [hardwareId], releaseCounter };
  return { length: content.length, hashes: hashesOfBytes(content), custom, extra: noExtra, ...imageRepository };
}

/** `signed.custom.bulkhead` with everything allowed. */
export const openBlock = (correlationId: string, more: object = {}) => ({
  format: 1,
  kind: 'install',
  correlationId,
  campaignId: 'c-1',
  releaseId: 'r-1',
  consentRequired: false,
  workshopOnly: false,
  preconditions: [{ signal: 'parked' }, { signal: 'standstill' }],
  window: null,
  ...more,
});

export interface TestOffer {
  readonly images: readonly TestImage[];
  readonly correlationId?: string;
  /** null: the Director says nothing beside the images. */
  readonly block?: object | null;
  readonly vehicleId?: string | null;
  readonly version?: number;
  readonly expires?: Partial<Record<TopRole, string>>;
  /** Other signers, as of a thief. */
  readonly by?: Partial<RoleKeys>;
  /** Who signs the Director's targets, where that is not one signer. */
  readonly targetsBy?: readonly Signer[];
  /** The last word on the Director's targets before they are signed. */
  readonly change?: (targets: Targets) => Targets;
}

const metaOf = (version: number, bytes: Uint8Array): FileMeta => ({
  version,
  length: bytes.length,
  hashes: new Map([['sha256', hash('sha256', bytes, 'hex')]]),
  extra: noExtra,
});

export interface TestPlatform {
  readonly url: string;
  readonly vin: string;
  readonly director: TestRepository;
  readonly image: TestRepository;
  /** By path, as served. */
  readonly files: Map<string, Uint8Array>;
  readonly requests: { readonly method: string; readonly path: string; readonly range: string | undefined }[];
  readonly manifests: Manifest[];
  readonly events: { readonly eventType: { readonly id: string }; readonly event: Record<string, unknown> }[];
  readonly consents: Record<string, unknown>[];
  readonly registrations: unknown[];
  /** What the platform says the time is. */
  now: () => Date;
  /** Called first; true: it has answered, or never will. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
  offer(offer: TestOffer): void;
  /** Publishes one repository's files around a targets payload. */
  publish(which: 'director' | 'image', targets: Targets, offer?: Partial<TestOffer>): void;
  stop(): Promise<void>;
}

const prefix = { director: '/director-tuf', image: '/repo-tuf' } as const;

export function targetsPayload(
  targets: ReadonlyMap<string, Target>,
  version: number,
  custom?: Targets['custom'],
): Targets {
  return { type: 'targets', version, expires: inDays(1), targets, delegations: undefined, custom, extra: noExtra };
}

/** Director, Image repository and their door, as a vehicle sees them; every answer can be made hostile. */
export async function startTestPlatform(authority: TestAuthority, vin: string): Promise<TestPlatform> {
  const repository = (): TestRepository => {
    const keys = newKeys();
    return { keys, root: firstRoot(keys), version: 0 };
  };
  const { key, chain } = authority.leaf('localhost', [], 'serverAuth');
  const tls = { key: String(key.export({ format: 'pem', type: 'pkcs8' })), cert: chain, ca: authority.pem };
  const server = createServer({ ...tls, requestCert: true, rejectUnauthorized: true }, (request, response) => {
    void answer(platform, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const platform: TestPlatform = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    vin,
    director: repository(),
    image: repository(),
    files: new Map(),
    requests: [],
    manifests: [],
    events: [],
    consents: [],
    registrations: [],
    now: () => new Date(),
    intercept: () => false,
    offer: (offer) => offerImages(platform, offer),
    publish: (which, targets, offer = {}) => publish(platform, which, targets, offer),
    stop: () => stop(server),
  };
  for (const which of ['director', 'image'] as const)
    platform.files.set(`${prefix[which]}/1.root.json`, platform[which].root);
  return platform;
}

const stop = (server: Server) =>
  new Promise<void>((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  });

function offerImages(platform: TestPlatform, offer: TestOffer): void {
  const {
    images,
    correlationId = 'bulkhead:test:1',
    block = openBlock(correlationId),
    vehicleId = platform.vin,
  } = offer;
  const { change = (targets: Targets) => targets } = offer;
  const extra = new Map(block === null ? [] : [['bulkhead', block as Json]]);
  const custom = { vehicleId: vehicleId ?? undefined, correlationId, extra };
  const merged = new Map<string, Target>();
  for (const image of images) {
    const target = directorTarget(image);
    const known = merged.get(image.filename)?.custom?.ecus;
    const ecus = new Map([...(known ?? []), ...(target.custom?.ecus ?? [])]);
    merged.set(image.filename, { ...target, custom: { ...(target.custom as TargetCustom), ecus } });
    for (const file of [{ filename: image.filename, content: image.content }, fileOfEncrypted(image)])
      if (file) platform.files.set(pathOfImage(file.filename, file.content), file.content);
  }
  const version = offer.version ?? platform.director.version + 1;
  platform.publish('director', change(targetsPayload(merged, version, custom)), offer);
  const known = new Map(images.map((image) => [image.filename, imageTarget(image)]));
  platform.publish('image', targetsPayload(known, platform.image.version + 1));
}

const fileOfEncrypted = ({ encrypted }: TestImage) =>
  encrypted && { filename: encrypted.image.filename, content: encrypted.content };

export function pathOfImage(filename: string, content: Uint8Array): string {
  const at = filename.lastIndexOf('/') + 1;
  return `/repo-tuf/targets/${filename.slice(0, at)}${hash('sha256', content, 'hex')}.${filename.slice(at)}`;
}

function publish(
  platform: TestPlatform,
  which: 'director' | 'image',
  targets: Targets,
  offer: Partial<TestOffer>,
): void {
  const repository = platform[which];
  const { expires = {}, by = {}, targetsBy } = offer;
  const keys = { ...repository.keys, ...by };
  const { version } = targets;
  repository.version = version;
  const put = (role: TopRole, payload: Payload) => {
    const bytes = signPayload(payload, dialectB, (role === 'targets' && targetsBy) || [keys[role]]);
    platform.files.set(`${prefix[which]}/${dialectB.path(role, version)}`, bytes);
    return bytes;
  };
  const signed = put('targets', { ...targets, expires: expires.targets ?? targets.expires });
  const common = { version, extra: noExtra };
  const meta = new Map([['targets.json', metaOf(version, signed)]]);
  const snapshot = put('snapshot', { type: 'snapshot', expires: expires.snapshot ?? inDays(1), meta, ...common });
  const entry = metaOf(version, snapshot);
  put('timestamp', { type: 'timestamp', expires: expires.timestamp ?? inDays(1), snapshot: entry, ...common });
}

async function answer(platform: TestPlatform, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url: path = '' } = request;
  response.setHeader('Date', platform.now().toUTCString());
  response.on('error', () => {});
  const { range } = request.headers;
  platform.requests.push({ method, path, range });
  if (platform.intercept(request, response)) return;
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  if (method === 'GET') return serve(platform.files.get(path), range, response);
  if (path === '/director-tuf/manifest') platform.manifests.push(dialectB.readManifest(body).signed);
  else if (path === '/director-tuf/ecus') platform.registrations.push(JSON.parse(body.toString()));
  else if (path === '/director-tuf/consent') platform.consents.push(JSON.parse(body.toString()));
  else if (path === '/director-tuf/events') platform.events.push(...JSON.parse(body.toString()));
  else response.statusCode = 404;
  response.end('{}');
}

function serve(bytes: Uint8Array | undefined, range: string | undefined, response: ServerResponse): void {
  if (!bytes) return void response.writeHead(404).end();
  const [, from = '0', to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  const last = to ? Number(to) : bytes.length - 1;
  const part = bytes.subarray(Number(from), last + 1);
  if (range) response.writeHead(206, { 'Content-Range': `bytes ${from}-${last}/${bytes.length}` });
  response.end(part);
}
