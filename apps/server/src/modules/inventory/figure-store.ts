import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

/** Writes figures that are too dear to count for every page. */
export const createFigureStore = (db: Db) => ({
  countSoftware: () =>
    sql`update inventory_software s set installations = x.installations, vehicles = x.vehicles
      from (select o.id, coalesce(sum(i.n), 0) as installations, count(i.vehicle_id) as vehicles from inventory_software o
        left join (select current_id, vehicle_id, count(*) as n from inventory_installation
          group by current_id, vehicle_id) i on i.current_id = o.id group by o.id) x
      where x.id = s.id and (s.installations, s.vehicles) is distinct from (x.installations, x.vehicles)`.execute(db),

  keep: (name: string, value: object, at: Date) => {
    const row = { name, value: JSON.stringify(value), counted_at: at };
    return db
      .insertInto('inventory_figure')
      .values(row)
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: row.value, counted_at: at }))
      .execute();
  },
});
