import { type Json, newId } from '@bulkhead/kernel';
import { type Selectable, sql } from 'kysely';
import type { Actor } from '../audit/audit.ts';
import type { Db } from '../db/database.ts';
import type { JobState, JobTable } from './tables.ts';

export type JobRow = Selectable<JobTable>;

export interface NewJob {
  kind: string;
  title: string;
  input: Json;
  by: Actor;
  at: Date;
}

/** The only SQL that writes platform_job. */
export const createJobStore = (db: Db) =>
  Object.freeze({
    insert: ({ kind, title, input, by, at }: NewJob): Promise<JobRow> =>
      db
        .insertInto('platform_job')
        .values({
          id: newId(),
          kind,
          title: title.slice(0, 300),
          input: JSON.stringify(input),
          created_by_kind: by.kind,
          created_by_id: by.id,
          created_by_name: by.name,
          created_at: at,
          updated_at: at,
        })
        .returningAll()
        .executeTakeFirstOrThrow(),
    forUpdate: (id: string) =>
      db.selectFrom('platform_job').selectAll().where('id', '=', id).forUpdate().executeTakeFirst(),
    running: () => db.selectFrom('platform_job').select(['id', 'kind']).where('state', '=', 'running').execute(),
    /** Jobs in a run that last gave a sign of life before `at`. */
    silentSince: (at: Date) =>
      db
        .selectFrom('platform_job')
        .select(['id', 'kind'])
        .where('state', '=', 'running')
        .where('updated_at', '<', at)
        .execute(),
    /** Makes this run the owner; nothing if the job has ended. */
    claim: (id: string, token: string, at: Date) =>
      db
        .updateTable('platform_job')
        .set((eb) => ({
          state: 'running',
          run_token: token,
          runs: eb('runs', '+', 1),
          started_at: eb.fn.coalesce('started_at', eb.val(at)),
          updated_at: at,
        }))
        .where('id', '=', id)
        .where('state', 'in', ['queued', 'running'])
        .returningAll()
        .executeTakeFirst(),
    /** Nothing if another run owns the job by now. */
    saveProgress: (id: string, token: string, done: number, total: number | null, at: Date) =>
      db
        .updateTable('platform_job')
        .set({ done: String(done), total: total === null ? null : String(total), updated_at: at })
        .where('id', '=', id)
        .where('run_token', '=', token)
        .returning(['cancel_requested'])
        .executeTakeFirst(),
    saveCheckpoint: (id: string, token: string, state: Json, done: number, total: number | null) =>
      db
        .updateTable('platform_job')
        .set({ checkpoint: JSON.stringify(state), done: String(done), total: total === null ? null : String(total) })
        .where('id', '=', id)
        .where('run_token', '=', token)
        .returning(['id'])
        .executeTakeFirst(),
    ...endings(db),
  });

export type JobStore = ReturnType<typeof createJobStore>;

const endings = (db: Db) => ({
  finish: (id: string, token: string, end: { state: JobState; result?: Json; error?: string; at: Date }) =>
    db
      .updateTable('platform_job')
      .set({
        state: end.state,
        result: end.result === undefined ? null : JSON.stringify(end.result),
        error: end.error ?? null,
        finished_at: end.at,
        updated_at: end.at,
        run_token: null,
      })
      .where('id', '=', id)
      .where('run_token', '=', token)
      .execute(),
  requeue: (id: string, token: string, at: Date) =>
    db
      .updateTable('platform_job')
      // An orderly shutdown is not one of the crashes that `runs` counts.
      .set((eb) => ({ state: 'queued', run_token: null, runs: eb('runs', '-', 1), updated_at: at }))
      .where('id', '=', id)
      .where('run_token', '=', token)
      .execute(),
  requestCancel: (id: string, at: Date) =>
    db
      .updateTable('platform_job')
      .set({
        cancel_requested: true,
        updated_at: at,
        state: sql<JobState>`case state when 'queued' then 'cancelled' else state end`,
        finished_at: sql<Date | null>`case state when 'queued' then ${at}::timestamptz end`,
      })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow(),
});
