import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '@bulkhead/kernel';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import { RunEnded } from '../../platform/jobs/error.ts';
import type { JobResult } from '../../platform/jobs/run-job.ts';
import { OutboundError } from '../../platform/outbound/error.ts';
import { VulnerabilityError } from './domain/error.ts';
import { nextReading } from './domain/source-freshness.ts';
import { readDirectory } from './read-directory.ts';
import { readUploads } from './read-uploads.ts';
import { forgetContent, readUrl, type UrlProgress } from './read-url.ts';
import { removeSource } from './remove-source.ts';
import type { SourceDeps } from './source-deps.ts';
import { tellSource } from './source-notices.ts';
import {
  createSourceRun,
  holdSource,
  type ReadControl,
  type RunCounts,
  type SourceRun,
  SourceTaken,
} from './source-run.ts';
import { createSourceStore, type SourceRow } from './source-store.ts';
import { createUploadStore } from './upload-store.ts';

/** What one round over a source came to. */
interface Round {
  /** Why not all could be read; what could be is in. */
  readonly broken: string | undefined;
  readonly progress?: UrlProgress;
}

/** The job behind "read a source": resumes where a run that died has stopped, and removes a source that is to go. */
export async function runSourceJob(deps: SourceDeps, control: ReadControl): Promise<JobResult> {
  const { sourceId } = control.input;
  const source = await beginRun(deps, control);
  if (!source) return {};
  if (source.removing) return removeSource(deps, source, control);
  const run = createSourceRun(deps, source, control);
  try {
    for (;;) {
      const round = await readRound(deps, source, run, control);
      const result = await endRun(deps, source, run, control, round);
      if (result) return result;
    }
  } catch (error) {
    if (error instanceof SourceTaken) {
      const now = await inTransaction(deps.db, (tx) => createSourceStore(tx).hold(sourceId));
      return now?.removing && now.job_id === control.id ? removeSource(deps, now, control) : {};
    }
    await recordEnd(deps, source, run, control, error);
    throw error;
  }
}

/** Undefined when the source is gone or another job has it. */
const beginRun = (deps: SourceDeps, control: ReadControl): Promise<SourceRow | undefined> =>
  inTransaction(deps.db, async (tx) => {
    const store = createSourceStore(tx);
    const row = await store.hold(control.input.sourceId);
    if (!row || row.job_id !== control.id) return undefined;
    await store.update(row.id, { last_attempt_at: deps.clock.now() });
    deps.announce('sources');
    return row;
  });

async function readRound(deps: SourceDeps, source: SourceRow, run: SourceRun, control: ReadControl): Promise<Round> {
  const scratch = join(deps.reading.workDirectory, source.id);
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  switch (source.origin) {
    case 'url': {
      const reading = await readUrl(deps, source, run, control);
      return reading.kind === 'unchanged' ? { broken: undefined } : reading;
    }
    case 'directory':
      return { broken: await readDirectory(deps, source, run, control, scratch) };
    case 'upload':
      return { broken: await readUploads(deps, source, run, control, scratch) };
    case 'own':
      return { broken: undefined };
  }
}

/** Ends the run in one transaction; undefined when a file was sent meanwhile and there is more to read. */
async function endRun(deps: SourceDeps, source: SourceRow, run: SourceRun, control: ReadControl, round: Round) {
  const { counts } = run;
  if (round.broken !== undefined)
    throw new VulnerabilityError('vulnerabilities.bad-source', incomplete(round.broken, counts));
  const done = await inTransaction(deps.db, async (tx) => {
    const row = await holdSource(tx, source.id, control.id);
    if (row.origin === 'upload' && (await createUploadStore(tx).next(row.id))) return undefined;
    const now = deps.clock.now();
    const store = createSourceStore(tx);
    const released = run.released();
    const progress = {
      ...row.progress,
      ...(round.progress ? keep(round.progress) : {}),
      ...(released ? { released } : {}),
    };
    const news = counts.changed + counts.removed > 0 || row.last_change_at === null;
    await store.update(row.id, {
      progress: JSON.stringify(progress),
      last_success_at: now,
      last_error: null,
      failures: 0,
      job_id: null,
      next_at: nextReading({ everyMinutes: row.every_minutes, failures: 0 }, now),
      ...(news ? { last_change_at: now } : {}),
    });
    const totals = await store.recount(row.id);
    await audit(deps, tx, 'vulnerabilities.read-source', row, control, { ...counts });
    await tellSource(tx, deps, row.id);
    return { ...counts, ...totals };
  });
  if (done) await forgetContent(deps, source.id);
  if (done) deps.announce('sources');
  return done;
}

/** Absent members are the server's word too: it sent no ETag this time. */
const keep = ({ etag, lastModified, hash }: UrlProgress) => ({
  etag: etag ?? null,
  lastModified: lastModified ?? null,
  hash: hash ?? null,
});

const incomplete = (why: string, { read }: RunCounts) =>
  `${why}. ${read === 0 ? 'No record was read' : `${read} records were read before`}; the list of problems says more.`;

/** A run that failed or was cancelled leaves the source free for the next; one that was only interrupted goes on by itself. */
async function recordEnd(deps: SourceDeps, source: SourceRow, run: SourceRun, control: ReadControl, error: unknown) {
  const why = control.signal.aborted ? control.signal.reason : error;
  const ended = why instanceof RunEnded ? why.why : undefined;
  if (ended === 'interrupted' || ended === 'superseded') return;
  await inTransaction(deps.db, async (tx) => {
    const store = createSourceStore(tx);
    const row = await store.hold(source.id);
    if (!row || row.job_id !== control.id) return;
    const now = deps.clock.now();
    const failed = ended === undefined;
    const failures = row.failures + Number(failed);
    const retryAfterMs = error instanceof OutboundError ? (error.retryAfter ?? 0) : 0;
    const message = error instanceof Problem ? error.message : "Internal error: see the server's log";
    // what was sent meanwhile waits for a job
    const waits = row.origin === 'upload' && (await createUploadStore(tx).next(row.id)) !== undefined;
    await store.update(row.id, {
      job_id: null,
      failures,
      next_at: waits ? now : nextReading({ everyMinutes: row.every_minutes, failures, retryAfterMs }, now),
      ...(failed ? { last_error: message.slice(0, 1_000) } : {}),
    });
    await store.recount(row.id);
    const details = { ...run.counts, ...(failed ? { error: message.slice(0, 300) } : {}) };
    await audit(
      deps,
      tx,
      failed ? 'vulnerabilities.fail-source' : 'vulnerabilities.cancel-source',
      row,
      control,
      details,
    );
    await tellSource(tx, deps, row.id);
  });
  deps.announce('sources');
}

const audit = (
  deps: SourceDeps,
  tx: Db,
  action: string,
  { id, name }: SourceRow,
  control: ReadControl,
  details: Readonly<Record<string, string | number>>,
) =>
  deps
    .bind(tx)
    .audit.append({ action, subject: name, by: control.actor, details: { id, ...details }, at: deps.clock.now() });
