import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '@bulkhead/kernel';
import type { DialectName } from '@bulkhead/uptane';
import { createRateLimit } from '../../platform/http/rate-limit.ts';
import type { Log } from '../../platform/telemetry/log.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import { parseRange } from './domain/byte-range.ts';
import type { ServedFile, ServedImage, Serving } from './serving.ts';

export interface VehicleDoorDeps {
  readonly serving: Pick<Serving, 'metadata' | 'image' | 'chunks'>;
  /** Who a TLS client is; in memory, for every request. */
  authenticate(peer: {
    readonly raw: Uint8Array;
  }):
    | { readonly ok: true; readonly device: { readonly ecuId: string } }
    | { readonly ok: false; readonly reason: string; readonly detail: string };
  readonly clock: Clock;
  readonly log: Pick<Log, 'error'>;
  readonly metrics: Pick<Metrics, 'count'>;
  readonly limits?: Partial<DoorLimits>;
}

export interface DoorLimits {
  /** Downloads that one device may have under way. */
  readonly perDevice: number;
  /** Downloads of all devices together on this replica. */
  readonly downloads: number;
  /** How long a device may take for one piece of 128 KiB: below 4 kB/s aktualizr itself gives up. */
  readonly stalledMs: number;
}

const defaults: DoorLimits = { perDevice: 4, downloads: 2_000, stalledMs: 30_000 };
const prefixes: readonly (readonly [prefix: string, dialect: DialectName])[] = [
  ['/repo/', 'a'],
  ['/repo-tuf/', 'b'],
];
const longestPath = 2_048;

/**
 * The Image repository for vehicles, over mutual TLS: `/repo/` speaks aktualizr's JSON, `/repo-tuf/` TUF 1.0 (S12). Images
 * are below `targets/`, with `/` in names as it is or as `%2F`. Answers are files: with length, ETag and ranges.
 */
export function createRepositoryListener(deps: VehicleDoorDeps) {
  const limits = { ...defaults, ...deps.limits };
  const places = createPlaces(limits);
  // a device polls every few seconds and then reads a handful of files
  const mayAsk = createRateLimit(deps.clock, { burst: 120, perMinute: 240, capacity: 100_000 });
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const [path = ''] = (request.url ?? '').split('?', 1);
    const found = prefixes.find(([prefix]) => path.startsWith(prefix));
    if (!found) return false;
    const [prefix, dialect] = found;
    request.resume();
    answer(deps, { request, response, dialect, path: path.slice(prefix.length), limits, places, mayAsk }).catch(
      (error: unknown) => {
        deps.log.error({ err: error }, 'a file of the Image repository could not be served');
        if (response.headersSent) response.destroy();
        else refuse(response, 500, 'The file cannot be served now; try again');
      },
    );
    return true;
  };
}

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly dialect: DialectName;
  readonly path: string;
  readonly limits: DoorLimits;
  readonly places: Places;
  readonly mayAsk: (key: string) => boolean;
}

async function answer({ serving, authenticate, metrics }: VehicleDoorDeps, asked: Asked): Promise<void> {
  const { request, response, dialect, path, mayAsk } = asked;
  const raw = (request.socket as TLSSocket).getPeerX509Certificate?.()?.raw;
  if (!raw) return refuse(response, 401, 'Present the certificate of an ECU');
  const verdict = authenticate({ raw });
  if (!verdict.ok) {
    metrics.count('images_refused_total', { reason: verdict.reason });
    return refuse(response, 403, verdict.detail);
  }
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refuse(response, 405, 'Files are read with GET', { Allow: 'GET, HEAD' });
  const { ecuId } = verdict.device;
  if (!mayAsk(ecuId)) {
    metrics.count('images_refused_total', { reason: 'too-many' });
    return refuse(response, 429, 'Too many requests of this device', { 'Retry-After': '30' });
  }
  const name = path.startsWith('targets/') ? decodeName(path.slice('targets/'.length)) : undefined;
  if (name !== undefined) {
    const image = await serving.image(dialect, name);
    const index = image ? undefined : await serving.chunks(dialect, name);
    return index ? sendFile(index, asked) : sendImage(image, ecuId, asked, metrics);
  }
  const file = path.length > longestPath ? undefined : await serving.metadata(dialect, path);
  // 404, never 5xx: it is how a client learns that there is no next root
  return file ? sendFile(file, asked) : refuse(response, 404, 'There is no such file');
}

/** Decoded once; what then still holds a `%` is no name. */
function decodeName(text: string): string {
  try {
    return text.length > longestPath ? '' : decodeURIComponent(text);
  } catch {
    return '';
  }
}

function refuse(response: ServerResponse, code: number, text: string, headers: Record<string, string> = {}): void {
  const body = `${text}\n`;
  response.writeHead(code, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    ...headers,
  });
  response.end(body);
}

function isUnchanged(request: IncomingMessage, tag: string): boolean {
  const header = request.headers['if-none-match'] ?? '';
  return header === '*' || header.split(',').some((part) => part.trim().replace(/^W\//, '') === tag);
}

function sendFile({ bytes, sha256, immutable }: ServedFile, { request, response }: Asked): void {
  const tag = `"${sha256}"`;
  const headers = { ETag: tag, 'Cache-Control': immutable ? 'private, max-age=31536000, immutable' : 'no-cache' };
  if (isUnchanged(request, tag)) return void response.writeHead(304, headers).end();
  response.writeHead(200, { ...headers, 'Content-Type': 'application/json', 'Content-Length': bytes.length });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

async function sendImage(
  image: ServedImage | undefined,
  device: string,
  asked: Asked,
  metrics: Pick<Metrics, 'count'>,
): Promise<void> {
  const { request, response, places, limits } = asked;
  if (!image) return refuse(response, 404, 'There is no such image');
  const { sha256, length } = image;
  const tag = `"${sha256}"`;
  const common = { ETag: tag, 'Accept-Ranges': 'bytes', 'Cache-Control': 'private, no-cache' };
  if (isUnchanged(request, tag)) return void response.writeHead(304, common).end();
  const ifRange = request.headers['if-range'];
  const range = ifRange === undefined || ifRange === tag ? parseRange(request.headers.range, length) : undefined;
  if (range === 'unsatisfiable')
    return refuse(response, 416, 'The range is outside the image', { 'Content-Range': `bytes */${length}` });
  const leave = places.take(device);
  if (typeof leave === 'string') {
    metrics.count('images_refused_total', { reason: leave });
    return leave === 'device-busy'
      ? refuse(response, 429, 'This device has too many downloads under way', { 'Retry-After': '30' })
      : refuse(response, 503, 'Too many downloads are under way; try again', { 'Retry-After': '60' });
  }
  try {
    const part = range ? { 'Content-Range': `bytes ${range.start}-${range.end}/${length}` } : {};
    response.writeHead(range ? 206 : 200, {
      ...common,
      ...part,
      'Content-Type': 'application/octet-stream',
      'Content-Length': range ? range.end - range.start + 1 : length,
    });
    if (request.method === 'HEAD') return void response.end();
    const whole = await copy(image.read(range), response, limits.stalledMs);
    metrics.count('images_downloads_total', { result: whole ? 'complete' : 'cut' });
  } finally {
    leave();
  }
}

/** Copies at the speed of the reader; one who takes no piece for a while is let go. Answers whether all was taken. */
async function copy(content: Readable, response: ServerResponse, stalledMs: number): Promise<boolean> {
  try {
    for await (const piece of content as AsyncIterable<Buffer>) {
      if (response.destroyed) return false;
      if (!response.write(piece) && !(await drained(response, stalledMs))) {
        response.destroy();
        return false;
      }
    }
    response.end();
    return true;
  } finally {
    content.destroy();
  }
}

function drained(response: ServerResponse, patience: number): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (value: boolean) => {
      clearTimeout(timer);
      response.off('drain', onDrain).off('close', onClose);
      resolve(value);
    };
    const onDrain = () => done(true);
    const onClose = () => done(false);
    const timer = setTimeout(() => done(false), patience);
    response.once('drain', onDrain).once('close', onClose);
  });
}

type Places = ReturnType<typeof createPlaces>;

/** How many downloads are under way, of each device and of all. */
function createPlaces({ perDevice, downloads }: DoorLimits) {
  const taken = new Map<string, number>();
  let all = 0;
  return {
    take: (device: string): 'device-busy' | 'all-busy' | (() => void) => {
      const own = taken.get(device) ?? 0;
      if (own >= perDevice) return 'device-busy';
      if (all >= downloads) return 'all-busy';
      taken.set(device, own + 1);
      all++;
      return () => {
        all--;
        const left = (taken.get(device) ?? 1) - 1;
        if (left > 0) taken.set(device, left);
        else taken.delete(device);
      };
    },
  };
}
