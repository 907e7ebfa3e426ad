import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { contentKind, SbomError } from '@bulkhead/sbom';
import { InventoryError } from './domain/error.ts';
import { readDocument, type SbomDocument } from './sbom-document.ts';
import type { SbomAnswer } from './sbom-worker.ts';

/** Up to this many bytes take a few milliseconds; more are read in a thread, so that vehicles and people do not wait. */
const inlineBytes = 128 * 1024;
const threadMegabytes = 3_072;
const program = new URL('./sbom-worker.ts', import.meta.url);

const refused = ({ message, path }: { message: string; path: string }, cause?: unknown) =>
  new InventoryError('inventory.bad-sbom', `The document cannot be taken: ${message}`, { cause, fields: { path } });

function readHere(bytes: Buffer): SbomDocument {
  try {
    return readDocument(bytes);
  } catch (cause) {
    throw cause instanceof SbomError ? refused(cause, cause) : cause;
  }
}

async function readInThread(bytes: Buffer): Promise<SbomDocument> {
  const worker = new Worker(program, {
    workerData: bytes,
    resourceLimits: { maxOldGenerationSizeMb: threadMegabytes },
  });
  try {
    const [answer] = (await once(worker, 'message')) as [SbomAnswer];
    if ('refused' in answer) throw refused(answer.refused);
    return answer.document;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') throw cause;
    throw refused({ message: 'reading it takes too much memory; split it by software', path: '$' }, cause);
  } finally {
    await worker.terminate();
  }
}

/** Large documents one after the other: the memory of one is bounded, that of ten at a time would not be. */
let turn: Promise<unknown> = Promise.resolve();

/** An uploaded SBOM in the words of the tables. @throws InventoryError `inventory.bad-sbom` */
export function readSbomDocument(bytes: Buffer): Promise<SbomDocument> {
  const plain = ['json', 'xml'].includes(contentKind(bytes).extension); // what is packed may be large inside
  if (plain && bytes.length <= inlineBytes) return Promise.try(readHere, bytes);
  const mine = turn.then(() => readInThread(bytes));
  turn = mine.catch(() => {});
  return mine;
}
