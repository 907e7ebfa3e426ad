import type { Db } from '../../platform/db/database.ts';
import { inRetriedTransaction } from '../../platform/db/retried-transaction.ts';
import type { JobResult } from '../../platform/jobs/run-job.ts';
import { createIntake } from './intake.ts';
import { forgetContent } from './read-url.ts';
import type { SourceDeps } from './source-deps.ts';
import { createSourceFileStore } from './source-file-store.ts';
import { type ReadControl, SourceTaken } from './source-run.ts';
import { createSourceStore, type SourceRow } from './source-store.ts';
import { createSourceViews } from './source-views.ts';

const recordsAtOnce = 500;

/** Removes the records of a source in parts, then the source. A run that dies is gone on with by the next one. */
export async function removeSource(deps: SourceDeps, source: SourceRow, control: ReadControl): Promise<JobResult> {
  const intake = createIntake(deps);
  const { records: total } = await createSourceViews(deps.db).dependents(source.id, source.name);
  let removed = 0;
  for (let more = true; more; ) {
    control.signal.throwIfAborted();
    removed += await inRetriedTransaction(deps.db, async (tx) => {
      await holdRemoved(tx, source.id, control.id);
      const refs = await createSourceViews(tx).refs(source.id, recordsAtOnce);
      more = refs.length === recordsAtOnce;
      await createSourceFileStore(tx).forget(source.id, more ? refs : 'all');
      return refs.length > 0 ? intake.removed(tx, source.id, refs) : 0;
    });
    control.progress(removed, Math.max(total, removed));
  }
  await inRetriedTransaction(deps.db, async (tx) => {
    await holdRemoved(tx, source.id, control.id);
    if (source.kind === 'kev') await intake.kev(tx, [], true);
    if (source.kind === 'epss') await intake.forgetEpss(tx);
    await createSourceStore(tx).delete(source.id);
    const details = { id: source.id, records: removed };
    const at = deps.clock.now();
    await deps
      .bind(tx)
      .audit.append({ action: 'vulnerabilities.remove-source', subject: source.name, by: control.actor, details, at });
  });
  await forgetContent(deps, source.id);
  deps.announce('sources');
  return { removed };
}

async function holdRemoved(tx: Db, id: string, jobId: string) {
  const row = await createSourceStore(tx).hold(id);
  if (!row?.removing || row.job_id !== jobId) throw new SourceTaken();
}
