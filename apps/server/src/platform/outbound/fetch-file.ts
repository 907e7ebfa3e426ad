import { createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { bytesOfFile } from '../files/bytes.ts';
import { decompress } from '../files/decompress.ts';
import { createExpansion, defaultUnpackLimits } from '../files/expansion.ts';
import { arriving } from './arriving.ts';
import { failed, OutboundError } from './error.ts';
import { type Answer, codeOf, type GetDeps, get } from './get.ts';
import { defaultPace, keepPace, type Pace, type PaceLimits } from './pace.ts';

export interface FetchRequest {
  readonly url: string;
  /** Where the file goes; `.part` and `.part.json` beside it hold what an earlier attempt has got. */
  readonly path: string;
  /** What the last complete fetch was told: makes the request conditional (RFC 9110 s13.1). */
  readonly known?: Validators | undefined;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number | null) => void;
  readonly pace?: PaceLimits;
  /** Milliseconds before the second attempt, doubled each time. */
  readonly firstPauseMs?: number;
}

export interface Validators {
  readonly etag?: string;
  readonly lastModified?: string;
}

export type Fetched =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'fetched'; readonly size: number; readonly validators: Validators };

const mostAttempts = 6;
/** Left free on the disk, so that a download does not stop the database beside it. */
const keptFree = 512 * 1024 * 1024;

interface Part {
  readonly url: string;
  /** Strong ETag or date, by which the server says whether it is still the same content (RFC 9110 s13.1.5). */
  readonly validator: string;
  readonly encoding: 'gzip' | 'identity';
}

/**
 * Fetches a file of any size to the disk: conditional, bounded in size, time and pace, and resumed where an earlier
 * attempt, of this process or one before it, was cut off.
 * @throws OutboundError
 */
export async function fetchFile(deps: GetDeps, request: FetchRequest): Promise<Fetched> {
  await mkdir(dirname(request.path), { recursive: true, mode: 0o700 });
  let wait = request.firstPauseMs ?? 1_000;
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptOnce(deps, request);
    } catch (error) {
      const mayPass = error instanceof OutboundError && error.passing && error.retryAfter === undefined;
      if (!mayPass || attempt >= mostAttempts || request.signal.aborted) throw error;
      await pause(wait, undefined, { signal: request.signal });
      wait *= 2;
    }
  }
}

async function attemptOnce(deps: GetDeps, request: FetchRequest): Promise<Fetched> {
  const partPath = `${request.path}.part`;
  const part = await readPart(request);
  const have = part ? await sizeOf(partPath) : 0;
  const pace = keepPace(request.pace ?? defaultPace, request.signal);
  let answer: Answer | undefined;
  try {
    answer = await get(deps, request.url, headersOf(request, part, have), pace.signal);
    const { statusCode = 0 } = answer.response;
    const chunks = arriving(answer.response);
    if (statusCode === 304) return { kind: 'unchanged' };
    if (statusCode === 416) {
      await forget(request.path);
      throw failed('The server has another file than before', { passing: true });
    }
    if (statusCode !== 200 && statusCode !== 206) throw refused(answer);
    const from = startOf(answer, have);
    const encoding = encodingOf(answer);
    const validators = validatorsOf(answer);
    await writePart(request, validators, encoding);
    await receive(answer, chunks, request, from, pace);
    pace.done();
    return { kind: 'fetched', size: await complete(request, encoding), validators };
  } catch (error) {
    if (pace.signal.aborted) throw pace.signal.reason;
    throw error;
  } finally {
    pace.done();
    answer?.close();
  }
}

function headersOf({ known = {} }: FetchRequest, part: Part | undefined, have: number): Record<string, string> {
  const always = { 'accept-encoding': 'gzip, identity' };
  if (part && have > 0) return { ...always, range: `bytes=${have}-`, 'if-range': part.validator };
  return {
    ...always,
    ...(known.etag ? { 'if-none-match': known.etag } : {}),
    ...(known.lastModified ? { 'if-modified-since': known.lastModified } : {}),
  };
}

/** RFC 9110 s14.4: a part must begin where ours ends; anything else is the whole file anew. */
function startOf({ response }: Answer, have: number): number {
  if (response.statusCode !== 206) return 0;
  const range = /^bytes (\d{1,15})-\d{1,15}\/(?:\d{1,15}|\*)$/.exec(response.headers['content-range'] ?? '');
  if (Number(range?.[1]) === have && range) return have;
  throw failed('The server answered with a part of the file that was not asked for');
}

function encodingOf({ response }: Answer): Part['encoding'] {
  const encoding = response.headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding === 'gzip' || encoding === 'x-gzip') return 'gzip';
  if (encoding === 'identity' || encoding === '') return 'identity';
  throw failed(`The server packs its answer as "${encoding.slice(0, 40)}", which was not asked for`);
}

function validatorsOf({ response: { headers } }: Answer): Validators {
  const [etag, lastModified] = [headers.etag?.slice(0, 500), headers['last-modified']?.slice(0, 100)];
  return { ...(etag ? { etag } : {}), ...(lastModified ? { lastModified } : {}) };
}

async function receive(
  { response }: Answer,
  chunks: AsyncIterable<Buffer>,
  request: FetchRequest,
  from: number,
  pace: Pace,
): Promise<void> {
  const length = response.headers['content-length'];
  const total = length === undefined ? null : from + Number(length);
  if (total !== null) await checkRoom(request, total, total - from);
  const file = await open(`${request.path}.part`, from === 0 ? 'w' : 'r+', 0o600);
  let at = from;
  try {
    for await (const chunk of chunks) {
      if (at + chunk.length > request.maxBytes) throw tooLarge(request.maxBytes);
      await writeAll(file, chunk, at);
      at += chunk.length;
      pace.arrived(chunk.length);
      request.onProgress?.(at, total);
    }
  } catch (cause) {
    if (cause instanceof OutboundError || pace.signal.aborted) throw cause;
    throw failed(`The download was cut off after ${at} bytes (${codeOf(cause)})`, { passing: true, cause });
  } finally {
    await file.close();
  }
  if (total !== null && at !== total)
    throw failed(`The download was cut off after ${at} of ${total} bytes`, { passing: true });
}

async function writeAll(file: FileHandle, chunk: Buffer, at: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, done, chunk.length - done, at + done);
    done += bytesWritten;
  }
}

async function checkRoom({ maxBytes, path }: FetchRequest, total: number, missing: number): Promise<void> {
  if (total > maxBytes) throw tooLarge(maxBytes);
  const { bavail, bsize } = await statfs(dirname(path));
  if (bavail * bsize < missing + keptFree) throw failed(`The disk has no room for ${total} bytes: free some space`);
}

const tooLarge = (maxBytes: number) =>
  new OutboundError('outbound.too-large', `The file is larger than ${maxBytes} bytes, the most that is fetched`);

/** The part becomes the file; what was packed only for the way is unpacked. */
async function complete({ path }: FetchRequest, encoding: Part['encoding']): Promise<number> {
  const part = `${path}.part`;
  if (encoding === 'identity') await rename(part, path);
  else {
    const file = await open(part, 'r');
    try {
      const bytes = bytesOfFile(file, (await file.stat()).size);
      const layer = createExpansion(defaultUnpackLimits).layer();
      await pipeline(
        Readable.from(decompress(bytes.chunks(), 'gzip', layer)),
        createWriteStream(path, { mode: 0o600 }),
      );
    } finally {
      await file.close();
    }
  }
  await forget(path);
  return sizeOf(path);
}

/** Drops what an earlier attempt has got. */
async function forget(path: string): Promise<void> {
  await rm(`${path}.part`, { force: true });
  await rm(`${path}.part.json`, { force: true });
}

async function readPart({ path, url }: FetchRequest): Promise<Part | undefined> {
  try {
    const part = JSON.parse(await readFile(`${path}.part.json`, 'utf8')) as Part;
    if (part.url === url && typeof part.validator === 'string' && part.validator !== '') return part;
  } catch {
    // none, or one that was cut off itself
  }
  await forget(path);
  return undefined;
}

/** A weak ETag cannot hold a range together (RFC 9110 s13.1.5), so without a strong one the date must do. */
async function writePart({ path, url }: FetchRequest, { etag, lastModified }: Validators, encoding: Part['encoding']) {
  const validator = etag && !etag.startsWith('W/') ? etag : encoding === 'identity' ? (lastModified ?? '') : '';
  await writeFile(`${path}.part.json`, JSON.stringify({ url, validator, encoding } satisfies Part), { mode: 0o600 });
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

function refused({ response, url }: Answer): OutboundError {
  const { statusCode = 0, headers } = response;
  const seconds = Number(headers['retry-after']);
  const retryAfter = seconds > 0 ? { retryAfter: Math.min(seconds, 86_400) * 1000 } : {};
  return failed(`${url.host} answered ${statusCode}`, { passing: statusCode >= 500, ...retryAfter });
}
