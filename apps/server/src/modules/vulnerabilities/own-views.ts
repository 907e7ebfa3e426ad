import type { Advisory } from '@bulkhead/advisories';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { RecordHead } from './domain/merge-records.ts';
import './tables.ts';

/** A record as it is stored, with what it is about. */
export interface StoredAdvisory {
  readonly sourceId: string;
  readonly source: string;
  readonly format: Advisory['format'];
  readonly withdrawn: boolean;
  readonly published: string | undefined;
  readonly subjects: readonly string[];
  readonly stored: Advisory;
}

export const createOwnViews = (db: Db) => ({
  /** The own record of this id, else the one of another source. */
  advisory: async (ref: string): Promise<StoredAdvisory | undefined> => {
    const { rows } = await sql<{
      source_id: string;
      source: string;
      format: Advisory['format'];
      withdrawn_at: Date | null;
      head: string;
      affected: string;
      subjects: string[] | null;
    }>`
      select r.source_id, o.name as source, r.format, r.withdrawn_at, r.head, r.affected,
        (select array_agg(v.ref) from vulnerabilities_subject s join vulnerabilities_vulnerability v on v.id = s.vulnerability_id
         where s.record_id = r.id) as subjects
      from vulnerabilities_record r join vulnerabilities_source o on o.id = r.source_id
      where r.ref = ${ref} order by (r.format = 'own') desc, r.id limit 1`.execute(db);
    const [row] = rows;
    if (!row) return undefined;
    const head = JSON.parse(row.head) as RecordHead;
    return {
      sourceId: row.source_id,
      source: row.source,
      format: row.format,
      withdrawn: row.withdrawn_at !== null,
      published: head.published,
      subjects: row.subjects ?? [],
      stored: { ...head, id: ref, format: row.format, affected: JSON.parse(row.affected) as Advisory['affected'] },
    };
  },

  vulnerabilities: async (refs: readonly string[]): Promise<string[]> => {
    const rows = await db
      .selectFrom('vulnerabilities_vulnerability')
      .select('id')
      .where('ref', 'in', [...new Set(refs)])
      .execute();
    return rows.map(({ id }) => id);
  },

  countFindings: async (refs: readonly string[]): Promise<number> => {
    const { n } = await db
      .selectFrom('vulnerabilities_finding')
      .select(({ fn }) => fn.countAll<string>().as('n'))
      .where('ref', 'in', [...refs])
      .executeTakeFirstOrThrow();
    return Number(n);
  },
});
