import { type RawBuilder, sql } from 'kysely';

type SqlType = 'uuid' | 'text' | 'int' | 'bigint' | 'boolean' | 'timestamptz' | 'bytea';

/**
 * Many rows as one parameter per column: `unnest($1::uuid[], $2::text[]) as r(id, name)`. One statement for any number
 * of rows, and one statement text whatever their number, so that the server plans it once.
 */
export function rowsOf<Row extends object>(
  rows: readonly Row[],
  types: { readonly [K in keyof Row & string]: SqlType },
): RawBuilder<unknown> {
  const columns = Object.entries<SqlType>(types);
  const arrays = columns.map(
    ([name, type]) => sql`${rows.map((row) => row[name as keyof Row] ?? null)}::${sql.raw(type)}[]`,
  );
  const names = columns.map(([name]) => sql.ref(name));
  return sql`unnest(${sql.join(arrays)}) as r(${sql.join(names)})`;
}
