import { inventoryOperations, type ListQuery, type Model } from '@bulkhead/contract';
import type { Db } from '../../platform/db/database.ts';
import { defineList } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';
import type { ModelTable } from './tables.ts';

const models = defineList(
  inventoryOperations.listModels.list,
  { code: 'm.code', name: 'm.name', brand: 'm.brand', year: 'm.year' },
  'm.id',
);

type ModelRow = Omit<ModelTable, 'architecture' | 'vehicle_count' | 'created_at'> & {
  architecture: Model['architecture'];
  vehicle_count: number;
};

const modelOf = (row: ModelRow): Model => ({
  id: row.id,
  code: row.code,
  name: row.name,
  brand: row.brand,
  year: row.year,
  architecture: row.architecture,
  vehicles: row.vehicle_count,
  ecuRoles: row.role_count,
  updatedAt: row.updated_at.toISOString(),
});

export const createModelViews = (db: Db) => ({
  list: async (query: ListQuery) => {
    const { rows, ...page } = await pageOf(db.selectFrom('inventory_model as m').selectAll('m'), models, query);
    return { items: rows.map(modelOf), ...page };
  },

  sizes: async (): Promise<Map<string, number>> => {
    const rows = await db.selectFrom('inventory_model').select(['code', 'vehicle_count']).execute();
    return new Map(rows.map((row) => [row.code, row.vehicle_count]));
  },

  byCode: async (code: string): Promise<Model | undefined> => {
    const row = await db.selectFrom('inventory_model').selectAll().where('code', '=', code).executeTakeFirst();
    return row && modelOf(row);
  },

  byCodes: (codes: readonly string[]) =>
    codes.length === 0
      ? Promise.resolve([])
      : db.selectFrom('inventory_model').select(['id', 'code']).where('code', 'in', codes).execute(),

  roles: (modelIds: readonly string[]) =>
    modelIds.length === 0
      ? Promise.resolve([])
      : db.selectFrom('inventory_role').select(['model_id', 'role']).where('model_id', 'in', modelIds).execute(),
});
