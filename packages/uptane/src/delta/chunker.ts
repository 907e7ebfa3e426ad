import { createHash, hash } from 'node:crypto';

/** A run of bytes of an image. */
export interface Chunk {
  readonly length: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface Chunker {
  /** The chunks that end in this piece. */
  update(piece: Uint8Array): readonly Chunk[];
  /** The last one; nothing when the image ended with a chunk. */
  finish(): readonly Chunk[];
}

/** Bytes of a chunk: at least, at most, and about 32 KiB above the least on average. */
export const chunkSizes = Object.freeze({ least: 8 * 1024, most: 128 * 1024 });
const cutMask = 0x7fff;

/** One number for each byte value; part of the format, so derived from a text rather than drawn. */
const gear = Int32Array.from({ length: 256 }, (_, i) =>
  Buffer.from(hash('sha256', `bulkhead gear ${i}`, 'hex').slice(0, 8), 'hex').readInt32BE(),
);

/**
 * Cuts an image into chunks where its content says so (a gear hash over the last 32 bytes): bytes put in or taken out move the
 * cuts near them only, so that two versions have most chunks in common.
 */
export function createChunker(): Chunker {
  let digest = createHash('sha256');
  let length = 0;
  let rolling = 0;

  function end(out: Chunk[]): void {
    out.push({ length, sha256: digest.digest('hex') });
    digest = createHash('sha256');
    length = 0;
    rolling = 0;
  }

  return Object.freeze({
    update(piece: Uint8Array) {
      const out: Chunk[] = [];
      let begin = 0;
      for (let i = 0; i < piece.length; i++) {
        length += 1;
        rolling = ((rolling << 1) + (gear[piece[i] as number] as number)) | 0;
        const isCut = length >= chunkSizes.least && ((rolling >>> 17) & cutMask) === 0;
        if (!isCut && length < chunkSizes.most) continue;
        digest.update(piece.subarray(begin, i + 1));
        begin = i + 1;
        end(out);
      }
      if (begin < piece.length) digest.update(piece.subarray(begin));
      return out;
    },
    finish() {
      const out: Chunk[] = [];
      if (length > 0) end(out);
      return out;
    },
  });
}
