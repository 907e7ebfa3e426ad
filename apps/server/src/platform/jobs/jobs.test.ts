import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { type Json, newId, Problem, systemClock } from '@bulkhead/kernel';
import { sql } from 'kysely';
import { inTransaction } from '../db/database.ts';
import { silentLog } from '../db/log.ts';
import { type TestDatabase, testDatabase } from '../db/testing.ts';
import { type Bus, createBus } from '../outbox/bus.ts';
import { createJobs, type Jobs } from './jobs.ts';
import { resumeStalled } from './resume-stalled.ts';
import { jobTopic } from './run-job.ts';

const operator = { kind: 'operator', id: 'op-1', name: 'Ada' } as const;

let database: TestDatabase;
let bus: Bus;
before(async () => {
  database = await testDatabase();
  bus = await createBus({ url: database.url });
});
after(async () => {
  await bus.close();
  await database.close();
});

const newJobs = (more: { exclusive?: boolean } = {}) =>
  createJobs({ db: database.db, url: database.url, bus, ...more });

async function ended(jobs: Jobs, id: string) {
  for (let i = 0; i < 2_000; i++) {
    const job = await jobs.get(id);
    if (job.endedAt) return job;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('the job did not end');
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 2_000; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('waited 20 seconds in vain');
}

test('a job runs with its input, shows progress on the bus and keeps its result', async () => {
  const jobs = newJobs();
  jobs.define<{ count: number }>('count', async ({ input, progress, by }) => {
    for (let i = 1; i <= input.count; i++) progress(i, input.count);
    return { counted: input.count, by: by.name };
  });
  const messages: Json[] = [];
  const stop = bus.subscribe(jobTopic, (message) => void messages.push(message));
  await jobs.open();

  const queued = await jobs.start('count', { count: 7 }, operator, { title: 'Count to seven' });
  const job = await ended(jobs, queued.id);
  await until(() => JSON.stringify(messages).includes('succeeded'));

  assert.deepEqual([queued.state, queued.title, queued.createdBy], ['queued', 'Count to seven', 'Ada']);
  assert.deepEqual([job.state, job.done, job.total, job.result], ['succeeded', 7, 7, { counted: 7, by: 'Ada' }]);
  assert.deepEqual(messages.map((message) => (message as { state: string }).state).slice(0, 1), ['running']);
  assert.ok(JSON.stringify(messages).includes('"done":7,"total":7'));
  assert.equal((await jobs.list({ filter: 'kind = "count"' })).items.length, 1);
  stop();
  await jobs.close();
});

test('starting is part of the transaction of the caller and leaves an audit entry', async () => {
  const jobs = newJobs();
  jobs.define('noop', async () => {});
  await jobs.open();

  const lost = inTransaction(database.db, async (tx) => {
    await jobs.start('noop', null, operator, { tx, title: 'lost' });
    throw new Error('rolled back');
  });
  await assert.rejects(lost, /rolled back/);
  const kept = await jobs.start('noop', null, operator, { title: 'kept' });
  await ended(jobs, kept.id);

  assert.deepEqual(
    (await jobs.list({ filter: 'kind = "noop"' })).items.map(({ title }) => title),
    ['kept'],
  );
  const { rows } = await sql<{
    n: string;
  }>`select count(*) as n from platform_audit_entry where action = 'jobs.start' and subject = ${kept.id}`.execute(
    database.db,
  );
  assert.equal(rows[0]?.n, '1');
  await jobs.close();
});

test('an expected failure is shown, any other only in the log', async () => {
  const jobs = newJobs();
  jobs.define('refused', () => Promise.reject(new Problem('sample.bad-file', 'Line 3 has no VIN')));
  jobs.define('broken', () => Promise.reject(new Error('secret detail')));
  await jobs.open();

  const refused = await ended(jobs, (await jobs.start('refused', null, operator)).id);
  const broken = await ended(jobs, (await jobs.start('broken', null, operator)).id);

  assert.deepEqual([refused.state, refused.error], ['failed', 'Line 3 has no VIN']);
  assert.equal(broken.state, 'failed');
  assert.doesNotMatch(broken.error ?? '', /secret/);
  await assert.rejects(async () => jobs.start('unheard of', null, operator), { code: 'jobs.unknown-kind' });
  await jobs.close();
});

test('a running and a queued job are cancelled, an ended one is not', async () => {
  const jobs = newJobs();
  jobs.define('endless', async ({ cancelled, signal }) => {
    while (!cancelled()) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(signal.aborted, true);
  });
  const idle = newJobs();
  idle.define('endless', async () => {});
  await idle.open({ work: false });
  const queued = await idle.start('endless', null, operator);

  const cancelledAtOnce = await idle.cancel(queued.id, operator);
  await jobs.open();
  const running = await jobs.start('endless', null, operator);
  await until(async () => (await jobs.get(running.id)).state === 'running');
  await idle.cancel(running.id, operator);

  assert.equal(cancelledAtOnce.state, 'cancelled');
  assert.equal((await ended(jobs, running.id)).state, 'cancelled');
  await assert.rejects(jobs.cancel(running.id, operator), { code: 'jobs.already-ended' });
  await assert.rejects(jobs.cancel('no id', operator), { code: 'jobs.unknown-job' });
  await idle.close();
  await jobs.close();
});

test('a job interrupted by an orderly stop goes on from its checkpoint after the restart', async () => {
  const seen: (Json | null)[] = [];
  const define = (jobs: Jobs, limit: number) =>
    jobs.define('steps', async ({ resumeFrom, checkpoint, progress, cancelled }) => {
      seen.push(resumeFrom);
      for (let step = Number(resumeFrom ?? 0) + 1; step <= 10; step++) {
        progress(step, 10);
        await checkpoint(step);
        while (step === limit && !cancelled()) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return { ok: true };
    });
  const first = newJobs();
  define(first, 4);
  await first.open();
  const { id } = await first.start('steps', null, operator);
  await until(
    async () =>
      (await sql<{ c: Json }>`select checkpoint as c from platform_job where id = ${id}`.execute(database.db)).rows[0]
        ?.c === 4,
  );
  await first.close();
  const between = await database.db.selectFrom('platform_job').select('state').where('id', '=', id).executeTakeFirst();

  const second = newJobs();
  define(second, 0);
  await second.open();
  const job = await ended(second, id);

  assert.equal(between?.state, 'queued');
  assert.deepEqual(seen, [null, 4]);
  assert.deepEqual([job.state, job.done, job.total], ['succeeded', 10, 10]);
  await second.close();
});

test('after kill -9 the next start resumes the job, and work committed with its checkpoint is done once', async () => {
  await sql`create table job_work (step int)`.execute(database.db);
  const child = spawn(process.execPath, ['--input-type=module', '-e', victimScript(database.url)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const { id } = await database.db
    .selectFrom('platform_job')
    .select('id')
    .where('kind', '=', 'work')
    .executeTakeFirstOrThrow();
  await until(
    async () =>
      Number((await sql<{ n: string }>`select count(*) as n from job_work`.execute(database.db)).rows[0]?.n) > 20,
  );
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));

  const jobs = newJobs({ exclusive: true });
  jobs.define('work', async ({ resumeFrom, checkpoint }) => {
    for (let step = Number(resumeFrom ?? 0) + 1; step <= 200; step++) {
      await inTransaction(database.db, async (tx) => {
        await sql`insert into job_work values (${step})`.execute(tx);
        await checkpoint(step, tx);
      });
    }
    return { resumedFrom: resumeFrom };
  });
  await jobs.open();
  const job = await ended(jobs, id);

  const { rows } = await sql<{
    n: string;
    different: string;
  }>`select count(*) as n, count(distinct step) as different from job_work`.execute(database.db);
  assert.equal(job.state, 'succeeded');
  assert.ok(Number(job.result?.['resumedFrom']) >= 20);
  assert.deepEqual(rows[0], { n: '200', different: '200' });
  await jobs.close();
});

test('a running job without a sign of life is queued again', async () => {
  const jobs = newJobs();
  jobs.define('stalled', async () => ({ revived: true }));
  await jobs.open();
  await database.db
    .insertInto('platform_job')
    .values({
      id: newId(),
      kind: 'stalled',
      title: 's',
      state: 'running',
      run_token: newId(),
      input: 'null',
      created_by_kind: 'system',
      created_by_id: 's',
      created_by_name: 's',
      created_at: new Date('2026-01-01'),
      updated_at: new Date('2026-01-01'),
    })
    .execute();
  const sent: string[] = [];
  const send = async (id: string) => void sent.push(id);
  const look = { db: database.db, clock: systemClock, log: silentLog, send };

  const found = await resumeStalled(look);

  assert.equal(found, 1);
  assert.equal((await jobs.get(sent[0] ?? '')).kind, 'stalled');
  await jobs.close();
});

function victimScript(url: string): string {
  const at = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const kysely = JSON.stringify(createRequire(import.meta.url).resolve('kysely'));
  return `const { sql } = await import(${kysely});
const { openDatabase, inTransaction } = await import(${at('../db/database.ts')});
const { createBus } = await import(${at('../outbox/bus.ts')});
const { createJobs } = await import(${at('./jobs.ts')});
const url = ${JSON.stringify(url)};
const { db } = await openDatabase({ url });
const jobs = createJobs({ db, url, bus: await createBus({ url }) });
jobs.define('work', async ({ checkpoint }) => {
  for (let step = 1; ; step++) {
    await inTransaction(db, async (tx) => { await sql\`insert into job_work values (\${step})\`.execute(tx); await checkpoint(step, tx); });
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
});
await jobs.open();
await jobs.start('work', null, { kind: 'system', id: 'test', name: 'test' });
console.log('started');`;
}
