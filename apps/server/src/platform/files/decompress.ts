import { pipeline, Readable, type Transform } from 'node:stream';
import { createGunzip, createInflateRaw, createZstdDecompress } from 'node:zlib';
import { damaged, FileError } from './error.ts';
import type { Layer } from './expansion.ts';
import { cutFrames } from './zstd-frames.ts';

export type Packing = 'gzip' | 'zstd' | 'deflate';

/** Which compression the bytes begin with, by their magic numbers (RFC 1952 s2.3.1, RFC 8878 s3.1.1). */
export function packingOf(start: Buffer): 'gzip' | 'zstd' | undefined {
  if (start[0] === 0x1f && start[1] === 0x8b) return 'gzip';
  if (start.length < 4) return undefined;
  const number = start.readUInt32LE(0);
  return number === 0xfd2fb528 || number >>> 4 === 0x184d2a50 >>> 4 ? 'zstd' : undefined;
}

const decompressors: Readonly<Record<Packing, () => Transform>> = {
  gzip: createGunzip,
  zstd: createZstdDecompress,
  deflate: createInflateRaw,
};

/**
 * Unpacks as it is read, within what the layer allows; a chunk at a time is in memory.
 * @throws FileError `files.damaged`, `files.too-large`
 */
export async function* decompress(
  chunks: AsyncIterable<Buffer>,
  packing: Packing,
  layer: Layer,
): AsyncGenerator<Buffer> {
  let taken = 0;
  const counted = async function* () {
    for await (const chunk of packing === 'zstd' ? cutFrames(chunks) : chunks) {
      taken += chunk.length;
      yield chunk;
    }
  };
  // pipeline hands an error of either side to whoever reads; its callback has nothing to add
  const unpacked = pipeline(Readable.from(counted(), { objectMode: true }), decompressors[packing](), () => {});
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      layer.spend(chunk.length, taken);
      yield chunk;
    }
  } catch (cause) {
    if (cause instanceof FileError) throw cause;
    const { code = '', message } = cause as NodeJS.ErrnoException;
    if (!/^(Z_|ZSTD_|ERR_ZSTD)/.test(code)) throw cause;
    throw damaged(`The ${packing} content is damaged or cut off (${message})`, cause);
  }
}
