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
  readonly segment: number;
  readonly content: Buffer;
}

const lengthBytes = 4;
const maxRecordBytes = 131_072;
const fileName = (number: number) => `${String(number).padStart(10, '0')}.log`;

/** Records of one file up to the first that was cut short by a crash. */
function readSegment(path: string, number: number, key: Buffer): JournalRecord[] {
  const file = readFileSync(path);
  const records: JournalRecord[] = [];
  for (let at = 0; at + lengthBytes <= file.length; ) {
    const length = file.readUInt32BE(at);
    const end = at + lengthBytes + length;
    if (length < sealOverhead || length > maxRecordBytes + sealOverhead || end > file.length) break;
    records.push({ segment: number, content: unseal(key, 'journal', file.subarray(at + lengthBytes, end)) });
    at = end;
  }
  return records;
}

/**
 * What waits to be sent: an append-only, encrypted, bounded log that survives a crash at any instant. A record is
 * kept until it is acknowledged; after a restart records may be handed out again, and the platform absorbs those by
 * their identity. When the log is full the oldest segment is given up and counted in `dropped`, never in silence.
 */
export function openJournal({ directory, key, maxBytes = 4 * 1024 * 1024, durable = true }: JournalOptions) {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const segmentBytes = Math.max(4096, Math.floor(maxBytes / 16));
  const segments = new Map<number, Segment>();
  const waiting: JournalRecord[] = [];
  let dropped = 0;
  let total = 0;
  let file: number | undefined;
  let next = 1;

  for (const name of readdirSync(directory)
    .filter((n) => n.endsWith('.log'))
    .sort()) {
    const number = Number.parseInt(name, 10);
    const records = readSegment(join(directory, name), number, key);
    next = number + 1;
    if (records.length === 0) rmSync(join(directory, name));
    else
      segments.set(number, {
        number,
        bytes: records.reduce((sum, r) => sum + r.content.length + sealOverhead + lengthBytes, 0),
        waiting: records.length,
      });
    waiting.push(...records);
  }
  total = [...segments.values()].reduce((sum, segment) => sum + segment.bytes, 0);

  function remove(segment: Segment): void {
    segments.delete(segment.number);
    total -= segment.bytes;
    rmSync(join(directory, fileName(segment.number)), { force: true });
  }

  function startSegment(): Segment {
    if (file !== undefined) closeSync(file);
    const segment = { number: next++, bytes: 0, waiting: 0 };
    file = openSync(join(directory, fileName(segment.number)), 'a', 0o600);
    segments.set(segment.number, segment);
    return segment;
  }

  function makeRoom(bytes: number): void {
    while (total + bytes > maxBytes && segments.size > 1) {
      const oldest = segments.values().next().value as Segment;
      const lost = waiting.findIndex((record) => record.segment !== oldest.number);
      dropped += waiting.splice(0, lost < 0 ? waiting.length : lost).length;
      remove(oldest);
    }
  }

  return Object.freeze({
    append: (content: Buffer): void => {
      if (content.length > maxRecordBytes) throw new RangeError(`A record has at most ${maxRecordBytes} bytes`);
      const sealed = seal(key, 'journal', content);
      const framed = Buffer.allocUnsafe(lengthBytes + sealed.length);
      framed.writeUInt32BE(sealed.length);
      sealed.copy(framed, lengthBytes);
      makeRoom(framed.length);
      const last = [...segments.values()].at(-1);
      const segment = file !== undefined && last && last.bytes + framed.length <= segmentBytes ? last : startSegment();
      writeSync(file as number, framed);
      if (durable) fsyncSync(file as number);
      segment.bytes += framed.length;
      segment.waiting += 1;
      total += framed.length;
      waiting.push({ segment: segment.number, content });
    },
    /** Up to `count` records that wait, oldest first, starting after the first `skip`. */
    peek: (skip: number, count: number): readonly JournalRecord[] => waiting.slice(skip, skip + count),
    /** The oldest `count` records are stored by the platform; a segment goes when its last record does. */
    acknowledge: (count: number): void => {
      for (const record of waiting.splice(0, count)) {
        const segment = segments.get(record.segment);
        if (!segment) continue;
        segment.waiting -= 1;
        const current = segment.number === next - 1 && file !== undefined;
        if (segment.waiting === 0 && (!current || waiting.length === 0)) {
          if (current) {
            closeSync(file as number);
            file = undefined;
          }
          remove(segment);
        }
      }
    },
    /** Records given up for lack of room since the last call. */
    takeDropped: (): number => {
      const count = dropped;
      dropped = 0;
      return count;
    },
    size: () => waiting.length,
    close: (): void => {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  });
}
export type Journal = ReturnType<typeof openJournal>;
