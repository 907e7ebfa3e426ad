import { type Insertable, type Selectable, sql, type Updateable } from 'kysely';
import { violatedUnique } from '../../platform/db/constraint.ts';
import type { Db } from '../../platform/db/database.ts';
import { VulnerabilityError } from './domain/error.ts';
import type { SourceTable } from './tables.ts';

export type SourceRow = Selectable<SourceTable>;

async function orNameTaken<T>(work: Promise<T>, name: string | undefined): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!violatedUnique(error)) throw error;
    throw new VulnerabilityError(
      'vulnerabilities.bad-source',
      `There is a source with the name "${name}" already: give it another one.`,
    );
  }
}

/** Writes sources; who changes one holds its row first, so that changes come one after the other. */
export const createSourceStore = (db: Db) => ({
  /** @throws VulnerabilityError `vulnerabilities.bad-source` when the name is taken */
  insert: (row: Insertable<SourceTable>) =>
    orNameTaken(db.insertInto('vulnerabilities_source').values(row).execute(), row.name),

  hold: (id: string): Promise<SourceRow | undefined> =>
    db.selectFrom('vulnerabilities_source').selectAll().where('id', '=', id).forNoKeyUpdate().executeTakeFirst(),

  /** @throws VulnerabilityError `vulnerabilities.bad-source` when the name is taken */
  update: (id: string, change: Updateable<SourceTable>) =>
    orNameTaken(
      db.updateTable('vulnerabilities_source').set(change).where('id', '=', id).execute(),
      change.name as string,
    ),

  delete: (id: string) => db.deleteFrom('vulnerabilities_source').where('id', '=', id).execute(),

  /** Sources whose time has come; another replica passes over them until the transaction ends. */
  due: (now: Date, most: number): Promise<SourceRow[]> =>
    db
      .selectFrom('vulnerabilities_source')
      .selectAll()
      .where('next_at', '<=', now)
      .where('enabled', '=', true)
      .where('removing', '=', false)
      .orderBy('next_at')
      .limit(most)
      .forNoKeyUpdate()
      .skipLocked()
      .execute(),

  /** All that may need to be told about, one replica at a time. */
  forNotice: (): Promise<SourceRow[]> =>
    db
      .selectFrom('vulnerabilities_source')
      .selectAll()
      .orderBy('id')
      .limit(1_000)
      .forNoKeyUpdate()
      .skipLocked()
      .execute(),

  /** Counts records and problems anew. */
  recount: async (id: string): Promise<{ records: number; problems: number }> => {
    const { rows } = await sql<{ record_count: number; problem_count: number }>`
      update vulnerabilities_source s set
        record_count = case when s.kind = 'advisories'
          then (select count(*) from vulnerabilities_record r where r.source_id = s.id)
          else (select coalesce(sum(f.records), 0) from vulnerabilities_source_file f where f.source_id = s.id) end,
        problem_count = (select coalesce(sum(f.problems), 0) from vulnerabilities_source_file f where f.source_id = s.id)
      where s.id = ${id} returning record_count, problem_count`.execute(db);
    return { records: rows[0]?.record_count ?? 0, problems: rows[0]?.problem_count ?? 0 };
  },
});
