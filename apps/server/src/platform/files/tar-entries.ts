import { checkName } from './entry-name.ts';
import { damaged } from './error.ts';
import type { Expansion, UnpackLimits } from './expansion.ts';

export interface Entry {
  readonly name: string;
  /** To be read once and before the next entry is asked for. */
  readonly content: AsyncIterable<Buffer>;
}

const block = 512;
const longestMeta = 64 * 1024;

/** POSIX.1-1988 "ustar" and GNU tar write this at 257; older archives have no magic and are not taken. */
export const isTar = (start: Buffer): boolean =>
  start.length >= block && start.subarray(257, 262).toString('latin1') === 'ustar';

/**
 * The regular files of a tar archive (ustar, GNU long names, PAX paths) as it is read. Links, devices and directories
 * hold nothing and are left out.
 * @throws FileError `files.damaged`, `files.too-large`
 */
export async function* tarEntries(
  chunks: AsyncIterable<Buffer>,
  expansion: Expansion,
  limits: UnpackLimits,
): AsyncGenerator<Entry> {
  const source = createPieces(chunks);
  let longName: string | undefined;
  for (;;) {
    const bytes = await source.take(block);
    const header = bytes && readHeader(bytes);
    if (!header) return; // an empty block, or the end of the file
    expansion.enter();
    const padding = (block - (header.size % block)) % block;
    if (header.type === 'L' || header.type === 'x') {
      const meta = await takeMeta(source, header.size, padding);
      longName = header.type === 'L' ? trimNul(meta.toString('utf8')) : (paxPath(meta) ?? longName);
      continue;
    }
    const rest = { bytes: header.size };
    const isFile = header.type === '0' || header.type === '' || header.type === '7';
    if (isFile) yield { name: checkName(longName ?? header.path, limits), content: source.body(rest) };
    longName = undefined;
    await source.skip(rest.bytes + padding); // what nobody has read
  }
}

async function takeMeta(source: Pieces, size: number, padding: number): Promise<Buffer> {
  if (size > longestMeta) throw damaged('A header of the tar archive is too long');
  const meta = (await source.take(size)) ?? Buffer.alloc(0);
  await source.skip(padding);
  return meta;
}

/** Hands out a stream of chunks in pieces of wanted lengths. */
function createPieces(chunks: AsyncIterable<Buffer>) {
  const iterator = chunks[Symbol.asyncIterator]();
  let data: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const { done, value } = await iterator.next();
    if (done) return false;
    data = data.length === 0 ? value : Buffer.concat([data, value]);
    return true;
  };
  async function* body(rest: { bytes: number }): AsyncGenerator<Buffer> {
    while (rest.bytes > 0) {
      if (data.length === 0 && !(await more())) throw cut();
      const piece = data.subarray(0, rest.bytes);
      data = data.subarray(piece.length);
      rest.bytes -= piece.length;
      yield piece;
    }
  }
  return {
    body,
    /** Undefined when nothing is left at all. */
    take: async (length: number): Promise<Buffer | undefined> => {
      while (data.length < length) {
        if (await more()) continue;
        if (data.length === 0) return undefined;
        throw cut();
      }
      const piece = data.subarray(0, length);
      data = data.subarray(length);
      return piece;
    },
    skip: async (bytes: number): Promise<void> => {
      for await (const _ of body({ bytes })) continue;
    },
  };
}
type Pieces = ReturnType<typeof createPieces>;

const cut = () => damaged('The tar archive ends in the middle of a file');

function readHeader(header: Buffer): { path: string; size: number; type: string } | undefined {
  if (header.every((byte) => byte === 0)) return undefined;
  checkSum(header);
  const prefix = trimNul(header.subarray(345, 500).toString('utf8'));
  const name = trimNul(header.subarray(0, 100).toString('utf8'));
  const type = header.subarray(156, 157).toString('latin1').replace('\0', '');
  const isUstar = header[262] === 0; // GNU tar keeps other things in the place of the prefix
  return { path: isUstar && prefix ? `${prefix}/${name}` : name, size: readNumber(header.subarray(124, 136)), type };
}

/** Octal text, or base 256 for large ones (GNU); a size beyond what a number can hold exactly is refused. */
function readNumber(field: Buffer): number {
  if (((field[0] ?? 0) & 0x80) !== 0) {
    const value = field.reduce((sum, byte, i) => sum * 256 + (i === 0 ? byte & 0x7f : byte), 0);
    if (Number.isSafeInteger(value)) return value;
  }
  const text = trimNul(field.toString('latin1')).trim();
  if (/^[0-7]{1,12}$/.test(text)) return Number.parseInt(text, 8);
  throw damaged('A file in the tar archive claims an impossible size');
}

function checkSum(header: Buffer): void {
  const given = readNumber(header.subarray(148, 156));
  let sum = 8 * 0x20; // the field itself counts as spaces
  for (const [i, byte] of header.entries()) if (i < 148 || i >= 156) sum += byte;
  if (sum !== given) throw damaged('A header of the tar archive does not match its checksum');
}

/** The `path` of a PAX header: records "length key=value\n" (POSIX.1-2001, pax). */
function paxPath(content: Buffer): string | undefined {
  for (const line of content.toString('utf8').split('\n')) {
    const found = /^\d{1,6} path=(.*)$/.exec(line);
    if (found) return found[1];
  }
  return undefined;
}

function trimNul(text: string): string {
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}
