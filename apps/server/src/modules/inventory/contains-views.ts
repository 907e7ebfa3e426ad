import { type FilterNode, parseFilter } from '@bulkhead/contract';
import { type Expression, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { compare, type FilterTest, type SqlList } from '../../platform/db/filter-sql.ts';

/** A column of few different values with an index that leads with it. */
export interface FewValues {
  /** The column in the query of the list. */
  readonly column: Expression<unknown>;
  readonly table: string;
  /** The indexed expression. */
  readonly indexed: Expression<unknown>;
}

/** More different values than this and the column is searched as it is. */
const mostValues = 5_000;
const mostMatches = 300;

/**
 * `supplier : "zz"` over millions of rows: the few different values are read first by skipping through the index, then
 * the matching ones stand in the query by name. The planner knows how frequent they are, and no match costs no walk.
 */
export async function resolveContains(
  db: Db,
  list: SqlList,
  few: Readonly<Record<string, FewValues>>,
  filter: string | undefined,
): Promise<SqlList> {
  const node = parseFilter(filter, list.fields);
  const asked = new Set(node ? searchedFields(node) : []);
  const sources = { ...list.sources };
  for (const [field, { column, table, indexed }] of Object.entries(few)) {
    if (!asked.has(field)) continue;
    const values = await distinctValues(db, table, indexed);
    if (!values) continue;
    const test = (test: FilterTest) => {
      const [text = ''] = test.values;
      const matches = values.filter((value) => value.toLowerCase().includes(text.toLowerCase()));
      if (test.operator !== ':' || matches.length > mostMatches) return compare('string', column, test);
      return compare('string', column, { operator: 'in', values: matches });
    };
    sources[field] = { ...sources[field], test };
  }
  return { ...list, sources };
}

function searchedFields(node: FilterNode): string[] {
  if (node.kind === 'test') return node.operator === ':' ? [node.field] : [];
  return node.kind === 'not' ? searchedFields(node.term) : node.terms.flatMap(searchedFields);
}

/** A loose index scan: one descent of the index per different value. */
async function distinctValues(db: Db, table: string, column: Expression<unknown>): Promise<string[] | undefined> {
  const { rows } = await sql<{ value: string }>`with recursive d(value) as (
      (select ${column} from ${sql.table(table)} order by ${column} limit 1)
      union all
      select (select ${column} from ${sql.table(table)} where ${column} > d.value order by ${column} limit 1)
      from d where d.value is not null)
    select value from d where value is not null limit ${mostValues + 1}`.execute(db);
  return rows.length > mostValues ? undefined : rows.map(({ value }) => value);
}
