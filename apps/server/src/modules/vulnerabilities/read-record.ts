import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type Advisory, AdvisoryError, readAdvisoryText } from '@bulkhead/advisories';
import type { RecordAnswer } from './read-record-worker.ts';

export const longestRecord = 32 * 1024 * 1024;
/** Up to this many bytes take a few milliseconds; more are read in a thread, so that vehicles and people do not wait. */
const inlineBytes = 256 * 1024;
const threadMegabytes = 2_048;
const program = new URL('./read-record-worker.ts', import.meta.url);

/** Large records one after the other: the memory of one is bounded, that of several at a time would not be. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * Reads one record of any format, under bounds of size, depth and number of values.
 * @throws AdvisoryError
 */
export function readRecord(bytes: Buffer): Promise<Advisory[]> {
  if (bytes.length <= inlineBytes)
    return Promise.try(() => readAdvisoryText(bytes, undefined, { maxBytes: longestRecord }));
  const mine = turn.then(() => readInThread(bytes));
  turn = mine.catch(() => {});
  return mine;
}

async function readInThread(bytes: Buffer): Promise<Advisory[]> {
  const worker = new Worker(program, {
    workerData: { bytes, maxBytes: longestRecord },
    resourceLimits: { maxOldGenerationSizeMb: threadMegabytes },
  });
  try {
    const [answer] = (await once(worker, 'message')) as [RecordAnswer];
    if ('advisories' in answer) return answer.advisories;
    throw new AdvisoryError(answer.refused.code, '$', answer.refused.message);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') throw cause;
    throw new AdvisoryError('advisory.too-large', '$', 'reading it takes too much memory; split it', cause);
  } finally {
    await worker.terminate();
  }
}
