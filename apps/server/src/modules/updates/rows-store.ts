import { type RawBuilder, sql } from 'kysely';

type SqlType = 'uuid' | 'text' | 'int' | 'bigint' | 'timestamptz';

/** Many rows as one parameter per column, `unnest(...) as r(...)`: one statement text whatever their number. */
export function rowsOf<Row extends object>(
  rows: readonly Row[],
  types: { readonly [K in keyof Row & string]: SqlType },
): RawBuilder<unknown> {
  const columns = Object.entries<SqlType>(types);
  const arrays = columns.map(
    ([name, type]) => sql`${rows.map((row) => row[name as keyof Row] ?? null)}::${sql.raw(type)}[]`,
  );
  return sql`unnest(${sql.join(arrays)}) as r(${sql.join(columns.map(([name]) => sql.ref(name)))})`;
}
