import type { FileHandle } from 'node:fs/promises';
import { damaged } from './error.ts';

/** A file that can be read from any place: one in memory, or an open one of any size. */
export interface Bytes {
  readonly size: number;
  /** Exactly `length` bytes from `at`. @throws FileError `files.damaged` behind the end */
  read(at: number, length: number): Promise<Buffer>;
  chunks(from?: number, to?: number): AsyncIterable<Buffer>;
}

const chunkBytes = 256 * 1024;

export const bytesOfBuffer = (buffer: Buffer): Bytes =>
  Object.freeze({
    size: buffer.length,
    read: async (at: number, length: number) => {
      if (at < 0 || at + length > buffer.length) throw behindTheEnd();
      return buffer.subarray(at, at + length);
    },
    chunks: async function* (from = 0, to = buffer.length) {
      for (let at = from; at < to; at += chunkBytes) yield buffer.subarray(at, Math.min(to, at + chunkBytes));
    },
  });

/** The caller closes the handle. `size` is fixed when it is opened: a file that grows meanwhile is read up to there. */
export function bytesOfFile(file: FileHandle, size: number): Bytes {
  async function read(at: number, length: number): Promise<Buffer> {
    if (at < 0 || at + length > size) throw behindTheEnd();
    const buffer = Buffer.allocUnsafe(length);
    for (let got = 0; got < length; ) {
      const { bytesRead } = await file.read(buffer, got, length - got, at + got);
      if (bytesRead === 0) throw behindTheEnd();
      got += bytesRead;
    }
    return buffer;
  }
  return Object.freeze({
    size,
    read,
    chunks: async function* (from = 0, to = size) {
      for (let at = from; at < to; at += chunkBytes) yield await read(at, Math.min(chunkBytes, to - at));
    },
  });
}

const behindTheEnd = () => damaged('the file ends too early; was it cut off, or is it still being written?');
