import { type Db, inTransaction } from '../../platform/db/database.ts';
import { RunEnded } from '../../platform/jobs/error.ts';
import type { JobContext, JobResult } from '../../platform/jobs/run-job.ts';
import type { Actor, InventoryDeps } from './deps.ts';
import { InventoryError } from './domain/error.ts';
import type { ImportKind } from './domain/import-row.ts';
import { type RecordBytes, splitRecords } from './domain/split-records.ts';
import { type ImportBatch, importSoftware, importVehicles } from './import-batch.ts';
import { importEcus } from './import-ecus.ts';
import { type ReadRow, readHeaderRecord, readRows } from './import-reader.ts';
import { createImportStore, type NewImportError } from './import-store.ts';
import { createImportViews } from './import-views.ts';

const batchRecords = 2_000;
const shownText = 500;

const batches: Readonly<Record<ImportKind, ImportBatch>> = Object.freeze({
  vehicles: importVehicles,
  ecus: importEcus,
  software: importSoftware,
});

type ImportRecord = NonNullable<Awaited<ReturnType<ReturnType<typeof createImportViews>['row']>>>;
/** The slice of a job's context that reading a file needs. */
export type ImportControl = Pick<JobContext, 'progress' | 'cancelled' | 'signal' | 'actor'>;
export type ImportContext = JobContext<{ readonly importId: string }>;

/**
 * Reads an uploaded file into the inventory. Rows, errors, counts and the byte offset reached are committed together,
 * batch by batch: after kill -9 the next run goes on with the first row that is not in.
 */
export async function runImport(deps: InventoryDeps, importId: string, control: ImportControl): Promise<JobResult> {
  const views = createImportViews(deps.db);
  let row = await views.row(importId);
  if (!row || row.state !== 'running') return {};
  const total = Number(row.received);
  control.progress(Number(row.consumed), total);
  if (row.format === 'csv' && !row.header) {
    const message = await takeHeader(deps, row, control.actor);
    if (message) throw new InventoryError('inventory.import-not-ready', message);
    row = (await views.row(importId)) ?? row;
  }
  const reader = splitRecords(views.bytes(importId, Number(row.consumed)), {
    offset: Number(row.consumed),
    quoted: row.format === 'csv',
  });
  let at = { consumed: Number(row.consumed), line: Number(row.line) };
  for await (const records of reader) {
    for (let i = 0; i < records.length; i += batchRecords) {
      if (control.cancelled()) return stop(deps, importId, control);
      const next = await takeBatch(deps, row, records.slice(i, i + batchRecords), at);
      if (!next) return {};
      at = next;
      control.progress(at.consumed, total);
    }
  }
  return finish(deps, importId, control.actor);
}

/** Reads the first line; a file without a good one fails as a whole, and the message says why. */
async function takeHeader(deps: InventoryDeps, row: ImportRecord, by: Actor): Promise<string | undefined> {
  const first = await firstRecord(deps.db, row.id);
  const read = first ? readHeaderRecord(row.kind, first) : { column: null, message: 'The file is empty.' };
  if (first && 'header' in read) {
    const progress = { from: 0, consumed: first.end, line: 1, rows: 0, refused: [], header: read.header };
    await createImportStore(deps.db).advance(row.id, progress);
    return undefined;
  }
  const { column, message } = read as { column: string | null; message: string };
  await inTransaction(deps.db, async (tx) => {
    const store = createImportStore(tx);
    await store.addErrors(row.id, [
      { row: 1, field: column, message, text: first?.bytes.toString().slice(0, shownText).replaceAll('\0', '') ?? '' },
    ]);
    await endImport(deps, tx, row.id, 'failed', by);
  });
  return message;
}

async function firstRecord(db: Db, importId: string): Promise<RecordBytes | undefined> {
  for await (const [record] of splitRecords(createImportViews(db).bytes(importId, 0), { offset: 0, quoted: true }))
    return record;
  return undefined;
}

interface Place {
  readonly consumed: number;
  readonly line: number;
}

/** One transaction per batch; undefined when another run of the same import has taken over. */
async function takeBatch(
  deps: InventoryDeps,
  row: ImportRecord,
  records: readonly RecordBytes[],
  at: Place,
): Promise<Place | undefined> {
  const read = readRows(row.kind, row.header ?? undefined, records, at.line);
  const place = { consumed: records.at(-1)?.end ?? at.consumed, line: at.line + records.length };
  return inTransaction(deps.db, async (tx) => {
    const store = createImportStore(tx);
    await store.takeTurn();
    const good = read.filter(({ fault }) => !fault).map((item) => ({ item, values: item.values, fault: item.fault }));
    await batches[row.kind](tx, good, deps.clock.now());
    const late = good.filter(({ fault }) => fault).map(({ item, fault }) => ({ ...item, fault }));
    const refused = [...read.filter(({ fault }) => fault), ...late].map(errorOf).sort((a, b) => a.row - b.row);
    const progress = { from: at.consumed, ...place, rows: read.length, refused };
    if (!(await store.advance(row.id, progress))) throw new Superseded();
    await deps.notify?.(tx, 'imports');
    return place;
  }).catch((error: unknown) => {
    if (error instanceof Superseded) return undefined;
    throw error;
  });
}

/** Rolls a batch back that another run has put in already. */
class Superseded extends Error {}

const errorOf = ({ line, text, fault }: ReadRow): NewImportError => ({
  row: line,
  field: fault?.column ?? null,
  message: fault?.message ?? '',
  text: text.slice(0, shownText).replaceAll('\0', '\uFFFD').toWellFormed(),
});

async function finish(deps: InventoryDeps, importId: string, by: Actor): Promise<JobResult> {
  return inTransaction(deps.db, async (tx) => {
    const row = await endImport(deps, tx, importId, 'finished', by);
    return { importId, rows: Number(row?.rows), accepted: Number(row?.accepted), refused: Number(row?.refused) };
  });
}

/** A cancelled import keeps what is in; a server that shuts down leaves it to the next run. */
async function stop(deps: InventoryDeps, importId: string, control: ImportControl): Promise<JobResult> {
  const ended: unknown = control.signal.reason;
  if (!(ended instanceof RunEnded) || ended.why !== 'cancelled') return {};
  await inTransaction(deps.db, (tx) => endImport(deps, tx, importId, 'cancelled', control.actor));
  return { importId };
}

/** Ends an import and drops its bytes, with the entry in the audit log. */
export async function endImport(
  deps: InventoryDeps,
  tx: Db,
  id: string,
  state: 'finished' | 'failed' | 'cancelled',
  by: Actor,
) {
  const store = createImportStore(tx);
  const row = await store.hold(id);
  await store.end(id, state);
  const details = {
    kind: row?.kind,
    rows: Number(row?.rows),
    accepted: Number(row?.accepted),
    refused: Number(row?.refused),
  };
  await deps
    .bind(tx)
    .audit.append({ action: `inventory.import-${state}`, subject: id, by, details, at: deps.clock.now() });
  await deps.notify?.(tx, row?.kind ?? 'imports');
  await deps.notify?.(tx, 'imports');
  return row;
}
