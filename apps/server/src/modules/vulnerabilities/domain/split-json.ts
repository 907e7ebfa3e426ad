/** One JSON value of a file, as bytes. With a fault, only their beginning. */
export interface JsonPiece {
  readonly bytes: Buffer;
  readonly fault?: PieceFault;
}
export type PieceFault = 'too-long' | 'cut-off' | 'no-object';

/** `lines`: one value in each line, so that a broken one costs itself. `values`: values after each other, or an array of them. */
export type JsonForm = 'lines' | 'values';

const shownBytes = 2_000;
const [tab, newline, carriage, space, quote, comma, backslash] = [0x09, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x5c];
const [openSquare, closeSquare, openCurly, closeCurly] = [0x5b, 0x5d, 0x7b, 0x7d];
const isBlank = (byte: number) => byte === space || byte === newline || byte === carriage || byte === tab;
const bom = Buffer.from([0xef, 0xbb, 0xbf]);

const withoutBom = (bytes: Buffer) => (bytes.subarray(0, 3).equals(bom) ? bytes.subarray(3) : bytes);

/** How the values of a file stand, from its name and its beginning. */
export function jsonFormOf(name: string, start: Buffer): JsonForm {
  if (/\.(ndjson|jsonl)(\.(gz|zst))?$/i.test(name)) return 'lines';
  const text = withoutBom(start).toString('latin1').trimStart();
  if (!text.startsWith('{')) return 'values';
  const end = text.indexOf('\n');
  if (end < 0) return 'values';
  const [first, rest] = [text.slice(0, end).trimEnd(), text.slice(end + 1).trimStart()];
  return first.length > 1 && (first.endsWith('}') || rest.startsWith('{"')) ? 'lines' : 'values';
}

/**
 * Cuts a stream of JSON into its values without parsing it: memory is bounded by a chunk and one value, however long the
 * file is. Answers the pieces chunk by chunk.
 */
export async function* splitJson(
  chunks: AsyncIterable<Buffer>,
  { form, maxBytes }: { readonly form: JsonForm; readonly maxBytes: number },
): AsyncGenerator<JsonPiece[]> {
  const scanner = form === 'lines' ? createLineScanner(maxBytes) : createValueScanner(maxBytes);
  for await (const chunk of chunks) {
    const pieces = scanner.take(chunk);
    if (pieces.length > 0) yield pieces;
    if (scanner.lost()) return;
  }
  const rest = scanner.end();
  if (rest) yield [rest];
}

/** Collects the bytes of one value over chunks, up to the bound; beyond it only the beginning is kept. */
function createCollector(maxBytes: number) {
  let parts: Buffer[] = [];
  let length = 0;
  return {
    add: (bytes: Buffer): void => {
      length += bytes.length;
      if (length <= maxBytes) parts.push(bytes);
      else parts = [Buffer.concat([...parts, bytes.subarray(0, shownBytes)]).subarray(0, shownBytes)];
    },
    isEmpty: () => length === 0,
    take: (fault?: PieceFault): JsonPiece => {
      const tooLong = length > maxBytes;
      const bytes = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
      [parts, length] = [[], 0];
      const what = tooLong ? 'too-long' : fault;
      return what ? { bytes: bytes.subarray(0, shownBytes), fault: what } : { bytes };
    },
  };
}

function createLineScanner(maxBytes: number) {
  const line = createCollector(maxBytes);
  function pieceOf(piece: JsonPiece): JsonPiece | undefined {
    const bytes = trimLine(withoutBom(piece.bytes));
    if (bytes.length === 0) return undefined;
    const brackets = bytes.length === 1 && (bytes[0] === openSquare || bytes[0] === closeSquare);
    return brackets ? undefined : { ...piece, bytes };
  }
  return {
    take: (chunk: Buffer): JsonPiece[] => {
      const found: JsonPiece[] = [];
      let start = 0;
      for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, start)) {
        line.add(chunk.subarray(start, at));
        const piece = pieceOf(line.take());
        if (piece) found.push(piece);
        start = at + 1;
      }
      if (start < chunk.length) line.add(chunk.subarray(start));
      return found;
    },
    end: () => (line.isEmpty() ? undefined : pieceOf(line.take())),
    lost: () => false,
  };
}

/** Without blanks around it, and without the comma that follows a line of an array. */
function trimLine(bytes: Buffer): Buffer {
  let [from, to] = [0, bytes.length];
  while (from < to && isBlank(bytes[from] as number)) from++;
  while (to > from && (isBlank(bytes[to - 1] as number) || bytes[to - 1] === comma)) to--;
  return bytes.subarray(from, to);
}

function createValueScanner(maxBytes: number) {
  const value = createCollector(maxBytes);
  let depth = 0;
  let [inString, escaped, inArray, lost, begun] = [false, false, false, false, false];

  /** The place behind the end of the value that is open, or the end of the chunk. */
  function scan(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (escaped) escaped = false;
      else if (inString) {
        if (byte === backslash) escaped = true;
        else if (byte === quote) inString = false;
      } else if (byte === quote) inString = true;
      else if (byte === openCurly || byte === openSquare) depth++;
      else if ((byte === closeCurly || byte === closeSquare) && --depth === 0) return at + 1;
    }
    return chunk.length;
  }
  /** What stands between values. A word or number where an object belongs is kept to be shown. */
  function between(chunk: Buffer, at: number): { next: number; piece?: JsonPiece } {
    const byte = chunk[at] as number;
    if (isBlank(byte) || byte === comma || (!begun && bom.includes(byte))) return { next: at + 1 };
    begun = true;
    if (byte === openSquare && !inArray) {
      inArray = true;
      return { next: at + 1 };
    }
    if (byte === closeSquare && inArray) {
      inArray = false;
      return { next: at + 1 };
    }
    lost = true;
    return { next: chunk.length, piece: { bytes: chunk.subarray(at, at + shownBytes), fault: 'no-object' } };
  }
  return {
    take: (chunk: Buffer): JsonPiece[] => {
      const found: JsonPiece[] = [];
      for (let at = 0; at < chunk.length && !lost; ) {
        const opens = chunk[at] === openCurly || (inArray && chunk[at] === openSquare);
        if (depth === 0 && !opens) {
          const { next, piece } = between(chunk, at);
          at = next;
          if (piece) found.push(piece);
          continue;
        }
        const end = scan(chunk, at);
        value.add(chunk.subarray(at, end));
        at = end;
        if (depth === 0) found.push(value.take());
      }
      return found;
    },
    end: (): JsonPiece | undefined =>
      depth > 0 ? value.take('cut-off') : inArray && !lost ? { bytes: Buffer.alloc(0), fault: 'cut-off' } : undefined,
    /** Nothing after this place can be told apart. */
    lost: () => lost,
  };
}
