import { quote } from '../errors.ts';
import type { SbomLimits } from '../limits.ts';
import { type ArchiveFile, badArchive, checkCount, checkPath } from './archive-file.ts';

const block = 512;
const latin1 = new TextDecoder('latin1');
const utf8 = new TextDecoder('utf-8');

/** POSIX.1-1988 "ustar" and GNU tar write this at 257; older archives have no magic and are not taken. */
export function isTar(bytes: Uint8Array): boolean {
  return bytes.length >= block && latin1.decode(bytes.subarray(257, 262)) === 'ustar';
}

interface Header {
  readonly path: string;
  readonly size: number;
  readonly type: string;
}

/**
 * Lists the regular files of a tar archive (ustar, GNU long names, PAX paths). Links, devices and directories are left
 * out: they hold nothing. The files are views of the archive, nothing is copied.
 * @throws SbomError `sbom.bad-archive`
 */
export function readTar(bytes: Uint8Array, limits: SbomLimits): readonly ArchiveFile[] {
  const files: ArchiveFile[] = [];
  let longName: string | undefined;
  let count = 0;
  for (let at = 0; at + block <= bytes.length; ) {
    const header = readHeader(bytes.subarray(at, at + block));
    if (!header) break; // an empty block ends the archive
    checkCount(++count, limits);
    const start = at + block;
    if (start + header.size > bytes.length) throw badArchive('the tar archive ends in the middle of a file');
    const content = bytes.subarray(start, start + header.size);
    at = start + Math.ceil(header.size / block) * block;
    if (header.type === 'L') longName = trimNul(utf8.decode(content.subarray(0, 4096)));
    else if (header.type === 'x') longName = paxPath(content) ?? longName;
    else {
      const isFile = header.type === '0' || header.type === '' || header.type === '7';
      if (isFile) files.push({ path: checkPath(longName ?? header.path, limits), read: () => content });
      longName = undefined;
    }
  }
  return files;
}

function readHeader(header: Uint8Array): Header | undefined {
  if (header.every((byte) => byte === 0)) return undefined;
  checkSum(header);
  const prefix = trimNul(utf8.decode(header.subarray(345, 500)));
  const name = trimNul(utf8.decode(header.subarray(0, 100)));
  const type = latin1.decode(header.subarray(156, 157)).replace('\0', '');
  const isUstar = header[262] === 0; // GNU tar keeps other things in the place of the prefix
  return { path: isUstar && prefix ? `${prefix}/${name}` : name, size: readNumber(header.subarray(124, 136)), type };
}

/** Octal text, or base 256 for large ones (GNU); a size beyond what a number can hold exactly is refused. */
function readNumber(field: Uint8Array): number {
  if (((field[0] ?? 0) & 0x80) !== 0) {
    const value = field.reduce((sum, byte, i) => sum * 256 + (i === 0 ? byte & 0x7f : byte), 0);
    if (Number.isSafeInteger(value)) return value;
    throw badArchive('a file in the tar archive claims an impossible size');
  }
  const text = trimNul(latin1.decode(field)).trim();
  if (!/^[0-7]{1,12}$/.test(text)) throw badArchive(`${quote(text)} is no size of a file in a tar archive`);
  return Number.parseInt(text, 8);
}

function checkSum(header: Uint8Array): void {
  const given = readNumber(header.subarray(148, 156));
  let sum = 8 * 0x20; // the field itself counts as spaces
  for (const [i, byte] of header.entries()) if (i < 148 || i >= 156) sum += byte;
  if (sum !== given) throw badArchive('a header of the tar archive does not match its checksum');
}

/** The `path` of a PAX header: records "length key=value\n" (POSIX.1-2001, pax). */
function paxPath(content: Uint8Array): string | undefined {
  const text = utf8.decode(content.subarray(0, 64 * 1024));
  for (const line of text.split('\n')) {
    const found = /^\d{1,6} path=(.*)$/.exec(line);
    if (found) return found[1];
  }
  return undefined;
}

function trimNul(text: string): string {
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}
