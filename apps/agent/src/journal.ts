import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { seal, sealOverhead, unseal } from './sealing.ts';

export interface JournalOptions {
  readonly directory: string;
  readonly key: Buffer;
  /** Most bytes kept; the oldest segment goes when the newest would not fit. Default 4 MiB. */
  readonly maxBytes?: number;
  readonly durable?: boolean;
}

interface Segment {
  readonly number: number;
  bytes: number;
  /** Records of this segment that still wait. */
  waiting: number;
}

export interface JournalRecord {
  /** Counts up while the journal is open; 0 is before the first. */
  readonly id: number;
  readonly segment: number;
  readonly content: Buffer;
}

const lengthBytes = 4;
const maxRecordBytes = 131_072;
const fileName = (number: number) => `${String(number).padStart(10, '0')}.log`;

/** Records of one file up to the first that was cut short by a crash, and the faults of those that were changed. */
function readSegment(path: string, key: Buffer): { records: Buffer[]; faults: unknown[] } {
  const file = readFileSync(path);
  const records: Buffer[] = [];
  const faults: unknown[] = [];
  for (let at = 0; at + lengthBytes <= file.length; ) {
    const length = file.readUInt32BE(at);
    const end = at + lengthBytes + length;
    if (length < sealOverhead || length > maxRecordBytes + sealOverhead || end > file.length) break;
    try {
      records.push(unseal(key, 'journal', file.subarray(at + lengthBytes, end)));
    } catch (fault) {
      faults.push(fault);
    }
    at = end;
  }
  return { records, faults };
}

/**
 * All files, oldest first; those with nothing to read are removed. Records that were changed on the medium are lost, but
 * must not silence the others. When none can be read the key is another one: that is an error, and nothing is removed.
 */
function readFiles(directory: string, key: Buffer) {
  const names = readdirSync(directory).filter((name) => name.endsWith('.log'));
  const files = names
    .sort()
    .map((name) => ({ number: Number.parseInt(name, 10), ...readSegment(join(directory, name), key) }));
  const faults = files.flatMap((file) => file.faults);
  if (faults.length > 0 && files.every(({ records }) => records.length === 0)) throw faults[0];
  for (const [i, { records }] of files.entries()) if (records.length === 0) rmSync(join(directory, names[i] as string));
  return { files, lost: faults.length };
}

/** The files: a record goes to the newest, and a file goes when nothing in it waits any more. */
function createSegments({ directory, key, maxBytes = 4 * 1024 * 1024, durable = true }: JournalOptions) {
  const segmentBytes = Math.max(4096, Math.floor(maxBytes / 16));
  const segments = new Map<number, Segment>();
  let total = 0;
  let file: number | undefined;
  let next = 1;

  function closeFile(): void {
    if (file !== undefined) closeSync(file);
    file = undefined;
  }

  function remove(segment: Segment): void {
    segments.delete(segment.number);
    total -= segment.bytes;
    rmSync(join(directory, fileName(segment.number)), { force: true });
  }

  function start(): Segment {
    closeFile();
    const previous = segments.get(next - 1);
    if (previous?.waiting === 0) remove(previous);
    const segment = { number: next++, bytes: 0, waiting: 0 };
    file = openSync(join(directory, fileName(segment.number)), 'a', 0o600);
    segments.set(segment.number, segment);
    return segment;
  }

  return {
    closeFile,
    /** Everything that is left from before, oldest first; returns how many records were lost to changes. */
    load: (each: (content: Buffer, segment: number) => void): number => {
      const { files, lost } = readFiles(directory, key);
      for (const { number, records } of files) {
        next = number + 1;
        if (records.length === 0) continue;
        const bytes = records.reduce((sum, { length }) => sum + length + sealOverhead + lengthBytes, 0);
        segments.set(number, { number, bytes, waiting: records.length });
        total += bytes;
        for (const content of records) each(content, number);
      }
      return lost;
    },
    /** The segment that must go so that `bytes` more have room. */
    surplus: (bytes: number): Segment | undefined =>
      total + bytes > maxBytes && segments.size > 1 ? segments.values().next().value : undefined,
    remove,
    /** Returns the number of the segment that the record is in, on the medium. */
    write: (framed: Buffer): number => {
      const last = segments.get(next - 1);
      const fits = file !== undefined && last && last.bytes + framed.length <= segmentBytes;
      const segment = fits ? last : start();
      writeSync(file as number, framed);
      if (durable) fsyncSync(file as number);
      segment.bytes += framed.length;
      segment.waiting += 1;
      total += framed.length;
      return segment.number;
    },
    release: (number: number): void => {
      const segment = segments.get(number);
      if (!segment) return;
      segment.waiting -= 1;
      if (segment.waiting === 0 && number !== next - 1) remove(segment); // the newest may still be written to
    },
    clear: (): void => {
      closeFile();
      for (const segment of segments.values()) remove(segment);
    },
  };
}

function frame(key: Buffer, content: Buffer): Buffer {
  if (content.length > maxRecordBytes) throw new RangeError(`A record has at most ${maxRecordBytes} bytes`);
  const sealed = seal(key, 'journal', content);
  const framed = Buffer.allocUnsafe(lengthBytes + sealed.length);
  framed.writeUInt32BE(sealed.length);
  sealed.copy(framed, lengthBytes);
  return framed;
}

/** Place of the first record after `id`; the records lie in the order of their ids. */
function placeAfter(records: readonly JournalRecord[], id: number): number {
  let [low, high] = [0, records.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((records[middle] as JournalRecord).id <= id) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * What waits to be sent: an append-only, encrypted, bounded log that survives a crash at any instant. A record is
 * kept until it is acknowledged; after a restart records may be handed out again, and the platform absorbs those by
 * their identity. When the log is full the oldest segment is given up and counted in `dropped`, never in silence.
 */
export function openJournal(options: JournalOptions) {
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const segments = createSegments(options);
  const waiting: JournalRecord[] = [];
  let dropped = 0;
  let lastId = 0;
  dropped = segments.load((content, segment) => waiting.push({ id: ++lastId, segment, content }));

  function makeRoom(bytes: number): void {
    for (let oldest = segments.surplus(bytes); oldest; oldest = segments.surplus(bytes)) {
      const { number } = oldest;
      const kept = waiting.findIndex(({ segment }) => segment > number);
      dropped += waiting.splice(0, kept < 0 ? waiting.length : kept).length;
      segments.remove(oldest);
    }
  }

  return Object.freeze({
    /** Returns the id of the record, which is on the medium now. */
    append: (content: Buffer): number => {
      const framed = frame(options.key, content);
      makeRoom(framed.length);
      const segment = segments.write(framed);
      waiting.push({ id: ++lastId, segment, content });
      return lastId;
    },
    /** Up to `count` records that wait, oldest first, after the record `id`. */
    peek: (id: number, count: number): readonly JournalRecord[] => {
      const from = placeAfter(waiting, id);
      return waiting.slice(from, from + count);
    },
    /** These neighbours need not be kept any more; those given up for lack of room meanwhile are passed over. */
    acknowledge: (records: readonly JournalRecord[]): void => {
      const [first, last] = [records[0], records.at(-1)];
      if (!first || !last) return;
      const from = placeAfter(waiting, first.id - 1);
      const done = waiting.splice(from, placeAfter(waiting, last.id) - from);
      if (waiting.length === 0) segments.clear();
      else for (const { segment } of done) segments.release(segment);
    },
    /** Records given up for lack of room since the last call. */
    takeDropped: (): number => {
      const count = dropped;
      dropped = 0;
      return count;
    },
    size: () => waiting.length,
    close: segments.closeFile,
  });
}
export type Journal = ReturnType<typeof openJournal>;
