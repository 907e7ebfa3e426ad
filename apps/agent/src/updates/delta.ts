import { closeSync, createReadStream, ftruncateSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import {
  type Chunk,
  chunkIndexSuffix,
  createChunker,
  type ExpectedFile,
  longestChunkIndex,
  readChunkIndex,
  UptaneError,
} from '@bulkhead/uptane';
import { AgentError } from '../error.ts';
import type { PlatformHttps } from './platform-https.ts';

export interface DeltaOptions {
  readonly https: PlatformHttps;
  readonly source: string;
  readonly expected: ExpectedFile;
  readonly path: string;
  /** File of the image that runs. */
  readonly base: string;
  readonly mayGoOn: () => string | undefined;
}

interface Place {
  readonly offset: number;
  readonly length: number;
}

/** A stretch of the new image: chunks that the base holds, or bytes to be fetched in one request. */
type Stretch = { readonly from: Place } | { readonly fetch: Place };

/** More requests than this cost more than they save. */
const mostRequests = 40;
/** An image that has this much in common with the base is worth it. */
const leastSaving = 0.2;

/**
 * Puts an image together from the one that runs and what is new in it. False when there is no index or too little in common;
 * whether the result is the image is for the caller to check, by its signed hashes.
 * @returns bytes fetched, or undefined when the image has to be downloaded as a whole
 */
export async function assembleFromBase(options: DeltaOptions): Promise<number | undefined> {
  const { https, source, expected, path, base } = options;
  const name = `${expected.filename}${chunkIndexSuffix}`;
  const most = Math.min(longestChunkIndex, Math.max(4_096, expected.length >> 4));
  const { status, bytes } = await https.get(`${source}${chunkIndexSuffix}`, name, most);
  if (status !== 200) return undefined;
  const held = await chunksOfFile(base);
  const plan = planOf(readChunkIndex(bytes, expected.length), held);
  const wanted = plan.flatMap((stretch) => ('fetch' in stretch ? [stretch.fetch] : []));
  const fetched = wanted.reduce((sum, { length }) => sum + length, 0);
  if (wanted.length > mostRequests || fetched > expected.length * (1 - leastSaving)) return undefined;
  const [from, to] = [openSync(base, 'r'), openSync(path, 'w', 0o600)];
  try {
    for (const stretch of plan) {
      if ('from' in stretch) copy(from, to, stretch.from);
      else await fetchInto(options, to, stretch.fetch);
    }
  } catch (error) {
    // without an end: what is there is no beginning of the image that a download could go on from
    ftruncateSync(to, 0);
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(from);
    closeSync(to);
  }
  return fetched;
}

async function chunksOfFile(path: string): Promise<ReadonlyMap<string, Place>> {
  const places = new Map<string, Place>();
  const chunker = createChunker();
  let offset = 0;
  const keep = (chunks: readonly Chunk[]) => {
    for (const { length, sha256 } of chunks) {
      places.set(sha256, { offset, length });
      offset += length;
    }
  };
  for await (const piece of createReadStream(path)) keep(chunker.update(piece as Buffer));
  keep(chunker.finish());
  return places;
}

function planOf(chunks: readonly Chunk[], held: ReadonlyMap<string, Place>): readonly Stretch[] {
  const plan: Stretch[] = [];
  let at = 0;
  for (const { length, sha256 } of chunks) {
    const place = held.get(sha256);
    const last = plan.at(-1);
    if (place?.length === length) plan.push({ from: place });
    else if (last && 'fetch' in last)
      plan[plan.length - 1] = { fetch: { offset: last.fetch.offset, length: last.fetch.length + length } };
    else plan.push({ fetch: { offset: at, length } });
    at += length;
  }
  return plan;
}

function copy(from: number, to: number, { offset, length }: Place): void {
  const buffer = Buffer.alloc(length);
  const read = readSync(from, buffer, 0, length, offset);
  writeAll(to, buffer.subarray(0, read));
}

async function fetchInto({ https, source, expected, mayGoOn }: DeltaOptions, to: number, { offset, length }: Place) {
  const { answer, body } = await https.download(source, expected.filename, offset, offset + length - 1);
  if (answer.status !== 206 || answer.from !== offset) {
    await body.return(undefined);
    throw new AgentError('agent.platform-unreachable', 'The platform does not serve parts of the image');
  }
  let received = 0;
  for await (const piece of body) {
    const why = mayGoOn();
    if (why !== undefined) throw new AgentError('agent.not-now', why);
    received += piece.length;
    if (received > length)
      throw new UptaneError('uptane.endless-data', expected.filename, `a part of it is longer than ${length} bytes`);
    writeAll(to, piece);
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
