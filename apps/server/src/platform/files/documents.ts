import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Bytes, bytesOfFile } from './bytes.ts';
import { decompress, packingOf } from './decompress.ts';
import { FileError } from './error.ts';
import { createExpansion, defaultUnpackLimits, type Expansion, type UnpackLimits } from './expansion.ts';
import { isTar, tarEntries } from './tar-entries.ts';
import { isZip, zipEntries } from './zip-entries.ts';

/** One document of a file: the file itself, unpacked, or one of an archive. */
export interface Document {
  /** Name inside the archive; empty for the file itself. */
  readonly name: string;
  /** To be read once and before the next document is asked for. */
  readonly content: AsyncIterable<Buffer>;
}

export interface DocumentOptions {
  readonly limits?: Partial<UnpackLimits>;
  /** Where an archive inside an archive is unpacked to; it must exist. */
  readonly scratch: string;
}

interface Context {
  readonly expansion: Expansion;
  readonly limits: UnpackLimits;
  readonly scratch: string;
}

/** The CVE list is published as a ZIP in a ZIP; nobody packs deeper than that in good faith. */
const mostLayers = 3;
const startBytes = 1024;

/**
 * What a file holds, told by its content and never by its name: the document itself, packed by gzip or zstd, or the
 * files of a tar or ZIP archive. Everything is streamed.
 * @throws FileError
 */
export function documentsOf(bytes: Bytes, { limits, scratch }: DocumentOptions): AsyncGenerator<Document> {
  const all = { ...defaultUnpackLimits, ...limits };
  return ofBytes(bytes, '', 0, { limits: all, scratch, expansion: createExpansion(all) });
}

async function* ofBytes(bytes: Bytes, name: string, layer: number, context: Context): AsyncGenerator<Document> {
  const start = await bytes.read(0, Math.min(startBytes, bytes.size));
  if (isZip(start)) yield* ofEntries(zipEntries(bytes, context.expansion, context.limits), name, layer, context);
  else yield* ofStream(bytes.chunks(), name, layer, context);
}

async function* ofEntries(entries: AsyncIterable<Document>, name: string, layer: number, context: Context) {
  for await (const entry of entries)
    yield* ofStream(entry.content, name === '' ? entry.name : `${name}/${entry.name}`, layer + 1, context);
}

async function* ofStream(
  chunks: AsyncIterable<Buffer>,
  name: string,
  layer: number,
  context: Context,
): AsyncGenerator<Document> {
  const { start, content } = await peek(chunks);
  const packing = packingOf(start);
  const archive = isZip(start) || isTar(start);
  if ((packing || archive) && layer >= mostLayers)
    throw new FileError('files.not-supported', `${name || 'The file'} is packed more than ${mostLayers} times`);
  if (packing) yield* ofStream(decompress(content, packing, context.expansion.layer()), name, layer + 1, context);
  else if (isTar(start)) yield* ofEntries(tarEntries(content, context.expansion, context.limits), name, layer, context);
  else if (isZip(start)) yield* inScratch(content, name, layer, context);
  else yield { name, content };
}

/** A ZIP is read from its end, so one inside a stream goes to the disk first. */
async function* inScratch(content: AsyncIterable<Buffer>, name: string, layer: number, context: Context) {
  const path = join(context.scratch, `${randomUUID()}.zip`);
  try {
    await pipeline(Readable.from(content), createWriteStream(path, { mode: 0o600, flags: 'wx' }));
    const file = await open(path, 'r');
    try {
      yield* ofBytes(bytesOfFile(file, (await file.stat()).size), name, layer + 1, context);
    } finally {
      await file.close();
    }
  } finally {
    await rm(path, { force: true });
  }
}

/** The first bytes, and a stream that begins with them again. */
async function peek(chunks: AsyncIterable<Buffer>): Promise<{ start: Buffer; content: AsyncIterable<Buffer> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const held: Buffer[] = [];
  let length = 0;
  while (length < startBytes) {
    const { done, value } = await iterator.next();
    if (done) break;
    held.push(value);
    length += value.length;
  }
  async function* again() {
    try {
      yield* held.splice(0);
      for (;;) {
        const { done, value } = await iterator.next();
        if (done) return;
        yield value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { start: Buffer.concat(held).subarray(0, startBytes), content: again() };
}
