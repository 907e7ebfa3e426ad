import { hash } from 'node:crypto';
import { type Chunk, createChunker, writeChunkIndex } from '@bulkhead/uptane';
import type { ServedFile, ServedImage } from './served.ts';

const kept = 50;
/** Cutting takes some seconds of one core for this much; larger images are fetched as a whole. */
const longestImage = 512 * 1024 * 1024;

/** Indexes of chunks, cut once for each image by this replica when somebody asks; many ask at the same time. */
export function createChunkIndexes() {
  const indexes = new Map<string, Promise<ServedFile>>();
  let last: Promise<unknown> = Promise.resolve();

  return async (image: ServedImage): Promise<ServedFile | undefined> => {
    if (image.length > longestImage) return undefined;
    const known = indexes.get(image.sha256);
    if (known) return known;
    if (indexes.size >= kept) indexes.delete(indexes.keys().next().value as string);
    // one after the other: a disk and a core are shared with everybody who downloads
    const made = last.then(() => cut(image));
    last = made.catch(() => {});
    made.catch(() => indexes.delete(image.sha256));
    indexes.set(image.sha256, made);
    return made;
  };
}

async function cut(image: ServedImage): Promise<ServedFile> {
  const chunker = createChunker();
  const chunks: Chunk[] = [];
  for await (const piece of image.read()) chunks.push(...chunker.update(piece as Buffer));
  const bytes = Buffer.from(writeChunkIndex([...chunks, ...chunker.finish()]));
  return { bytes, sha256: hash('sha256', bytes, 'hex'), immutable: true };
}
