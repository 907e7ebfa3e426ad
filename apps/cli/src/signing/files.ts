import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import {
  detectDialect,
  dialectOf,
  importPrivateKey,
  noExtra,
  type PublicKey,
  type Root,
  readPublicKeyFile,
  type SignedFile,
  type Signer,
  signerOf,
  type Target,
  UptaneError,
} from '@bulkhead/uptane';
import { CliError } from '../error.ts';
import type { Terminal } from '../terminal.ts';

const longestMetadata = 8 * 1024 * 1024;
const longestKey = 16 * 1024;

export function readBytes(path: string, limit = longestMetadata): Uint8Array {
  try {
    const { size } = statSync(path);
    if (size > limit) throw new CliError('cli.usage', `${path} holds ${size} bytes; the most is ${limit}.`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError('cli.usage', `${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** Writes a whole file or none: a ceremony that loses power leaves what was there before. */
export function writeWhole(path: string, bytes: Uint8Array | string, mode = 0o644): void {
  const draft = `${path}.${process.pid}.draft`;
  try {
    writeFileSync(draft, bytes, { mode, flag: 'wx', flush: true });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new CliError('cli.failed', `${path} cannot be written: ${(error as Error).message}`, { cause: error });
  }
}

/** Creates a file; one that is there already is never overwritten. */
export function writeNew(path: string, content: Uint8Array | string, mode = 0o644): void {
  try {
    writeFileSync(path, content, { mode, flag: 'wx', flush: true });
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'EEXIST' ? 'is there already' : (error as Error).message;
    throw new CliError('cli.usage', `${path} was not written: ${why}.`, { cause: error });
  }
}

/** What a file is about goes before what is wrong in it. */
export function inFile<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UptaneError) throw new CliError('cli.usage', `${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

export function readRootFile(path: string): SignedFile<Root> {
  const bytes = readBytes(path);
  return inFile(path, () => dialectOf(detectDialect(bytes)).readRoot(bytes));
}

export function readPublicKeys(paths: readonly string[]): readonly PublicKey[] {
  return paths.map((path) => inFile(path, () => readPublicKeyFile(readBytes(path, longestKey))));
}

/** The passphrase of a key file: from a file, from BULKHEAD_PASSPHRASE_FILE, or asked for. */
export async function readPassphrase(terminal: Terminal, file: string | undefined, question: string): Promise<string> {
  const path = file ?? terminal.env.BULKHEAD_PASSPHRASE_FILE;
  if (path !== undefined)
    return Buffer.from(readBytes(path, 1024))
      .toString('utf8')
      .replace(/\r?\n$/, '');
  if (!terminal.canAsk)
    throw new CliError('cli.usage', 'Nobody can be asked for the passphrase here; name a file with --passphrase-file.');
  return terminal.askSecret(question);
}

export async function openSigner(
  terminal: Terminal,
  path: string,
  passphraseFile: string | undefined,
): Promise<Signer> {
  const pem = Buffer.from(readBytes(path, longestKey)).toString('utf8');
  const passphrase = await readPassphrase(terminal, passphraseFile, `Passphrase of ${basename(path)}: `);
  return inFile(path, () => signerOf(importPrivateKey(pem, passphrase)));
}

/** Length and both hashes of an image, read as a stream. */
export async function describeImage(path: string): Promise<Pick<Target, 'length' | 'hashes' | 'extra'>> {
  const sha256 = createHash('sha256');
  const sha512 = createHash('sha512');
  let length = 0;
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) {
      sha256.update(chunk);
      sha512.update(chunk);
      length += chunk.length;
    }
  } catch (error) {
    throw new CliError('cli.usage', `${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const hashes = new Map([
    ['sha256', sha256.digest('hex')],
    ['sha512', sha512.digest('hex')],
  ] as const);
  return { length, hashes, extra: noExtra };
}

/** What people compare before they sign, and read aloud: the hash of the signed bytes. */
export function digestOf({ message }: Pick<SignedFile<unknown>, 'message'>): string {
  return createHash('sha256').update(message).digest('hex');
}

/** A day or a full time, in the future. */
export function expiryFrom(text: string, now: Date): Date {
  const date = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : new Date(text);
  if (
    !/^\d{4}-\d\d-\d\d(T[\d:]+Z)?$/.test(text) ||
    Number.isNaN(date.getTime()) ||
    !date.toISOString().startsWith(text.slice(0, 10))
  )
    throw new CliError(
      'cli.usage',
      `--expires is a day or a time such as 2027-01-31 or 2027-01-31T12:00:00Z, not "${text}".`,
    );
  if (date <= now) throw new CliError('cli.usage', `--expires ${text} has passed already.`);
  return date;
}
