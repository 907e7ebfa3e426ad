import { type Insertable, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { VulnerabilityError } from './domain/error.ts';
import type { SourceTable } from './tables.ts';

/** Writes what advisories of one's own need: their source and their numbers. */
export const createOwnStore = (db: Db) => ({
  /** The source of advisories written by hand, made when the first one is. */
  source: async (row: Insertable<SourceTable>): Promise<string> => {
    await db
      .insertInto('vulnerabilities_source')
      .values(row)
      .onConflict((oc) => oc.column('name').doNothing())
      .execute();
    const found = await db
      .selectFrom('vulnerabilities_source')
      .select('id')
      .where('origin', '=', 'own')
      .executeTakeFirst();
    if (found) return found.id;
    throw new VulnerabilityError(
      'vulnerabilities.bad-advisory',
      `A source has the name "${row.name}": rename it first.`,
    );
  },

  /** The next number of the year, and never the same twice. */
  nextNumber: async (year: number): Promise<number> => {
    const { rows } = await sql<{ last: number }>`
      insert into vulnerabilities_own_number as n (year, last) values (${year}, 1)
      on conflict (year) do update set last = n.last + 1 returning last`.execute(db);
    return rows[0]?.last ?? 1;
  },
});
