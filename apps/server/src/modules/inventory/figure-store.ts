import type { Db } from '../../platform/db/database.ts';

export const createFigureStore = (db: Db) => ({
  keep: (name: string, value: object, at: Date) => {
    const row = { name, value: JSON.stringify(value), counted_at: at };
    return db
      .insertInto('inventory_figure')
      .values(row)
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: row.value, counted_at: at }))
      .execute();
  },
});
