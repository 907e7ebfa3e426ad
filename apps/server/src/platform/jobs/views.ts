import { type Job, type ListQuery, systemOperations } from '@bulkhead/contract';
import type { Db } from '../db/database.ts';
import { defineList } from '../db/filter-sql.ts';
import { pageOf } from '../db/page.ts';
import type { JobRow } from './job-store.ts';

const jobList = defineList(
  systemOperations.listJobs.list,
  { kind: 'j.kind', state: 'j.state', createdAt: 'j.created_at' },
  'j.id',
);

/** Read models of long work. */
export const createJobViews = (db: Db) =>
  Object.freeze({
    job: async (id: string): Promise<Job | undefined> => {
      const row = await db.selectFrom('platform_job').selectAll().where('id', '=', id).executeTakeFirst();
      return row && jobOf(row);
    },
    jobsPage: async (query: ListQuery) => {
      const { rows, ...page } = await pageOf(db.selectFrom('platform_job as j').selectAll('j'), jobList, query);
      return { ...page, items: rows.map(jobOf) };
    },
  });

export function jobOf(row: JobRow): Job {
  return {
    id: row.id,
    kind: row.kind,
    title: row.title,
    state: row.state,
    done: Number(row.done),
    total: row.total === null ? null : Number(row.total),
    result: row.result,
    error: row.error,
    createdBy: row.created_by_name,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.finished_at?.toISOString() ?? null,
  };
}
