import { damaged } from './error.ts';

const magic = 0xfd2fb528;
const skippable = 0x184d2a50; // and the fifteen numbers after it

/**
 * The chunks of a zstd file (RFC 8878 s3.1) cut so that none reaches over the end of a frame, without skippable frames:
 * the decompressor of Node drops in silence what follows the end of a frame in the same chunk.
 * @throws FileError `files.damaged`
 */
export async function* cutFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const frame = createFrameReader();
  let waiting: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
    for (;;) {
      const step = frame.next(waiting);
      if (!step) break;
      if (!step.skipped && step.bytes > 0) yield waiting.subarray(0, step.bytes);
      waiting = waiting.subarray(step.bytes);
    }
  }
  if (waiting.length > 0 || !frame.atBoundary()) throw damaged('The zstd file ends in the middle of a frame');
}

interface Step {
  readonly bytes: number;
  readonly skipped: boolean;
}

/** Walks over the parts of frames; each step is a part, or the piece of a long one that is here. */
function createFrameReader() {
  let state: 'frame' | 'block' | 'body' = 'frame';
  let left = 0;
  let last = false;
  let skipping = false;
  let checksum = 0;

  function begin(data: Buffer): Step | undefined {
    if (data.length < 8) return undefined;
    const number = data.readUInt32LE(0);
    if (number >>> 4 === skippable >>> 4) {
      [state, skipping, left, last, checksum] = ['body', true, data.readUInt32LE(4), true, 0];
      return endOf({ bytes: 8, skipped: true });
    }
    if (number !== magic) throw damaged('What follows in the zstd file is no zstd frame');
    const descriptor = data[4] ?? 0;
    const single = (descriptor & 0x20) !== 0;
    const sizeFlag = descriptor >>> 6;
    const header = 5 + Number(!single) + ([0, 1, 2, 4][descriptor & 3] ?? 0) + contentSize(sizeFlag, single);
    if (data.length < header) return undefined;
    [state, skipping, checksum] = ['block', false, (descriptor & 4) === 0 ? 0 : 4];
    return { bytes: header, skipped: false };
  }
  function block(data: Buffer): Step | undefined {
    if (data.length < 3) return undefined;
    const header = data.readUIntLE(0, 3);
    last = (header & 1) === 1;
    left = ((header >>> 1) & 3) === 1 ? 1 : header >>> 3; // one byte, repeated
    if (last) left += checksum;
    state = 'body';
    return endOf({ bytes: 3, skipped: false });
  }
  function body(data: Buffer): Step | undefined {
    if (data.length === 0) return undefined;
    const bytes = Math.min(left, data.length);
    left -= bytes;
    return endOf({ bytes, skipped: skipping });
  }
  function endOf(step: Step): Step {
    if (left === 0) state = last ? 'frame' : 'block';
    return step;
  }
  return {
    next: (data: Buffer): Step | undefined =>
      state === 'frame' ? begin(data) : state === 'block' ? block(data) : body(data),
    atBoundary: () => state === 'frame',
  };
}

const contentSize = (flag: number, single: boolean) => (flag === 0 ? Number(single) : 1 << flag);
