import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BlobError } from './error.ts';

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

const draftName = /^[A-Za-z0-9-]{1,64}$/;
const readBytes = 256 * 1024;

interface DraftFileDeps {
  readonly drafts: string;
  pathOf(sha256: string): string;
  /** Makes a file the blob of its hash. */
  keep(draft: string, found: StoredBlob): Promise<void>;
  noRoom(bytes: number): Promise<BlobError>;
}

/** Files that grow at offsets until they are what was announced, and become blobs. */
export function createDraftFiles({ drafts, pathOf, keep, noRoom }: DraftFileDeps) {
  const draftOf = (name: string) => {
    if (!draftName.test(name)) throw new BlobError('blobs.missing', 'A draft is named by letters, digits and hyphens');
    return join(drafts, name);
  };
  return {
    createDraft: async (name: string): Promise<void> => {
      await mkdir(drafts, { recursive: true, mode: 0o700 });
      await writeFile(draftOf(name), '', { mode: 0o600 });
      await syncDirectory(drafts);
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
        throw await noRoom(piece.length);
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
  };
}

async function openDraft(path: string, flags: string): Promise<FileHandle> {
  try {
    return await open(path, flags);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new BlobError('blobs.missing', 'The file of this upload is gone: begin it again', { cause });
  }
}

export async function syncDirectory(path: string): Promise<void> {
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

function differences(found: StoredBlob, { sha256, sha512, length }: Announced): string | undefined {
  if (found.length !== length) return `${found.length} bytes arrived, ${length} were announced`;
  if (found.sha256 !== sha256) return `the SHA-256 of what arrived is ${found.sha256}, announced was ${sha256}`;
  if (sha512 !== undefined && found.sha512 !== sha512) return 'the SHA-512 of what arrived is not the one announced';
  return undefined;
}
