import type { DialectName } from '@bulkhead/uptane';
import type { Db } from '../../platform/db/database.ts';
import './tables.ts';

/** Reads keys and roots. */
export const createRootViews = (db: Db) => ({
  keys: () => db.selectFrom('director_key').selectAll().orderBy('role').orderBy('generation').execute(),

  /** The current root in both dialects; empty before the first start. */
  current: () =>
    db
      .selectFrom('director_root')
      .selectAll()
      .where('version', '=', (eb) => eb.selectFrom('director_root').select(({ fn }) => fn.max('version').as('v')))
      .execute(),

  version: async (): Promise<number> => {
    const row = await db
      .selectFrom('director_root')
      .select(({ fn }) => fn.max('version').as('version'))
      .executeTakeFirst();
    return row?.version ?? 0;
  },

  root: async (version: number, dialect: DialectName): Promise<Buffer | undefined> => {
    const row = await db
      .selectFrom('director_root')
      .select('document')
      .where('version', '=', version)
      .where('dialect', '=', dialect)
      .executeTakeFirst();
    return row?.document;
  },

  drafts: () => db.selectFrom('director_draft').selectAll().orderBy('dialect').execute(),
});
