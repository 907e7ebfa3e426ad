import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { contentKind, SbomError } from '@bulkhead/sbom';
import { InventoryError } from './domain/error.ts';
import { readDocument, type SbomDocument } from './sbom-document.ts';
import type { SbomAnswer } from './sbom-worker.ts';

/** Up to this many bytes take a few milliseconds; more are read in a thread, so that vehicles and people do not wait. */
const inlineBytes = 128 * 1024;
const threadMegabytes = 3_072;
/** A thread keeps the memory that its largest document took: after a larger one it ends. */
const smallBytes = 8 * 1024 * 1024;
const idleMs = 60_000;
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

/** Starting a thread takes as long as reading 5,000 components, so it stays a while for the next document. */
let waiting: { readonly worker: Worker; readonly until: NodeJS.Timeout } | undefined;

function takeThread(): Worker {
  if (waiting) {
    const { worker, until } = waiting;
    clearTimeout(until);
    waiting = undefined;
    worker.ref();
    return worker;
  }
  const worker = new Worker(program, { resourceLimits: { maxOldGenerationSizeMb: threadMegabytes } });
  worker.on('error', () => {}); // who waits for the answer learns of it; nobody else needs to
  return worker;
}

function keepThread(worker: Worker): void {
  worker.unref();
  const until = setTimeout(() => {
    waiting = undefined;
    void worker.terminate();
  }, idleMs).unref();
  waiting = { worker, until };
}

async function readInThread(bytes: Buffer, mayStay: boolean): Promise<SbomDocument> {
  const worker = takeThread();
  let isDone = false;
  try {
    worker.postMessage(bytes);
    const [answer] = (await once(worker, 'message')) as [SbomAnswer];
    isDone = true;
    if ('refused' in answer) throw refused(answer.refused);
    return answer.document;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') throw cause;
    throw refused({ message: 'reading it takes too much memory; split it by software', path: '$' }, cause);
  } finally {
    if (isDone && mayStay) keepThread(worker);
    else await worker.terminate();
  }
}

/** Large documents one after the other: the memory of one is bounded, that of ten at a time would not be. */
let turn: Promise<unknown> = Promise.resolve();

/** An uploaded SBOM in the words of the tables. @throws InventoryError `inventory.bad-sbom` */
export function readSbomDocument(bytes: Buffer): Promise<SbomDocument> {
  const plain = ['json', 'xml'].includes(contentKind(bytes).extension); // what is packed may be large inside
  if (plain && bytes.length <= inlineBytes) return Promise.try(readHere, bytes);
  const mine = turn.then(() => readInThread(bytes, plain && bytes.length <= smallBytes));
  turn = mine.catch(() => {});
  return mine;
}
