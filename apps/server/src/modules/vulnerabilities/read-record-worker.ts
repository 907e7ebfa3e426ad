import { parentPort, workerData } from 'node:worker_threads';
import { type Advisory, AdvisoryError, type AdvisoryErrorCode, readAdvisoryText } from '@bulkhead/advisories';

/** What the thread answers: an error would lose its class on the way. */
export type RecordAnswer =
  | { readonly advisories: Advisory[] }
  | { readonly refused: { readonly code: AdvisoryErrorCode; readonly message: string } };

function answer(): RecordAnswer {
  const { bytes, maxBytes } = workerData as { bytes: Uint8Array; maxBytes: number };
  try {
    return { advisories: readAdvisoryText(bytes, undefined, { maxBytes }) };
  } catch (error) {
    if (!(error instanceof AdvisoryError)) throw error;
    return { refused: { code: error.code, message: error.message } };
  }
}

parentPort?.postMessage(answer());
