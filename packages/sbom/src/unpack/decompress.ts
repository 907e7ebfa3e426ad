import { gunzipSync, inflateRawSync, zstdDecompressSync } from 'node:zlib';
import { quote, SbomError } from '../errors.ts';
import type { SbomLimits } from '../limits.ts';
import { zstdFrames } from './zstd-frames.ts';

export type Packing = 'gzip' | 'zstd' | 'deflate';

/** What may still be unpacked from one upload; shared by all files of an archive. */
export interface Budget {
  /** Bytes that this much packed content may grow to. */
  room(packed: number): number;
  spend(bytes: number): void;
  /** The refusal for content that wants more. */
  over(packed: number): SbomError;
}

const freeBytes = 1024 * 1024;

/** Bounds the total and the ratio of what one upload unpacks to, so that a small bomb is refused while it is small. */
export function expansionBudget(limits: SbomLimits): Budget {
  let left = limits.maxExpandedBytes;
  const byRatio = (packed: number) => Math.max(freeBytes, packed * limits.maxRatio);
  return {
    room: (packed) => Math.min(left, byRatio(packed)),
    spend: (bytes) => {
      left -= bytes;
    },
    over: (packed) => {
      const why =
        byRatio(packed) < left
          ? `more than ${limits.maxRatio} times its packed size (maxRatio)`
          : `more than ${limits.maxExpandedBytes} bytes (maxExpandedBytes)`;
      return new SbomError('sbom.too-large', '$', `unpacked it is ${why}; upload the document itself`);
    },
  };
}

/** Which compression the bytes begin with, by their magic numbers (RFC 1952 s2.3.1, RFC 8878 s3.1.1). */
export function packingOf(bytes: Uint8Array): 'gzip' | 'zstd' | undefined {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'gzip';
  const isSkippable = ((bytes[0] ?? 0) & 0xf0) === 0x50 && bytes[1] === 0x2a && bytes[2] === 0x4d && bytes[3] === 0x18;
  const isFrame = bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd;
  return isSkippable || isFrame ? 'zstd' : undefined;
}

/**
 * Unpacks within the budget; never more than its room is held.
 * @throws SbomError `sbom.too-large` past the budget, `sbom.bad-archive` for what cannot be unpacked
 */
export function decompress(bytes: Uint8Array, packing: Packing, budget: Budget): Uint8Array {
  const room = budget.room(bytes.length);
  if (room <= 0) throw budget.over(bytes.length);
  try {
    const out = packing === 'zstd' ? unzstd(bytes, room) : unzip(bytes, packing, room);
    budget.spend(out.length);
    return out;
  } catch (cause) {
    if (cause instanceof SbomError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw budget.over(bytes.length);
    throw new SbomError('sbom.bad-archive', '$', `the ${packing} content is damaged: ${quote(message)}`, cause);
  }
}

function unzip(bytes: Uint8Array, packing: 'gzip' | 'deflate', room: number): Uint8Array {
  return (packing === 'gzip' ? gunzipSync : inflateRawSync)(bytes, { maxOutputLength: room });
}

function unzstd(bytes: Uint8Array, room: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let left = room;
  for (const frame of zstdFrames(bytes)) {
    const part = zstdDecompressSync(frame, { maxOutputLength: Math.max(1, left) });
    left -= part.length;
    parts.push(part);
  }
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}
