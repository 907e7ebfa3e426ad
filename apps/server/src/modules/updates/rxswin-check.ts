import { type Db, inTransaction } from '../../platform/db/database.ts';
import { engine } from './campaign-life.ts';
import { type UpdatesDeps, updatesEvent } from './deps.ts';
import { ofModel } from './rxswin-drift-views.ts';
import { createRxswinStore, type RxswinRow } from './rxswin-store.ts';
import { createRxswinViews } from './rxswin-views.ts';

const sliceSize = 10_000;
const everyMs = 6 * 3_600_000;
const firstId = '00000000-0000-0000-0000-000000000000';

/**
 * One slice of one comparison of vehicles with a released definition, in one transaction with its progress. Any number of
 * replicas may; a definition is held by one at a time. Answers false when none is due.
 */
export function checkStep(deps: UpdatesDeps, slice = sliceSize): Promise<boolean> {
  return inTransaction(deps.db, async (tx) => {
    const store = createRxswinStore(tx);
    const now = deps.clock.now();
    const row = await store.holdDue(now);
    if (!row) return false;
    const begins = row.check_cursor === null;
    const checkNumber = row.check_number + (begins ? 1 : 0);
    const views = createRxswinViews(tx);
    const previous = await views.previous(row);
    const { seen, last, found, fresh } = await store.compare({
      rxswinId: row.id,
      checkNumber,
      now,
      software: await views.entries(row.id),
      before: previous ? await views.entries(previous.id) : [],
      vehicles: ofModel(row.model),
      after: row.check_cursor ?? firstId,
      limit: slice,
    });
    const sums = found.map((n, i) => Number(n) + (begins ? 0 : Number(row.check_found[i] ?? 0)));
    await store.set(row.id, { check_number: checkNumber, check_cursor: last ?? row.check_cursor, check_found: sums });
    if (fresh && fresh.length > 0) {
      const payload = { rxswinId: row.id, rxswin: row.rxswin, model: row.model, vins: fresh };
      await deps.bind(tx).outbox.publishAll([updatesEvent('updates.rxswin-drifted', payload)]);
    }
    if (seen < slice) await finish({ deps, tx, row, now, checkNumber }, sums);
    return true;
  });
}

interface Check {
  readonly deps: UpdatesDeps;
  readonly tx: Db;
  readonly row: RxswinRow;
  readonly now: Date;
  readonly checkNumber: number;
}

async function finish({ deps, tx, row, now, checkNumber }: Check, found: number[]): Promise<void> {
  const store = createRxswinStore(tx);
  await store.forget(row.id, checkNumber);
  const next = row.state === 'released' ? new Date(now.getTime() + everyMs) : null;
  await store.set(row.id, { check_cursor: null, check_due_at: next, checked_at: now, found });
  const [matches = 0, behind = 0, drifted = 0, unknown = 0] = found;
  const details = { id: row.id, version: row.version, matches, behind, drifted, unknown };
  await deps
    .bind(tx)
    .audit.append({ action: 'updates.compare-rxswin', subject: row.rxswin, by: engine, details, at: now });
}
