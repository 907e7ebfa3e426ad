import { createHash } from 'node:crypto';
import type { Db } from '../../platform/db/database.ts';
import { inRetriedTransaction } from '../../platform/db/retried-transaction.ts';
import type { Bytes } from '../../platform/files/bytes.ts';
import { RunEnded } from '../../platform/jobs/error.ts';
import type { JobContext } from '../../platform/jobs/run-job.ts';
import type { SourceFault } from './domain/source-fault.ts';
import { createIntake } from './intake.ts';
import { readFile } from './read-file.ts';
import { type Batch, createBatch, type FileInHand } from './source-batch.ts';
import type { SourceDeps, SourceJobInput } from './source-deps.ts';
import { createSourceFileStore, type FileKey } from './source-file-store.ts';
import { createSourceStore, type SourceRow } from './source-store.ts';
import { type TakenCounts, takeBatch } from './take-batch.ts';

/** The slice of a job's context that reading needs. */
export type ReadControl = Pick<
  JobContext<SourceJobInput>,
  'id' | 'input' | 'actor' | 'resumeFrom' | 'signal' | 'progress' | 'checkpoint'
>;

export interface RunCounts {
  files: number;
  read: number;
  changed: number;
  unchanged: number;
  removed: number;
  setAside: number;
}

/** What a run leaves for the one after it, in the transaction of the batch. */
interface Checkpoint {
  readonly counts: RunCounts;
  readonly file: FileInHand | null;
}

export interface Candidate extends FileKey {
  readonly bytes: Bytes;
  readonly stamp: string;
  readonly hash: string;
  /** For messages. */
  readonly shown: string;
  /** Bytes of this file that were read, for progress. */
  readonly onRead?: (bytes: number) => void;
}

/** The source is being removed, or another job reads it. */
export class SourceTaken extends Error {}

const none: RunCounts = { files: 0, read: 0, changed: 0, unchanged: 0, removed: 0, setAside: 0 };
const nothingRead = { next: 0, records: 0, problems: 0, nameless: false, ended: false } as const;
const removalsAtOnce = 500;
const mostSetAside = 200;

/** One run of the job that reads a source: gathers what files give, takes it in batch by batch, and counts. */
export function createSourceRun(deps: SourceDeps, source: SourceRow, control: ReadControl) {
  const batch = createBatch();
  const resumed = control.resumeFrom as unknown as Checkpoint | null;
  const counts: RunCounts = { ...none, ...resumed?.counts };
  let resumable = resumed?.file ?? null;
  let released: string | undefined;
  let current: FileInHand | null = null;

  const flush = async (): Promise<void> => {
    const file = current && !current.ended ? current : null;
    const done = await commit(deps, source, control, { batch: batch.take(), counts, file });
    counts.changed += done.changed;
    counts.unchanged += done.unchanged;
    counts.removed += done.removed;
    released = done.released ?? released;
    for (const unfinished of done.unfinished) batch.has(unfinished);
    if (done.unfinished.length > 0) await flush();
  };

  const beginning = ({ folder, name, hash, stamp, bytes }: Candidate): FileInHand => {
    const before = resumable;
    resumable = null;
    // an earlier run was in the middle of this very content
    if (before && before.folder === folder && before.name === name && before.hash === hash) return { ...before };
    counts.files += 1;
    return { folder, name, hash, stamp, size: bytes.size, ...nothingRead, setAside: [] };
  };

  /** Answers why it could not be read to its end, if so. */
  const read = async (candidate: Candidate, scratch: string): Promise<string | undefined> => {
    const file = beginning(candidate);
    current = file;
    const bytes = counted(candidate.bytes, candidate.onRead);
    const steps = readFile({ bytes, name: candidate.shown, kind: source.kind, skip: file.next, scratch });
    for await (const step of steps) {
      control.signal.throwIfAborted();
      batch.add(step, file);
      file.next = step.next;
      file.records += step.read;
      noteFaults(file, step.faults);
      counts.read += step.read;
      counts.setAside += step.faults.length;
      if (step.broken !== undefined) file.broken = step.broken;
      if (batch.isFull()) await flush();
    }
    file.ended = true;
    if (file.records === 0 && file.problems > 0) file.broken ??= `${candidate.shown} holds no record that can be read`;
    batch.has(file);
    if (batch.isFull()) await flush();
    return file.broken;
  };

  /** Files that are gone from a directory, with the records that no other file holds. Answers how many others must be read again. */
  const removeFiles = async (ids: readonly string[]): Promise<number> => {
    let again = 0;
    for (const id of ids) {
      for (let more = true; more; ) {
        const gone = await removePart(deps, source.id, control, id);
        counts.removed += gone.removed;
        again += gone.again;
        more = gone.more;
      }
    }
    return again;
  };

  return Object.freeze({ counts, read, flush, removeFiles, released: () => released });
}
export type SourceRun = ReturnType<typeof createSourceRun>;

function noteFaults(file: FileInHand, faults: readonly SourceFault[]): void {
  file.problems += faults.length;
  const names = faults.filter(({ named }) => named).map(({ record }) => record);
  file.nameless ||= names.length < faults.length || file.setAside.length + names.length > mostSetAside;
  if (!file.nameless) file.setAside.push(...names);
}

/** One transaction: the batch, how far the file in hand was read, and the checkpoint of the job. */
function commit(
  { db, clock, ...deps }: SourceDeps,
  source: SourceRow,
  control: ReadControl,
  { batch, counts, file }: { batch: Batch; counts: RunCounts; file: FileInHand | null },
): Promise<TakenCounts> {
  const unopened = batch.files.filter(({ id }) => id === undefined);
  return inRetriedTransaction(db, async (tx) => {
    for (const one of unopened) delete one.id; // of a try that was rolled back
    const row = await holdSource(tx, source.id, control.id);
    const done = await takeBatch(tx, createIntake({ clock, ...deps }), row, batch, clock.now());
    const next: RunCounts = {
      ...counts,
      changed: counts.changed + done.changed,
      unchanged: counts.unchanged + done.unchanged,
      removed: counts.removed + done.removed,
    };
    await control.checkpoint({ counts: { ...next }, file: file && { ...file } }, tx);
    return done;
  });
}

function removePart({ db, ...deps }: SourceDeps, sourceId: string, control: ReadControl, fileId: string) {
  control.signal.throwIfAborted();
  return inRetriedTransaction(db, async (tx) => {
    await holdSource(tx, sourceId, control.id);
    const found = await createSourceFileStore(tx).takeFile(sourceId, fileId, removalsAtOnce);
    const removed = found.refs.length > 0 ? await createIntake(deps).removed(tx, sourceId, found.refs) : 0;
    return { ...found, removed };
  });
}

/** @throws SourceTaken when this job may not go on with the source */
export async function holdSource(tx: Db, sourceId: string, jobId: string): Promise<SourceRow> {
  const row = await createSourceStore(tx).hold(sourceId);
  if (!row || row.removing || row.job_id !== jobId) throw new SourceTaken();
  return row;
}

export async function sha256Of(bytes: Bytes): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of bytes.chunks()) hash.update(chunk);
  return hash.digest('hex');
}

function counted(bytes: Bytes, onRead: (bytes: number) => void = () => {}): Bytes {
  let passed = 0;
  const count = (n: number) => {
    passed = Math.min(bytes.size, passed + n);
    onRead(passed);
  };
  return {
    size: bytes.size,
    read: async (at, length) => {
      count(length);
      return bytes.read(at, length);
    },
    chunks: async function* (from, to) {
      for await (const chunk of bytes.chunks(from, to)) {
        count(chunk.length);
        yield chunk;
      }
    },
  };
}

/** Whether an error is only the end of the run: cancelled, shut down, or taken over. */
export const isEnd = (error: unknown): boolean => error instanceof RunEnded || error instanceof SourceTaken;
