import { type ListQuery, type Source, type SourceProblem, sourceOperations } from '@bulkhead/contract';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { defineList } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';
import { freshnessOf } from './domain/source-freshness.ts';
import type { SourceRow } from './source-store.ts';
import './tables.ts';

const problemList = defineList(
  sourceOperations.listSourceProblems.list,
  { source: 's.name', record: 'p.record', code: 'p.code', lastAt: 'p.last_at' },
  'p.id',
);

export interface KnownFile {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly stamp: string;
  readonly hash: string | null;
}

export const createSourceViews = (db: Db) => ({
  list: async (now: Date): Promise<Source[]> => {
    const rows = await db.selectFrom('vulnerabilities_source').selectAll().orderBy('name').limit(1_000).execute();
    return rows.map((row) => sourceOf(row, now));
  },
  row: (id: string): Promise<SourceRow | undefined> =>
    db.selectFrom('vulnerabilities_source').selectAll().where('id', '=', id).executeTakeFirst(),

  problems: async (query: ListQuery) => {
    const select = db
      .selectFrom('vulnerabilities_source_problem as p')
      .innerJoin('vulnerabilities_source as s', 's.id', 'p.source_id')
      .innerJoin('vulnerabilities_source_file as f', 'f.id', 'p.file_id')
      .select(['p.id', 'p.record', 'p.code', 'p.reason', 'p.excerpt', 'p.first_at', 'p.last_at', 'p.count'])
      .select(['s.name as source', 'f.folder', 'f.name as file']);
    const { rows, ...page } = await pageOf(select, problemList, query);
    const items = rows.map(
      ({ first_at, last_at, folder, file, ...row }): SourceProblem => ({
        ...row,
        file: folder === '' ? file : `${folder}/${file}`,
        firstAt: first_at.toISOString(),
        lastAt: last_at.toISOString(),
      }),
    );
    return { ...page, items };
  },

  /** Names of folders of a source's directory that files are known of. */
  folders: async (sourceId: string): Promise<string[]> => {
    const rows = await db
      .selectFrom('vulnerabilities_source_file')
      .select('folder')
      .distinct()
      .where('source_id', '=', sourceId)
      .execute();
    return rows.map(({ folder }) => folder);
  },

  files: async (sourceId: string, folder: string): Promise<KnownFile[]> => {
    const { rows } = await sql<KnownFile & { size: string }>`
      select id, name, size, stamp, encode(hash, 'hex') as hash from vulnerabilities_source_file
      where source_id = ${sourceId} and folder = ${folder}`.execute(db);
    return rows.map((row) => ({ ...row, size: Number(row.size) }));
  },

  countFiles: async (sourceId: string): Promise<number> => {
    const { n } = await db
      .selectFrom('vulnerabilities_source_file')
      .select(({ fn }) => fn.countAll<string>().as('n'))
      .where('source_id', '=', sourceId)
      .executeTakeFirstOrThrow();
    return Number(n);
  },

  /** What goes with a source: its records, and the findings that nothing else proves. */
  dependents: async (id: string, name: string): Promise<{ records: number; findings: number }> => {
    const { rows } = await sql<{ records: string; findings: string }>`
      select (select count(*) from vulnerabilities_record where source_id = ${id}) as records,
        (select count(*) from vulnerabilities_finding f
         where f.vulnerability_id in (
             select s.vulnerability_id from vulnerabilities_subject s join vulnerabilities_record r on r.id = s.record_id
             where r.source_id = ${id})
           and not exists (select from jsonb_array_elements(f.proofs) as p where p->>'source' <> ${name})) as findings`.execute(
      db,
    );
    return { records: Number(rows[0]?.records ?? 0), findings: Number(rows[0]?.findings ?? 0) };
  },

  refs: async (sourceId: string, most: number): Promise<string[]> => {
    const rows = await db
      .selectFrom('vulnerabilities_record')
      .select('ref')
      .where('source_id', '=', sourceId)
      .orderBy('ref')
      .limit(most)
      .execute();
    return rows.map(({ ref }) => ref);
  },
});

const iso = (at: Date | null) => at?.toISOString() ?? null;

export const factsOf = (row: SourceRow) => ({
  origin: row.origin,
  enabled: row.enabled,
  removing: row.removing,
  failures: row.failures,
  staleAfterHours: row.stale_after_hours,
  quietAfterDays: row.quiet_after_days,
  lastSuccessAt: row.last_success_at,
  lastChangeAt: row.last_change_at,
});

export function sourceOf(row: SourceRow, now: Date): Source {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    origin: row.origin,
    location: row.location,
    everyMinutes: row.every_minutes,
    staleAfterHours: row.stale_after_hours,
    quietAfterDays: row.quiet_after_days,
    removeMissing: row.remove_missing,
    enabled: row.enabled,
    freshness: freshnessOf(factsOf(row), now),
    records: row.record_count,
    problems: row.problem_count,
    lastSuccessAt: iso(row.last_success_at),
    lastAttemptAt: iso(row.last_attempt_at),
    lastChangeAt: iso(row.last_change_at),
    nextAt: row.enabled && !row.removing ? iso(row.next_at) : null,
    lastError: row.last_error,
    jobId: row.job_id,
    createdAt: row.created_at.toISOString(),
  };
}
