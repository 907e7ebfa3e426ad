import { SbomError } from '../errors.ts';

const magic = 0xfd2fb528;
const skippable = 0x184d2a50; // and the fifteen numbers after it

/**
 * The frames of a zstd file (RFC 8878 s3.1). A file may hold several (parallel compressors write one per thread) and
 * skippable ones between them; the decompressor of Node ends in silence after the first.
 * @throws SbomError `sbom.bad-archive`
 */
export function zstdFrames(bytes: Uint8Array): readonly Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const number = at + 4 <= bytes.length ? view.getUint32(at, true) : 0;
    if (number >>> 4 === skippable >>> 4) {
      at = bounded(bytes, at + 8 + readUint32(view, at + 4));
      continue;
    }
    if (number !== magic) throw bad('what follows the last frame is no zstd frame');
    const end = frameEnd(view, bytes, at + 4);
    frames.push(bytes.subarray(at, end));
    at = end;
  }
  return frames;
}

function frameEnd(view: DataView, bytes: Uint8Array, start: number): number {
  const descriptor = bytes[start] ?? 0;
  const single = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >>> 6;
  const sizeBytes = sizeFlag === 0 ? Number(single) : 1 << sizeFlag;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  let at = start + 1 + Number(!single) + dictionaryBytes + sizeBytes;
  for (;;) {
    bounded(bytes, at + 3);
    const header = view.getUint16(at, true) | ((bytes[at + 2] ?? 0) << 16);
    const isRle = ((header >>> 1) & 3) === 1; // one byte, repeated
    at = bounded(bytes, at + 3 + (isRle ? 1 : header >>> 3));
    if ((header & 1) === 1) break;
  }
  return bounded(bytes, at + ((descriptor & 4) === 0 ? 0 : 4));
}

function readUint32(view: DataView, at: number): number {
  if (at + 4 > view.byteLength) throw cut();
  return view.getUint32(at, true);
}

function bounded(bytes: Uint8Array, at: number): number {
  if (at > bytes.length) throw cut();
  return at;
}

const bad = (what: string) => new SbomError('sbom.bad-archive', '$', `not a readable zstd file: ${what}`);
const cut = () => bad('it ends in the middle of a frame; was the upload cut off?');
