import { ApiProblem, type Import } from '@bulkhead/contract';
import { client } from '../../api.ts';

export const pieceBytes = 4 * 1024 * 1024;
const tries = 5;

type Append = (offset: number, content: Blob, signal: AbortSignal) => Promise<Import>;
type Progress = (received: number) => void;

export interface Transfer {
  readonly file: Blob;
  /** Bytes that the server has already. */
  readonly received: number;
  readonly signal: AbortSignal;
  readonly onProgress: Progress;
  readonly append: Append;
  /** Where the server stands, asked after a failure. */
  readonly position: () => Promise<number>;
  readonly pause: (ms: number) => Promise<void>;
}

export function appendTo(id: string): Append {
  return (offset, content, signal) =>
    client.appendImport({
      params: { id },
      query: { offset },
      content,
      contentType: 'application/octet-stream',
      signal,
    });
}

export const positionOf = (id: string) => async () => (await client.getImport({ params: { id } })).received;

/** A failure that another attempt may heal: no answer, the server busy, or a piece that was already there. */
function isPassing(error: unknown): boolean {
  if (error instanceof ApiProblem)
    return error.code === 'inventory.import-offset' || error.status >= 500 || error.status === 429;
  return error instanceof TypeError;
}

/** Sends a file in pieces from where the server stands; a failed piece is asked about and sent again. */
export async function sendPieces(transfer: Transfer): Promise<void> {
  const { file, signal, onProgress, append, position, pause } = transfer;
  let offset = transfer.received;
  let failures = 0;
  onProgress(offset);
  while (offset < file.size) {
    signal.throwIfAborted();
    try {
      const { received } = await append(offset, file.slice(offset, offset + pieceBytes), signal);
      offset = received;
      failures = 0;
    } catch (error) {
      failures += 1;
      if (!isPassing(error) || failures >= tries) throw error;
      await pause(500 * 2 ** failures);
      offset = await position().catch(() => offset);
    }
    onProgress(offset);
  }
}

/** The first rows of a file and the format its name and content speak of. */
export function formatOf(name: string, start: string): 'csv' | 'ndjson' {
  if (/\.(ndjson|jsonl|json)$/i.test(name)) return 'ndjson';
  return start.trimStart().startsWith('{') ? 'ndjson' : 'csv';
}
