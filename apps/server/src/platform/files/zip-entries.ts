import { crc32 } from 'node:zlib';
import type { Bytes } from './bytes.ts';
import { decompress } from './decompress.ts';
import { checkName } from './entry-name.ts';
import { damaged, FileError } from './error.ts';
import type { Expansion, Layer, UnpackLimits } from './expansion.ts';
import type { Entry } from './tar-entries.ts';

const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const locator64Signature = 0x07064b50;
const entrySignature = 0x02014b50;
const fileSignature = 0x04034b50;
const endSize = 22;
const locator64Size = 20;
const entrySize = 46;
const wide = 0xffffffff;

export const isZip = (start: Buffer): boolean =>
  start[0] === 0x50 && start[1] === 0x4b && ((start[2] === 3 && start[3] === 4) || (start[2] === 5 && start[3] === 6));

interface Listed {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly start: number;
}

/**
 * The files of a ZIP archive by its central directory (APPNOTE 6.3 s4.3.12), with Zip64: vulnerability databases hold
 * more than 65,535 files. Stored and deflated files only, no encryption, no parts.
 * @throws FileError `files.damaged`, `files.too-large`, `files.not-supported`
 */
export async function* zipEntries(bytes: Bytes, expansion: Expansion, limits: UnpackLimits): AsyncGenerator<Entry> {
  const { count, at, end } = await findDirectory(bytes);
  const layer = expansion.layer();
  // the archive as a whole is what content comes from: entries that overlap would else be counted again and again
  const whole: Layer = { spend: (unpacked) => layer.spend(unpacked, bytes.size) };
  let place = at;
  for (let i = 0; i < count; i++) {
    if (place + entrySize > end) throw broken('its directory is damaged');
    const fixed = await bytes.read(place, entrySize);
    if (fixed.readUInt32LE(0) !== entrySignature) throw broken('its directory is damaged');
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => fixed.readUInt16LE(offset));
    const lengths = { name: nameLength ?? 0, extra: extraLength ?? 0, comment: commentLength ?? 0 };
    const more = await bytes.read(place + entrySize, lengths.name + lengths.extra);
    place += entrySize + lengths.name + lengths.extra + lengths.comment;
    expansion.enter();
    const listed = readListed(fixed, more, lengths.name);
    if (listed.name.endsWith('/')) continue; // a directory
    yield { name: checkName(listed.name, limits), content: contentOf(bytes, listed, whole) };
  }
}

function readListed(fixed: Buffer, more: Buffer, nameLength: number): Listed {
  const sizes = wideSizes(fixed, more.subarray(nameLength));
  return {
    name: more.subarray(0, nameLength).toString('utf8'),
    flags: fixed.readUInt16LE(8),
    method: fixed.readUInt16LE(10),
    crc: fixed.readUInt32LE(16),
    ...sizes,
  };
}

/** APPNOTE s4.5.3: the extra field holds those of size, packed size and offset, in this order, that did not fit. */
function wideSizes(fixed: Buffer, extra: Buffer): Pick<Listed, 'packed' | 'size' | 'start'> {
  const narrow = { size: fixed.readUInt32LE(24), packed: fixed.readUInt32LE(20), start: fixed.readUInt32LE(42) };
  if (!Object.values(narrow).includes(wide)) return narrow;
  for (let at = 0; at + 4 <= extra.length; ) {
    const [id, length] = [extra.readUInt16LE(at), extra.readUInt16LE(at + 2)];
    if (id === 1) return widen(narrow, extra.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  throw broken('an entry has no Zip64 sizes');
}

function widen(narrow: Pick<Listed, 'packed' | 'size' | 'start'>, field: Buffer): typeof narrow {
  let at = 0;
  const next = (value: number) => {
    if (value !== wide) return value;
    if (at + 8 > field.length) throw broken('an entry has no Zip64 sizes');
    at += 8;
    return numberAt(field, at - 8);
  };
  const [size, packed, start] = [next(narrow.size), next(narrow.packed), next(narrow.start)];
  return { size, packed, start };
}

async function* contentOf(bytes: Bytes, entry: Listed, whole: Layer): AsyncGenerator<Buffer> {
  const shown = JSON.stringify(entry.name.slice(0, 100));
  if ((entry.flags & 1) !== 0) throw new FileError('files.not-supported', `${shown} in the ZIP archive is encrypted`);
  if (entry.method !== 0 && entry.method !== 8)
    throw new FileError('files.not-supported', `${shown} is packed by method ${entry.method}: use deflate`);
  const header = await bytes.read(entry.start, 30);
  if (header.readUInt32LE(0) !== fileSignature) throw broken('an entry is damaged');
  const from = entry.start + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (from + entry.packed > bytes.size) throw broken(`${shown} ends behind the archive`);
  const packed = bytes.chunks(from, from + entry.packed);
  let [crc, size] = [0, 0];
  for await (const chunk of entry.method === 8 ? decompress(packed, 'deflate', whole) : spent(packed, whole)) {
    crc = crc32(chunk, crc);
    size += chunk.length;
    yield chunk;
  }
  if (crc !== entry.crc || size !== entry.size) throw broken(`${shown} does not match its checksum`);
}

async function* spent(chunks: AsyncIterable<Buffer>, layer: Layer): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    layer.spend(chunk.length, 0);
    yield chunk;
  }
}

/** The end record may be followed by a comment of up to 65,535 bytes. */
async function findDirectory(bytes: Bytes): Promise<{ count: number; at: number; end: number }> {
  const from = Math.max(0, bytes.size - endSize - 0xffff);
  const tail = await bytes.read(from, bytes.size - from);
  for (let i = tail.length - endSize; i >= 0; i--) {
    const isEnd = tail.readUInt32LE(i) === endSignature && i + endSize + tail.readUInt16LE(i + 20) === tail.length;
    if (!isEnd) continue;
    const narrow = { count: tail.readUInt16LE(i + 10), at: tail.readUInt32LE(i + 16), end: from + i };
    return narrow.count === 0xffff || narrow.at === wide ? ((await findWide(bytes, from + i)) ?? narrow) : narrow;
  }
  throw broken('it has no directory at its end; was it cut off?');
}

/** Undefined for an archive of exactly 65,535 files, which needs none. */
async function findWide(bytes: Bytes, end: number) {
  const locator = await bytes.read(Math.max(0, end - locator64Size), locator64Size);
  if (locator.readUInt32LE(0) !== locator64Signature) return undefined;
  const place = numberAt(locator, 8);
  const record = await bytes.read(place, 56);
  if (record.readUInt32LE(0) !== end64Signature) throw broken('it has no Zip64 directory');
  return { count: numberAt(record, 32), at: numberAt(record, 48), end: place };
}

function numberAt(buffer: Buffer, at: number): number {
  const value = Number(buffer.readBigUInt64LE(at));
  if (Number.isSafeInteger(value)) return value;
  throw broken('an entry claims an impossible size');
}

const broken = (what: string) => damaged(`The ZIP archive cannot be read: ${what}`);
