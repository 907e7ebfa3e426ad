import { type ListQuery, type Release, updatesOperations } from '@bulkhead/contract';
import { type Selectable, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { defineList } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';
import type { ReleaseItemTable, ReleaseTable } from './tables.ts';
import './tables.ts';

const releases = defineList(
  updatesOperations.listReleases.list,
  {
    name: 'r.name',
    state: 'r.state',
    security: 'r.security',
    createdAt: 'r.created_at',
    updatedAt: 'r.updated_at',
    fixes: {
      test: ({ operator, values }) => {
        const found = sql<boolean>`exists (select from updates_release_fix f where f.release_id = r.id
          and f.vulnerability = any(${[...values]}::text[]))`;
        return operator === '!=' ? sql<boolean>`not ${found}` : found;
      },
    },
    approval: { column: sql`r.dossier -> 'approval' ->> 'decision'` },
    model: {
      test: ({ operator, values }) => {
        const found = sql<boolean>`r.models && ${[...values]}::text[]`;
        return operator === '!=' ? sql<boolean>`not ${found}` : found;
      },
    },
  },
  'r.id',
);

export type StoredItem = Selectable<ReleaseItemTable>;

const select = (db: Db) =>
  db
    .selectFrom('updates_release as r')
    .selectAll('r')
    .select([
      sql<number>`(select count(*)::int from updates_release_item i where i.release_id = r.id)`.as('items'),
      sql<number>`(select count(*)::int from updates_release_fix f where f.release_id = r.id)`.as('fixes'),
    ]);

export const releaseOf = (row: Selectable<ReleaseTable> & { items: number; fixes: number }): Release => ({
  id: row.id,
  name: row.name,
  state: row.state,
  security: row.security,
  models: row.models,
  items: row.items,
  fixes: row.fixes,
  hash: row.hash.toString('hex'),
  createdBy: { id: row.created_by, name: row.created_by_name },
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
  publishedAt: row.published_at?.toISOString() ?? null,
});

/** Read models of the release desk. */
export const createReleaseViews = (db: Db) => ({
  list: async (query: ListQuery) => {
    const { rows, ...page } = await pageOf(select(db), releases, query);
    return { items: rows.map(releaseOf), ...page };
  },
  byId: (id: string) => select(db).where('r.id', '=', id).executeTakeFirst(),
  items: (id: string): Promise<StoredItem[]> =>
    db.selectFrom('updates_release_item').selectAll().where('release_id', '=', id).orderBy('ordinal').execute(),
  fixes: async (id: string): Promise<string[]> => {
    const rows = await db
      .selectFrom('updates_release_fix')
      .select('vulnerability')
      .where('release_id', '=', id)
      .orderBy('vulnerability')
      .execute();
    return rows.map(({ vulnerability }) => vulnerability);
  },
  authors: (id: string) =>
    db
      .selectFrom('updates_release_author')
      .select(['person_id as id', 'name'])
      .where('release_id', '=', id)
      .orderBy('first_at')
      .execute(),
  agreements: (id: string) =>
    db.selectFrom('updates_agreement').selectAll().where('release_id', '=', id).orderBy('id').execute(),

  /** Registered software by id, as the contents of a release need to know it. */
  software: async (ids: readonly string[]) => {
    const rows = await db
      .selectFrom('inventory_software')
      .select(['id', 'name', 'version', 'sha256'])
      .where('id', '=', sql<string>`any(${[...ids]}::uuid[])`)
      .execute();
    return rows.map((row) => ({ ...row, sha256: row.sha256?.toString('hex') ?? null }));
  },
  /** Roles of models by code. */
  roles: async (codes: readonly string[]): Promise<Map<string, Set<string>>> => {
    const rows = await db
      .selectFrom('inventory_model as m')
      .leftJoin('inventory_role as o', 'o.model_id', 'm.id')
      .select(['m.code', 'o.role'])
      .where('m.code', '=', sql<string>`any(${[...codes]}::text[])`)
      .execute();
    const roles = new Map<string, Set<string>>();
    for (const { code, role } of rows) {
      const own = roles.get(code) ?? new Set<string>();
      if (role !== null) own.add(role);
      roles.set(code, own);
    }
    return roles;
  },
});
export type ReleaseViews = ReturnType<typeof createReleaseViews>;
