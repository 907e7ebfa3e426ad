import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

/** Writes figures that are too dear to count for every page. */
export const createFigureStore = (db: Db) => ({
  /** The vehicles of each version as a bound for components that stand in too many of them to be counted for a page. */
  countSoftware: () =>
    sql`update inventory_software s set installations = x.installations, vehicles = x.vehicles from (
        select o.id, coalesce(r.n, 0) as installations, coalesce(b.n, 0) as vehicles from inventory_software o
        left join (select software_id, sum(installations) as n from inventory_software_role group by software_id) r
          on r.software_id = o.id
        left join (select c.key, sum(bit_count(c.vehicles & l.vehicles)) as n from inventory_vehicle_block c
          join inventory_vehicle_block l on l.kind = 'live' and l.key = '' and l.block = c.block
          where c.kind = 'current' group by c.key) b on b.key = o.id::text) x
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
