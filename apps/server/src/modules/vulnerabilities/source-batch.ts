import type { Advisory, KevCatalogue } from '@bulkhead/advisories';
import type { SourceFault } from './domain/source-fault.ts';
import type { EpssPart, ReadStep } from './read-file.ts';
import type { FileKey } from './source-file-store.ts';

/** How far one file has been read in this run. */
export interface FileInHand extends FileKey {
  readonly size: number;
  readonly stamp: string;
  readonly hash: string;
  /** Known once a transaction has begun its reading. */
  id?: string;
  generation?: number;
  /** Values passed, of them records that were read well, and those that were set aside. */
  next: number;
  records: number;
  problems: number;
  /** Ids of records that were set aside, and whether there were some without one (or too many to keep). */
  setAside: string[];
  nameless: boolean;
  ended: boolean;
  /** Why nothing follows from what it does not hold. */
  broken?: string;
}

/** What one transaction takes in. */
export interface Batch {
  readonly files: readonly FileInHand[];
  readonly advisories: readonly { readonly advisory: Advisory; readonly file: FileInHand }[];
  readonly faults: readonly { readonly fault: SourceFault; readonly file: FileInHand }[];
  readonly kev: readonly { readonly catalogue: KevCatalogue; readonly file: FileInHand }[];
  readonly epss: readonly EpssPart[];
}

const mostRecords = 300;
const mostBytes = 8 * 1024 * 1024;
const mostFiles = 300;
const mostRows = 10_000;

/** Gathers steps until they make a transaction of a sensible size. */
export function createBatch() {
  let batch = empty();
  let [bytes, rows] = [0, 0];
  return {
    add: (step: ReadStep, file: FileInHand): void => {
      if (!batch.files.includes(file)) batch.files.push(file);
      for (const advisory of step.advisories ?? []) batch.advisories.push({ advisory, file });
      for (const fault of step.faults) batch.faults.push({ fault, file });
      if (step.kev) batch.kev.push({ catalogue: step.kev, file });
      if (step.epss) batch.epss.push(step.epss);
      bytes += step.weight;
      rows += step.epss?.rows.length ?? 0;
    },
    has: (file: FileInHand): void => {
      if (!batch.files.includes(file)) batch.files.push(file);
    },
    isFull: () =>
      batch.advisories.length + batch.faults.length >= mostRecords ||
      bytes >= mostBytes ||
      rows >= mostRows ||
      batch.files.length >= mostFiles,
    take: (): Batch => {
      const taken = batch;
      batch = empty();
      [bytes, rows] = [0, 0];
      return taken;
    },
  };
}

const empty = () => ({
  files: [] as FileInHand[],
  advisories: [] as { advisory: Advisory; file: FileInHand }[],
  faults: [] as { fault: SourceFault; file: FileInHand }[],
  kev: [] as { catalogue: KevCatalogue; file: FileInHand }[],
  epss: [] as EpssPart[],
});
