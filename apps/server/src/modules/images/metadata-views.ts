import type { DialectName } from '@bulkhead/uptane';
import { type Selectable, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { DraftTable, RepositoryTable } from './tables.ts';
import './tables.ts';

export type Repository = Selectable<RepositoryTable>;
export type Draft = Selectable<DraftTable>;

/** Read models of the repository's metadata. */
export const createMetadataViews = (db: Db) => ({
  repositories: (): Promise<Repository[]> =>
    db.selectFrom('images_repository').selectAll().orderBy('dialect').execute(),

  repository: (dialect: DialectName): Promise<Repository | undefined> =>
    db.selectFrom('images_repository').selectAll().where('dialect', '=', dialect).executeTakeFirst(),

  file: (dialect: DialectName, role: string, version: number) =>
    db
      .selectFrom('images_file')
      .select(['bytes', 'sha256', 'version'])
      .where('dialect', '=', dialect)
      .where('role', '=', role)
      .where('version', '=', version)
      .executeTakeFirst(),

  /** The newest version unless told. */
  publishedFile: (dialect: DialectName, role: string, version: number | undefined) =>
    db
      .selectFrom('images_file')
      .select(['bytes', 'version'])
      .where('dialect', '=', dialect)
      .where('role', '=', role)
      .$if(version !== undefined, (query) => query.where('version', '=', version ?? 0))
      .orderBy('version', 'desc')
      .limit(1)
      .executeTakeFirst(),

  newestRoot: (dialect: DialectName) =>
    db
      .selectFrom('images_file')
      .select(['bytes', 'version'])
      .where('dialect', '=', dialect)
      .where('role', '=', 'root')
      .orderBy('version', 'desc')
      .limit(1)
      .executeTakeFirst(),

  newestRootExpiry: (dialect: DialectName) =>
    db
      .selectFrom('images_file')
      .select('expires')
      .where('dialect', '=', dialect)
      .where('role', '=', 'root')
      .orderBy('version', 'desc')
      .limit(1)
      .executeTakeFirst(),

  current: (dialect: DialectName) =>
    db.selectFrom('images_current').selectAll().where('dialect', '=', dialect).orderBy('role').execute(),

  /** The targets files that the current snapshot lists. */
  currentTargets: (dialect: DialectName) =>
    db
      .selectFrom('images_current as c')
      .innerJoin('images_file as f', (join) =>
        join.onRef('f.dialect', '=', 'c.dialect').onRef('f.role', '=', 'c.role').onRef('f.version', '=', 'c.version'),
      )
      .select(['c.role', 'f.bytes'])
      .where('c.dialect', '=', dialect)
      // top-level first, so that whoever walks the delegations finds them in their order
      .orderBy(sql`c.role <> 'targets'`)
      .orderBy('c.role')
      .execute(),

  drafts: (dialect: DialectName): Promise<Draft[]> =>
    db.selectFrom('images_draft').selectAll().where('dialect', '=', dialect).orderBy('role').execute(),

  draft: (dialect: DialectName, role: string): Promise<Draft | undefined> =>
    db
      .selectFrom('images_draft')
      .selectAll()
      .where('dialect', '=', dialect)
      .where('role', '=', role)
      .executeTakeFirst(),

  onlineKeys: () =>
    db.selectFrom('images_online_key').selectAll().orderBy('role').orderBy('generation', 'desc').execute(),
});
