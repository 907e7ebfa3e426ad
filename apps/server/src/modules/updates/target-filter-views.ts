import type { FieldSpec } from '@bulkhead/contract';
import { type Expression, type SqlBool, sql } from 'kysely';
import { type SqlList, whereFilter } from '../../platform/db/filter-sql.ts';
import { vehicleFields } from '../inventory/index.ts';

const runs: FieldSpec = { type: 'string', label: 'Runs software', sortable: false };

/** The fields of the vehicle list, and `runs = "tcu-os@7.2.0"` or `runs = tcu-os`. */
const targets: Pick<SqlList, 'fields' | 'sources'> = {
  fields: { ...vehicleFields.fields, runs },
  sources: {
    ...vehicleFields.sources,
    runs: {
      test: ({ operator, values }) => {
        const wanted = values.map((value) => {
          const at = value.lastIndexOf('@');
          const [name, version] = at > 0 ? [value.slice(0, at), value.slice(at + 1)] : [value, undefined];
          const exact = version === undefined ? sql`true` : sql`s.version = ${version}`;
          return operator === ':'
            ? sql`strpos(lower(s.name), ${name.toLowerCase()}) > 0`
            : sql`(s.name = ${name} and ${exact})`;
        });
        const found = sql<SqlBool>`v.id in (select n.vehicle_id from inventory_installation n where n.current_id = any(array(
          select s.id from inventory_software s where ${sql.join(wanted, sql` or `)})))`;
        return operator === '!=' ? sql<SqlBool>`not ${found}` : found;
      },
    },
  },
};

/**
 * The condition of a target query over `inventory_vehicle v` and `inventory_vehicle_status vs`; no filter is all.
 * @throws FilterError `request.bad-filter`
 */
export const targetCondition = (filter: string): Expression<SqlBool> => whereFilter(targets, filter);
