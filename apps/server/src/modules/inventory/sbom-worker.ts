import { parentPort } from 'node:worker_threads';
import { SbomError } from '@bulkhead/sbom';
import { readDocument, type SbomDocument } from './sbom-document.ts';

/** What the thread answers: an error would lose its class on the way. */
export type SbomAnswer =
  | { readonly document: SbomDocument }
  | { readonly refused: { readonly message: string; readonly path: string } };

function answer(bytes: Uint8Array): SbomAnswer {
  try {
    return { document: readDocument(bytes) };
  } catch (error) {
    if (!(error instanceof SbomError)) throw error;
    return { refused: { message: error.message, path: error.path } };
  }
}

parentPort?.on('message', (bytes: Uint8Array) => parentPort?.postMessage(answer(bytes)));
