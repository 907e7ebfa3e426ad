import type { Job, ListQuery } from '@bulkhead/contract';
import { type Clock, isId, type Json, systemClock } from '@bulkhead/kernel';
import { fromKysely, PgBoss } from 'pg-boss';
import { type Actor, createAudit } from '../audit/audit.ts';
import { type Db, inTransaction } from '../db/database.ts';
import { type Log, silentLog } from '../db/log.ts';
import type { Bus } from '../outbox/bus.ts';
import { JobError, RunEnded, type StopReason } from './error.ts';
import { createJobStore } from './job-store.ts';
import { watchStalledJobs } from './resume-stalled.ts';
import { type JobHandler, type RunDeps, runJob } from './run-job.ts';
import { createJobViews, jobOf } from './views.ts';

export interface JobsOptions {
  db: Db;
  url: string;
  bus: Pick<Bus, 'publish' | 'subscribe'>;
  clock?: Clock;
  log?: Log;
  /** Jobs that run at the same time in this process. */
  concurrency?: number;
  /** True when no other replica can exist (embedded database): what was running at the start is dead and resumes at once. */
  exclusive?: boolean;
}

export interface Jobs {
  /** Before `open`. */
  define<Input extends Json>(kind: string, handler: JobHandler<Input>): void;
  /** Prepares the queue; with `work: false` this replica only starts and shows jobs. */
  open(options?: { work?: boolean }): Promise<void>;
  /** Queues a job, in the caller's transaction when `tx` is one. */
  start(kind: string, input: Json, by: Actor, more?: { title?: string; tx?: Db }): Promise<Job>;
  /** @throws JobError `jobs.unknown-job`, `jobs.already-ended` */
  cancel(id: string, by: Actor): Promise<Job>;
  /** @throws JobError `jobs.unknown-job` */
  get(id: string): Promise<Job>;
  list(query: ListQuery): Promise<{ items: Job[]; next: string | null; total?: number }>;
  /** Lets running jobs stop at their next checkpoint; they resume in another replica or at the next start. */
  close(): Promise<void>;
}

const queue = 'bulkhead-jobs';
const cancelTopic = 'platform.job-cancel';

/** The least that pg-boss allows: a run whose process died is noticed after this long. */
const heartbeatSeconds = 10;

/** Long work with progress, cancel and resume: what people see is in platform_job, pg-boss decides who runs it when. */
export function createJobs(options: JobsOptions): Jobs {
  const { db, url, bus, clock = systemClock, log = silentLog, concurrency = 2, exclusive = false } = options;
  const handlers = new Map<string, JobHandler>();
  const live = new Map<string, (why: StopReason) => void>();
  const deps: RunDeps = { db, clock, log, live, handlerOf: (kind) => handlers.get(kind) };
  const boss = openBoss(url, log);
  const views = createJobViews(db);
  const resources: (() => void)[] = [];
  let closing = false;

  const open = async ({ work = true }: { work?: boolean } = {}) => {
    await boss.start();
    await boss.createQueue(queue, queueSettings);
    if (!work) return;
    if (exclusive) await releaseDeadRuns(boss, db);
    resources.push(
      bus.subscribe(cancelTopic, (id) => (typeof id === 'string' ? live.get(id)?.('cancelled') : undefined)),
      watchStalledJobs({
        db,
        clock,
        log,
        send: (id) => boss.send(queue, { id }, { singletonKey: id, singletonSeconds: 60 }),
      }),
    );
    const polling = { pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: 5, heartbeatRefreshSeconds: 3 };
    await boss.work<{ id: string }>(
      queue,
      { ...polling, batchSize: 1, localConcurrency: concurrency },
      async ([job]) => {
        // Fetched again by a worker that had not heard of the shutdown yet.
        if (closing) throw new RunEnded('interrupted');
        if (job) await runJob(deps, job.data.id);
      },
    );
  };
  const start: Jobs['start'] = (kind, input, by, { title = kind, tx = db } = {}) => {
    if (!handlers.has(kind)) throw new JobError('jobs.unknown-kind', `There is no job of the kind ${kind}`);
    return inTransaction(tx, async (own) => {
      const at = clock.now();
      const row = await createJobStore(own).insert({ kind, title, input, by, at });
      await createAudit(own).append({ action: 'jobs.start', subject: row.id, by, details: { kind, title }, at });
      await boss.send(queue, { id: row.id }, { id: row.id, db: fromKysely(own) });
      return jobOf(row);
    });
  };
  const cancel: Jobs['cancel'] = (id, by) =>
    inTransaction(db, async (tx) => {
      const store = createJobStore(tx);
      const row = isId(id) ? await store.forUpdate(id) : undefined;
      if (!row) throw unknownJob(id);
      if (row.finished_at)
        throw new JobError('jobs.already-ended', `The job has ${row.state} already: there is nothing to cancel`);
      const at = clock.now();
      const cancelled = await store.requestCancel(id, at);
      await createAudit(tx).append({ action: 'jobs.cancel', subject: id, by, details: { kind: row.kind }, at });
      await bus.publish(tx, cancelTopic, id);
      return jobOf(cancelled);
    });
  const get: Jobs['get'] = async (id) => {
    const job = isId(id) ? await views.job(id) : undefined;
    if (!job) throw unknownJob(id);
    return job;
  };
  const close = async () => {
    closing = true;
    for (const release of resources.splice(0)) release();
    for (const stop of live.values()) stop('interrupted');
    await boss.stop({ graceful: true, timeout: 20_000 });
  };
  const define: Jobs['define'] = (kind, handler) => void handlers.set(kind, handler as JobHandler);
  return Object.freeze({ define, open, start, cancel, get, list: views.jobsPage, close });
}

const queueSettings = {
  heartbeatSeconds,
  // pg-boss ends a run after less than a day; the job goes on from its checkpoint in the next run.
  expireInSeconds: 23 * 3_600,
  retryLimit: 100,
  retryDelay: 0,
  deleteAfterSeconds: 86_400,
  notify: true,
};

function openBoss(url: string, log: Log): PgBoss {
  const boss = new PgBoss({
    connectionString: url,
    application_name: 'bulkhead jobs',
    schema: 'pgboss',
    max: 3,
    useListenNotify: true,
    schedule: false,
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
  });
  boss.on('error', (error) => {
    if (!(error instanceof RunEnded)) log.warn({ err: error }, 'the job queue had a failure; it goes on by itself');
  });
  return boss;
}

/** A failed try with retries left is queued again at once, and its next run begins at the checkpoint. */
async function releaseDeadRuns(boss: PgBoss, db: Db): Promise<void> {
  const rows = await createJobStore(db).running();
  if (rows.length > 0)
    await boss.fail(
      queue,
      rows.map(({ id }) => id),
    );
}

const unknownJob = (id: string) => new JobError('jobs.unknown-job', `There is no job ${id.slice(0, 40)}`);
