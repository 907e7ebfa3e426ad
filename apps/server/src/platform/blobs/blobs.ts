import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { BlobError, noSpace } from './error.ts';

/** Bytes that were stored, and what they are. */
export interface StoredBlob {
  readonly sha256: string;
  readonly sha512: string;
  readonly length: number;
}

/** What somebody said that a draft would be. */
export interface Announced {
  readonly sha256: string;
  readonly sha512?: string | undefined;
  readonly length: number;
}

export interface BlobOptions {
  /** Shared by all replicas, or there is one replica only. */
  readonly directory: string;
  /** Bytes that stay free on the disk; 512 MiB when left out. */
  readonly reserve?: number;
  /** Free bytes of the disk; for tests. */
  readonly freeBytes?: () => Promise<number>;
}

const hex256 = /^[0-9a-f]{64}$/;
const draftName = /^[A-Za-z0-9-]{1,64}$/;
const readBytes = 256 * 1024;

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
  const draftOf = (name: string) => {
    if (!draftName.test(name)) throw new BlobError('blobs.missing', 'A draft is named by letters, digits and hyphens');
    return join(drafts, name);
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

    createDraft: async (name: string): Promise<void> => {
      await mkdir(drafts, { recursive: true, mode: 0o700 });
      await writeFile(draftOf(name), '', { mode: 0o600 });
    },

    /** Writes a piece and answers once it is on the disk. @throws BlobError `blobs.no-space`, `blobs.missing` */
    write: async (name: string, offset: number, piece: Uint8Array): Promise<void> => {
      const file = await openDraft(draftOf(name), 'r+');
      try {
        let written = 0;
        while (written < piece.length)
          written += (await file.write(piece, written, piece.length - written, offset + written)).bytesWritten;
        await file.datasync();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        throw noSpace(directory, piece.length, await free(), reserve);
      } finally {
        await file.close();
      }
    },

    /**
     * Reads a draft once and says what it is. A draft that was taken in before, by a process that then died, is found
     * among the blobs.
     * @throws BlobError `blobs.wrong-hash` naming what differs
     */
    verify: async (name: string, expected: Announced): Promise<StoredBlob> => {
      const found = await describe(draftOf(name)).catch((error: unknown) => {
        if (!(error instanceof BlobError)) throw error;
        return describe(pathOf(expected.sha256));
      });
      const wrong = differences(found, expected);
      if (wrong) throw new BlobError('blobs.wrong-hash', wrong);
      return found;
    },

    /** Makes a verified draft the blob of its hash. */
    adopt: async (name: string, found: StoredBlob): Promise<void> => {
      const draft = await openDraft(draftOf(name), 'r+').catch((error: unknown) => {
        if (existsSync(pathOf(found.sha256))) return undefined;
        throw error;
      });
      if (!draft) return;
      const now = new Date();
      await draft.utimes(now, now);
      await draft.sync();
      await draft.close();
      await keep(draftOf(name), found);
    },

    removeDraft: (name: string): Promise<void> => rm(draftOf(name), { force: true }),

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
      createReadStream(pathOf(sha256), { highWaterMark: readBytes, ...range }),

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

async function openDraft(path: string, flags: string): Promise<FileHandle> {
  try {
    return await open(path, flags);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new BlobError('blobs.missing', 'The file of this upload is gone: begin it again', { cause });
  }
}

async function syncDirectory(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function describe(path: string): Promise<StoredBlob> {
  const file = await openDraft(path, 'r');
  const hashes = { sha256: createHash('sha256'), sha512: createHash('sha512') };
  let length = 0;
  for await (const piece of file.createReadStream({ highWaterMark: readBytes }) as AsyncIterable<Buffer>) {
    hashes.sha256.update(piece);
    hashes.sha512.update(piece);
    length += piece.length;
  }
  return { sha256: hashes.sha256.digest('hex'), sha512: hashes.sha512.digest('hex'), length };
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

function differences(found: StoredBlob, { sha256, sha512, length }: Announced): string | undefined {
  if (found.length !== length) return `${found.length} bytes arrived, ${length} were announced`;
  if (found.sha256 !== sha256) return `the SHA-256 of what arrived is ${found.sha256}, announced was ${sha256}`;
  if (sha512 !== undefined && found.sha512 !== sha512) return 'the SHA-512 of what arrived is not the one announced';
  return undefined;
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
