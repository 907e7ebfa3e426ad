import { newId } from '@bulkhead/kernel';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import './tables.ts';

export interface KevRow {
  readonly ref: string;
  readonly title: string;
  readonly added: string;
  readonly due: string | null;
  readonly ransomware: boolean;
}
export interface EpssRow {
  readonly ref: string;
  readonly score: number;
  readonly percentile: number;
}

/** Signals of exploitation, which come from sources of their own; each answers the ids that changed and have findings. */
export const createSignalStore = (db: Db) => ({
  saveKev: async (rows: readonly KevRow[], complete: boolean, now: Date): Promise<string[]> => {
    const json = JSON.stringify(rows.map((row) => ({ ...row, id: newId() })));
    await sql`insert into vulnerabilities_vulnerability (id, ref, title, epss, epss_percentile, epss_on, created_at)
      select k.id, k.ref, k.title, e.score, e.percentile, e.day, ${now}
      from jsonb_to_recordset(${json}::jsonb) as k(id uuid, ref text, title text)
      left join vulnerabilities_epss e on e.ref = k.ref order by k.ref
      on conflict (ref) do nothing`.execute(db);
    const { rows: changed } = await sql<{ id: string }>`
      update vulnerabilities_vulnerability v set kev_added = k.added, kev_due = k.due, kev_ransomware = k.ransomware
      from jsonb_to_recordset(${json}::jsonb) as k(ref text, added date, due date, ransomware boolean)
      where v.ref = k.ref and (v.kev_added, v.kev_due, v.kev_ransomware) is distinct from (k.added, k.due, k.ransomware)
      returning v.id`.execute(db);
    const { rows: gone } = complete
      ? await sql<{ id: string }>`
          update vulnerabilities_vulnerability set kev_added = null, kev_due = null, kev_ransomware = false
          where kev_added is not null and not (ref = any(${rows.map(({ ref }) => ref)}::text[])) returning id`.execute(
          db,
        )
      : { rows: [] };
    return [...changed, ...gone].map(({ id }) => id);
  },

  saveEpss: async (on: string, rows: readonly EpssRow[]): Promise<string[]> => {
    const json = JSON.stringify([...new Map(rows.map((row) => [row.ref, row])).values()]);
    await sql`insert into vulnerabilities_epss as e (ref, score, percentile, day)
      select ref, score, percentile, ${on}::date
      from jsonb_to_recordset(${json}::jsonb) as g(ref text, score real, percentile real) order by ref
      on conflict (ref) do update set score = excluded.score, percentile = excluded.percentile, day = excluded.day
        where e.day <= excluded.day`.execute(db);
    const { rows: changed } = await sql<{ id: string; finding_count: number }>`
      update vulnerabilities_vulnerability v set epss = e.score, epss_percentile = e.percentile, epss_on = ${on}
      from jsonb_to_recordset(${json}::jsonb) as e(ref text, score real, percentile real)
      where v.ref = e.ref and (v.epss, v.epss_percentile, v.epss_on) is distinct from (e.score, e.percentile, ${on}::date)
        and (v.epss_on is null or v.epss_on <= ${on}::date)
      returning v.id, v.finding_count`.execute(db);
    return changed.filter(({ finding_count }) => finding_count > 0).map(({ id }) => id);
  },

  /** Without their source the scores say nothing any more. */
  forgetEpss: async (): Promise<string[]> => {
    await db.deleteFrom('vulnerabilities_epss').execute();
    const rows = await db
      .updateTable('vulnerabilities_vulnerability')
      .set({ epss: null, epss_percentile: null, epss_on: null })
      .where('epss', 'is not', null)
      .returning(['id', 'finding_count'])
      .execute();
    return rows.filter(({ finding_count }) => finding_count > 0).map(({ id }) => id);
  },
});
