import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { ApiProblem } from '@bulkhead/contract';
import { CliError } from '../error.ts';
import type { Terminal } from '../terminal.ts';

const pieceSize = 4 * 1024 * 1024;
const mostFailures = 5;

export interface Pieces {
  /** The server takes a piece at the offset that it says it has, and answers how far it is. */
  append(offset: number, content: Uint8Array<ArrayBuffer>): Promise<number>;
  /** How far the server is. */
  look(): Promise<number>;
  /** The code of "the upload stands at another byte". */
  readonly offsetCode: string;
}

/** @throws CliError for what cannot be read or holds nothing */
export async function openToSend(path: string): Promise<FileHandle> {
  try {
    const file = await open(path, 'r');
    const stat = await file.stat();
    if (stat.isFile() && stat.size > 0) return file;
    await file.close();
  } catch (error) {
    throw new CliError('cli.usage', `${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  throw new CliError('cli.usage', `${path} is empty or no file.`);
}

/** Sends a file piece by piece from where the server is; a lost connection is tried again, then given up. */
export async function sendPieces(
  terminal: Terminal,
  file: FileHandle,
  size: number,
  from: number,
  { append, look, offsetCode }: Pieces,
): Promise<void> {
  let received = from;
  let failures = 0;
  while (received < size) {
    const piece = new Uint8Array(Math.min(pieceSize, size - received));
    const { bytesRead } = await file.read(piece, 0, piece.length, received);
    if (bytesRead === 0) throw new CliError('cli.failed', 'The file became shorter while it was sent.');
    try {
      received = await append(received, piece.subarray(0, bytesRead));
      failures = 0;
    } catch (error) {
      if (!mayPass(error, offsetCode) || ++failures >= mostFailures) throw error;
      await pause(250 * 2 ** failures);
      received = await look();
    }
    terminal.progress(`Sent ${Math.floor((100 * received) / size)} % of ${size} bytes`);
  }
  if (received > size)
    throw new CliError(
      'cli.usage',
      `The server already holds ${received} bytes, the file only ${size}: not the same file.`,
    );
}

function mayPass(error: unknown, offsetCode: string): boolean {
  if (error instanceof CliError) return error.code === 'cli.unreachable' || error.code === 'cli.timed-out';
  return error instanceof ApiProblem && (error.code === offsetCode || (error.status >= 500 && error.status !== 507));
}
