import { randomUUID } from 'node:crypto';
import { type Clock, type Json, Problem } from '@bulkhead/kernel';
import type { Actor } from '../audit/audit.ts';
import type { Db } from '../db/database.ts';
import type { Log } from '../db/log.ts';
import { announce } from '../outbox/bus.ts';
import { RunEnded, type StopReason } from './error.ts';
import { createJobStore, type JobRow } from './job-store.ts';
import type { JobState } from './tables.ts';

export type JobResult = { readonly [key: string]: Json | undefined };

export interface JobContext<Input extends Json = Json> {
  readonly id: string;
  readonly input: Input;
  /** Who started it. */
  readonly by: Actor;
  /** The job itself, for the audit entries it writes. */
  readonly actor: Actor;
  /** The last checkpoint of an earlier run that did not end, or null on the first run. */
  readonly resumeFrom: Json | null;
  readonly signal: AbortSignal;
  /** Cheap: call it as often as you like. */
  progress(done: number, total?: number | null): void;
  /**
   * Keeps where to go on from. Give the transaction of the work done so far, and both are committed together:
   * then nothing is done twice. Throws when the run has ended.
   */
  checkpoint(state: Json, tx?: Db): Promise<void>;
  /** True when the handler has to come to an end, because of a cancellation or a shutdown. */
  cancelled(): boolean;
}

export type JobHandler<Input extends Json = Json> = (
  context: JobContext<Input>,
) => Promise<JobResult | undefined | void>;

export interface RunDeps {
  db: Db;
  clock: Clock;
  log: Log;
  handlerOf(kind: string): JobHandler | undefined;
  /** Live runs by job id, to be stopped by a cancellation or a shutdown. */
  live: Map<string, (why: StopReason) => void>;
}

export const jobTopic = 'platform.job';
const saveEvery = 500;
const mostRuns = 20;

/** Runs one job to its end. Throws RunEnded `interrupted` when a shutdown asks for the job to be run again elsewhere. */
export async function runJob(deps: RunDeps, id: string): Promise<void> {
  const { db, clock, log, live } = deps;
  const store = createJobStore(db);
  const token = randomUUID();
  const job = await store.claim(id, token, clock.now());
  if (!job) return;
  const handler = deps.handlerOf(job.kind);
  const refusal = refusalOf(job, handler !== undefined);
  const end = async (state: JobState, more: { result?: Json; error?: string } = {}) => {
    await store.finish(id, token, { state, ...more, at: clock.now() });
    await announce(db, jobTopic, { id, kind: job.kind, state });
  };
  if (job.cancel_requested) return end('cancelled');
  if (refusal || !handler) return end('failed', { error: refusal ?? '' });
  const run = openRun(deps, job, token);
  live.set(id, run.stop);
  await announce(db, jobTopic, { id, kind: job.kind, state: 'running' });
  try {
    const result = await handler(run.context);
    const why = await run.close();
    if (why) throw new RunEnded(why);
    await end('succeeded', { result: result ?? {} });
  } catch (error) {
    const why = (await run.close()) ?? (error instanceof RunEnded ? error.why : undefined);
    if (why === 'superseded') return;
    if (why === 'cancelled') return await end('cancelled');
    if (why === 'interrupted') {
      await store.requeue(id, token, clock.now());
      throw new RunEnded(why);
    }
    // a failure that the job itself explains is the business of who started it, not of who runs the server
    if (error instanceof Problem) log.info({ code: error.code, job: id, kind: job.kind }, 'a job failed');
    else log.error({ err: error, job: id, kind: job.kind }, 'a job failed');
    await end('failed', {
      error: error instanceof Problem ? error.message : `Internal error: see the server's log for job ${id}`,
    });
  } finally {
    live.delete(id);
  }
}

function refusalOf(job: JobRow, known: boolean): string | undefined {
  if (!known) return `This server has no job of the kind ${job.kind}: it may be from a newer release`;
  // A job that takes its process down each time would do so for ever.
  return job.runs > mostRuns
    ? `Given up after ${mostRuns} runs that each ended with the process: see the server's log`
    : undefined;
}

function openRun({ db, clock, log }: RunDeps, job: JobRow, token: string) {
  const store = createJobStore(db);
  const controller = new AbortController();
  let why: StopReason | undefined;
  let [done, total] = [Number(job.done), job.total === null ? null : Number(job.total)];
  let announced = `${done}/${total}`;
  const stop = (reason: StopReason) => {
    why ??= reason;
    controller.abort(new RunEnded(why));
  };
  const save = async () => {
    const row = await store.saveProgress(job.id, token, done, total, clock.now());
    if (!row) return stop('superseded');
    if (row.cancel_requested) stop('cancelled');
    if (announced === `${done}/${total}`) return;
    announced = `${done}/${total}`;
    await announce(db, jobTopic, { id: job.id, kind: job.kind, state: 'running', done, total });
  };
  let saving: Promise<void> = Promise.resolve();
  const saveInTurn = () => {
    saving = saving
      .then(save)
      .catch((error: unknown) => log.warn({ err: error, job: job.id }, 'progress was not saved'));
    return saving;
  };
  const timer = setInterval(() => void saveInTurn(), saveEvery);
  const context: JobContext = Object.freeze({
    id: job.id,
    input: job.input,
    by: { kind: job.created_by_kind, id: job.created_by_id, name: job.created_by_name },
    actor: { kind: 'job' as const, id: job.id, name: job.title },
    resumeFrom: job.checkpoint,
    signal: controller.signal,
    progress: (now: number, of: number | null = total) => {
      [done, total] = [now, of];
    },
    checkpoint: async (state: Json, tx: Db = db) => {
      if (why) throw new RunEnded(why);
      if (await createJobStore(tx).saveCheckpoint(job.id, token, state, done, total)) return;
      stop('superseded');
      throw new RunEnded('superseded');
    },
    cancelled: () => why !== undefined,
  });
  let closing: Promise<void> | undefined;
  const close = async () => {
    clearInterval(timer);
    closing ??= saveInTurn();
    await closing;
    return why;
  };
  return { context, stop, close };
}
