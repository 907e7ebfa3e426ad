import { appendLeaf, type CompactRange, emptyRange, type Hash, leafHash, rootOf, sameHash } from '@bulkhead/merkle';
import { CliError } from '../error.ts';

/** The tree at one size, as somebody vouched for it. */
export interface Head {
  readonly size: number;
  readonly root: Hash;
  /** Who vouched, in words: "the signed checkpoint", "what verified here before". */
  readonly source: string;
}

export interface LogFault {
  readonly text: string;
  /** The first bad entry, or the first of the range that holds it. */
  readonly index: number;
}

export interface LogCheck {
  readonly entries: number;
  readonly root: Hash;
  readonly fault: LogFault | undefined;
}

const longestLine = 4 * 1024 * 1024;

/** Lines of a byte stream; memory is bounded by the longest line, and that by 4 MiB. */
export async function* splitLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    const bytes: Buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : Buffer.from(chunk);
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      yield bytes.subarray(start, end);
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > longestLine) throw new CliError('cli.failed', 'The export holds a line of more than 4 MiB.');
  }
  if (rest.length > 0) yield rest;
}

/**
 * Recomputes the tree (RFC 9162 s2.1.1) from the exported lines, which are the hashed bytes, and compares it with every
 * head on the way. Heads that verified before narrow down where a log was rewritten.
 */
export async function checkLog(lines: AsyncIterable<Uint8Array>, heads: readonly Head[]): Promise<LogCheck> {
  const waiting = [...heads].sort((a, b) => a.size - b.size);
  let range: CompactRange = emptyRange;
  let lastGood = 0;
  const stop = (fault: LogFault): LogCheck => ({ entries: range.size, root: rootOf(range), fault });
  const compare = (): LogFault | undefined => {
    while (waiting[0] && waiting[0].size <= range.size) {
      const head = waiting.shift() as Head;
      if (head.size === range.size && !sameHash(head.root, rootOf(range))) return rewritten(lastGood, head);
      lastGood = head.size;
    }
    return undefined;
  };
  const early = compare();
  if (early) return stop(early);
  for await (const line of lines) {
    const misplaced = placeFault(line, range.size);
    if (misplaced) return stop(misplaced);
    range = appendLeaf(range, leafHash(line));
    const fault = compare();
    if (fault) return stop(fault);
  }
  const beyond = waiting.at(-1);
  if (!beyond) return { entries: range.size, root: rootOf(range), fault: undefined };
  return stop({
    index: range.size,
    text: `Entry ${range.size} is missing: the log ends here, but ${beyond.source} covers ${beyond.size} entries`,
  });
}

function placeFault(line: Uint8Array, expected: number): LogFault | undefined {
  let index: unknown;
  try {
    ({ index } = JSON.parse(Buffer.from(line).toString('utf8')) as { index?: unknown });
  } catch {
    return { index: expected, text: `Entry ${expected} is not valid JSON` };
  }
  if (index === expected) return undefined;
  return { index: expected, text: `Entry ${expected} is missing or moved: entry ${String(index)} stands in its place` };
}

function rewritten(lastGood: number, head: Head): LogFault {
  const where = lastGood === head.size - 1 ? `Entry ${lastGood}` : `An entry from ${lastGood} to ${head.size - 1}`;
  return {
    index: lastGood,
    text: `${where} was altered, moved or inserted: the tree of ${head.size} entries is not that of ${head.source}`,
  };
}
