import { crc32 } from 'node:zlib';
import { quote } from '../errors.ts';
import type { SbomLimits } from '../limits.ts';
import { type ArchiveFile, badArchive, checkCount, checkPath } from './archive-file.ts';
import { type Budget, decompress } from './decompress.ts';

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const fileSignature = 0x04034b50;
const endSize = 22;
const entrySize = 46;

export function isZip(bytes: Uint8Array): boolean {
  const mark = bytes[0] === 0x50 && bytes[1] === 0x4b;
  return mark && ((bytes[2] === 3 && bytes[3] === 4) || (bytes[2] === 5 && bytes[3] === 6));
}

/**
 * Lists the files of a ZIP archive by its central directory (APPNOTE 6.3 s4.3.12). Stored and deflated files only; no
 * encryption, no parts, no Zip64: an SBOM needs none of them. Content is unpacked file by file within one budget, so
 * that overlapping entries cannot multiply it.
 * @throws SbomError `sbom.bad-archive`
 */
export function readZip(bytes: Uint8Array, limits: SbomLimits, budget: Budget): readonly ArchiveFile[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  checkCount(count, limits);
  const files: ArchiveFile[] = [];
  let at = view.getUint32(end + 16, true);
  for (let i = 0; i < count; i++) {
    if (at + entrySize > end || view.getUint32(at, true) !== entrySignature) throw damaged('its directory is damaged');
    const lengths = [28, 30, 32].map((place) => view.getUint16(at + place, true)) as [number, number, number];
    const name = decodeName(bytes.subarray(at + entrySize, at + entrySize + lengths[0]));
    const entry = at;
    at += entrySize + lengths[0] + lengths[1] + lengths[2];
    if (name.endsWith('/')) continue; // a directory
    files.push({ path: checkPath(name, limits), read: () => readFile(view, bytes, entry, name, budget) });
  }
  return files;
}

/** The end record may be followed by a comment of up to 65,535 bytes. */
function findEnd(view: DataView): number {
  const first = Math.max(0, view.byteLength - endSize - 0xffff);
  for (let at = view.byteLength - endSize; at >= first; at--) {
    const isEnd = view.getUint32(at, true) === endSignature;
    if (isEnd && at + endSize + view.getUint16(at + 20, true) === view.byteLength) return at;
  }
  throw damaged('it has no directory at its end; was the upload cut off?');
}

function readFile(view: DataView, bytes: Uint8Array, entry: number, name: string, budget: Budget): Uint8Array {
  const flags = view.getUint16(entry + 8, true);
  const method = view.getUint16(entry + 10, true);
  const packed = view.getUint32(entry + 20, true);
  const start = view.getUint32(entry + 42, true);
  if ((flags & 1) !== 0) throw damaged(`${quote(name)} is encrypted`);
  if (method !== 0 && method !== 8) throw damaged(`${quote(name)} is packed by method ${method}; use deflate`);
  if (start + 30 > bytes.length || view.getUint32(start, true) !== fileSignature) throw damaged('an entry is damaged');
  const from = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
  if (from + packed > bytes.length) throw damaged(`${quote(name)} ends behind the archive`);
  const content = bytes.subarray(from, from + packed);
  if (method === 0) budget.spend(packed);
  if (budget.room(packed) < 0) throw budget.over(packed);
  const out = method === 0 ? content : decompress(content, 'deflate', budget);
  if (crc32(out) !== view.getUint32(entry + 16, true)) throw damaged(`${quote(name)} does not match its checksum`);
  return out;
}

function decodeName(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('latin1').decode(bytes);
  }
}

const damaged = (what: string) => badArchive(`the ZIP archive cannot be read: ${what}`);
