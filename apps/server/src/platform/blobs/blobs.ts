import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { createDraftFiles, type StoredBlob, syncDirectory } from './draft-files.ts';
import { BlobError, noSpace } from './error.ts';

export interface BlobOptions {
  /** Shared by all replicas, or there is one replica only. */
  readonly directory: string;
  /** Bytes that stay free on the disk; 512 MiB when left out. */
  readonly reserve?: number;
  /** Free bytes of the disk; for tests. */
  readonly freeBytes?: () => Promise<number>;
}

const hex256 = /^[0-9a-f]{64}$/;

/**
 * Files named by their SHA-256 below one directory. A blob is either there whole and verified or not at all, also after
 * a power cut; none is ever held in memory. Drafts are files that grow at offsets until they are sealed into a blob; who
 * may write where is the caller's to decide (it holds a row of its database while it writes).
 */
export function createBlobs({ directory, reserve = 512 * 1024 ** 2, freeBytes }: BlobOptions) {
  const drafts = join(directory, 'drafts');
  const pathOf = (sha256: string) => {
    if (!hex256.test(sha256)) throw new BlobError('blobs.missing', 'A blob is named by its SHA-256 in hexadecimal');
    return join(directory, 'sha256', sha256.slice(0, 2), sha256);
  };
  const free = freeBytes ?? (() => freeOf(directory));

  const keep = async (draft: string, found: StoredBlob): Promise<void> => {
    const path = pathOf(found.sha256);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    // over a blob of the same name come the same bytes
    await rename(draft, path);
    await syncDirectory(dirname(path));
  };

  return Object.freeze({
    directory,
    /** Bytes that may still be written; the reserve is not among them. */
    freeBytes: async () => Math.max(0, (await free()) - reserve),

    /** @throws BlobError `blobs.no-space` when so many more bytes do not fit */
    requireSpace: async (bytes: number): Promise<void> => {
      await mkdir(drafts, { recursive: true, mode: 0o700 });
      const now = await free();
      if (now - reserve < bytes) throw noSpace(directory, bytes, now, reserve);
    },

    ...createDraftFiles({
      drafts,
      pathOf,
      keep,
      noRoom: async (bytes) => noSpace(directory, bytes, await free(), reserve),
    }),

    /** Stores what a stream brings. A failure of the stream leaves nothing. */
    put: async (content: AsyncIterable<Uint8Array>): Promise<StoredBlob> => {
      await mkdir(drafts, { recursive: true, mode: 0o700 });
      const draft = join(drafts, `put-${randomBytes(12).toString('hex')}`);
      try {
        const found = await writeStream(draft, content);
        await keep(draft, found);
        return found;
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },

    /** Length of a blob; undefined when it is not here. */
    lengthOf: async (sha256: string): Promise<number | undefined> => {
      const found = await stat(pathOf(sha256)).catch(() => undefined);
      return found?.size;
    },

    /** The bytes from `start` to `end`, both included. */
    read: (sha256: string, range?: { readonly start: number; readonly end: number }): Readable =>
      createReadStream(pathOf(sha256), { highWaterMark: 128 * 1024, ...range }),

    remove: (sha256: string): Promise<void> => rm(pathOf(sha256), { force: true }),

    /** Blobs and drafts that were last written before a moment, for whoever knows which are still wanted. */
    olderThan: async (moment: Date): Promise<{ blobs: string[]; drafts: string[] }> => {
      const shelves = await namesIn(join(directory, 'sha256'));
      const blobs = await Promise.all(
        shelves.map((shelf) => olderIn(join(directory, 'sha256', shelf), moment).catch(() => [])),
      );
      return { blobs: blobs.flat().filter((name) => hex256.test(name)), drafts: await olderIn(drafts, moment) };
    },
  });
}
export type Blobs = ReturnType<typeof createBlobs>;

async function freeOf(directory: string): Promise<number> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

async function writeStream(path: string, content: AsyncIterable<Uint8Array>): Promise<StoredBlob> {
  const hashes = { sha256: createHash('sha256'), sha512: createHash('sha512') };
  const file = await open(path, 'wx', 0o600);
  let length = 0;
  try {
    for await (const piece of content) {
      hashes.sha256.update(piece);
      hashes.sha512.update(piece);
      await file.appendFile(piece);
      length += piece.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { sha256: hashes.sha256.digest('hex'), sha512: hashes.sha512.digest('hex'), length };
}

async function namesIn(path: string): Promise<string[]> {
  return readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

async function olderIn(path: string, moment: Date): Promise<string[]> {
  const names = await namesIn(path);
  const old = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(path, name)).catch(() => undefined);
      return found && found.mtimeMs < moment.getTime() ? name : undefined;
    }),
  );
  return old.filter((name) => name !== undefined);
}
