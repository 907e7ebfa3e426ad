import { inTransaction } from '../../platform/db/database.ts';
import type { SourceDeps } from './source-deps.ts';
import { holdSource, isEnd, type ReadControl, type SourceRun, sha256Of } from './source-run.ts';
import type { SourceRow } from './source-store.ts';
import { createUploadStore, uploadedBytes } from './upload-store.ts';

/** Reads the files that people sent, the first one first. Answers what could not be read to its end. */
export async function readUploads(
  deps: SourceDeps,
  source: SourceRow,
  run: SourceRun,
  control: ReadControl,
  scratch: string,
): Promise<string | undefined> {
  let broken: string | undefined;
  for (;;) {
    control.signal.throwIfAborted();
    const upload = await createUploadStore(deps.db).next(source.id);
    if (!upload) return broken;
    try {
      broken = (await readOne(deps, run, control, scratch, upload)) ?? broken;
    } catch (error) {
      if (isEnd(error) || control.signal.aborted) throw error;
      await drop(deps, source.id, control.id, upload.id); // it would make the next job fail too
      throw error;
    }
    await drop(deps, source.id, control.id, upload.id);
  }
}

async function readOne(
  { db }: SourceDeps,
  run: SourceRun,
  control: ReadControl,
  scratch: string,
  { id, name, size }: { id: string; name: string; size: string },
): Promise<string | undefined> {
  const bytes = uploadedBytes(db, id, Number(size));
  const hash = await sha256Of(bytes);
  const onRead = (read: number) => control.progress(read, bytes.size);
  const broken = await run.read({ folder: '', name, bytes, stamp: '0', hash, shown: name, onRead }, scratch);
  await run.flush();
  return broken;
}

const drop = ({ db }: SourceDeps, sourceId: string, jobId: string, id: string): Promise<unknown> =>
  inTransaction(db, async (tx) => {
    await holdSource(tx, sourceId, jobId);
    return createUploadStore(tx).delete(id);
  });
