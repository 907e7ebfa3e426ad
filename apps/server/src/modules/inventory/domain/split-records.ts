/** One record of a file as bytes, without its line end; `end` is the offset in the file where the next one starts. */
export interface RecordBytes {
  readonly bytes: Buffer;
  readonly end: number;
  readonly fault?: 'too-long' | 'open-quote';
}

export const maxRecordBytes = 64 * 1024;
const newline = 0x0a;
const quote = 0x22;

interface SplitOptions {
  /** Offset in the file of the first byte that `chunks` gives. */
  readonly offset: number;
  /** CSV: a line end between quotation marks belongs to its field (RFC 4180 s2.6). */
  readonly quoted: boolean;
}

/**
 * Cuts a file into records with their exact byte offsets, so that reading can go on after a crash where it was.
 * Memory is bounded by a chunk and one record. After a record that is too long, or whose quotation mark is never
 * closed, reading goes on at the next line: one bad row costs one row.
 */
export async function* splitRecords(
  chunks: AsyncIterable<Buffer>,
  { offset, quoted }: SplitOptions,
): AsyncGenerator<RecordBytes[]> {
  let data: Buffer = Buffer.alloc(0);
  let base = offset;
  let skipping = false;
  for await (const chunk of chunks) {
    data = data.length === 0 ? chunk : Buffer.concat([data, chunk]);
    const out: RecordBytes[] = [];
    let start = 0;
    while (start < data.length) {
      const cut = skipping ? skipTo(data, start) : cutRecord(data, start, quoted, false);
      if (!cut) break;
      out.push({
        bytes: data.subarray(start, cut.to),
        end: base + cut.next,
        ...(cut.fault ? { fault: cut.fault } : {}),
      });
      start = cut.next;
      skipping = false;
    }
    if (data.length - start > maxRecordBytes) {
      skipping = true;
      start = data.length;
    }
    data = data.subarray(start);
    base += start;
    if (out.length > 0) yield out;
  }
  yield* rest(data, base, quoted, skipping);
}

interface Cut {
  readonly to: number;
  readonly next: number;
  readonly fault?: RecordBytes['fault'] & string;
}

function* rest(data: Buffer, base: number, quoted: boolean, skipping: boolean): Generator<RecordBytes[]> {
  const out: RecordBytes[] = [];
  let start = 0;
  if (skipping) out.push({ bytes: Buffer.alloc(0), end: base + data.length, fault: 'too-long' });
  else {
    while (start < data.length) {
      const cut = cutRecord(data, start, quoted, true) ?? { to: data.length, next: data.length };
      out.push({
        bytes: data.subarray(start, cut.to),
        end: base + cut.next,
        ...(cut.fault ? { fault: cut.fault } : {}),
      });
      start = cut.next;
    }
  }
  if (out.length > 0) yield out;
}

function skipTo(data: Buffer, start: number): Cut | undefined {
  const at = data.indexOf(newline, start);
  return at < 0 ? undefined : { to: Math.min(at, start + 200), next: at + 1, fault: 'too-long' };
}

/** The record that starts at `start`, or undefined when its end has not been seen yet. */
function cutRecord(data: Buffer, start: number, quoted: boolean, last: boolean): Cut | undefined {
  const first = data.indexOf(newline, start);
  let open = false;
  let from = start;
  for (let at = first; at >= 0; at = data.indexOf(newline, from)) {
    if (quoted && countQuotes(data, from, at) % 2 === 1) open = !open;
    if (at - start > maxRecordBytes)
      return { to: first, next: first + 1, fault: open || first < at ? 'open-quote' : 'too-long' };
    if (!open) return { to: at, next: at + 1 };
    from = at + 1;
  }
  const unfinished = data.length - start > maxRecordBytes;
  if (first >= 0 && (last || unfinished) && isOpen(data, from, open, quoted))
    return { to: first, next: first + 1, fault: 'open-quote' };
  return undefined;
}

function isOpen(data: Buffer, from: number, open: boolean, quoted: boolean): boolean {
  return quoted && open !== (countQuotes(data, from, data.length) % 2 === 1);
}

function countQuotes(data: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = data.indexOf(quote, from); at >= 0 && at < to; at = data.indexOf(quote, at + 1)) count += 1;
  return count;
}
