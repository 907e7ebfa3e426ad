import { type FieldSpec, FilterError, type FilterNode, type FilterOperator, parseFilter } from '@bulkhead/contract';
import { type Expression, isExpression, type SqlBool, sql } from 'kysely';

export interface FilterTest {
  readonly operator: FilterOperator;
  readonly values: readonly string[];
}

/** Where a field of a list lives. A plain string is a column that is never null, such as `v.vin`. */
export interface FieldSource {
  readonly column?: string | Expression<unknown>;
  /** Ordered as if it held the least value, by the expression that `orderOf` builds: index that expression. */
  readonly nullable?: boolean;
  /** Replaces the comparison, for fields that are no column (for example a membership in another table). */
  readonly test?: (test: FilterTest) => Expression<SqlBool>;
  /** Replaces the order; must never be null and be at most about 200 characters long. */
  readonly order?: Expression<unknown>;
  /** The tie-break of an order by this field, equal to the list's id: for a column of a joined table, its own key. */
  readonly tie?: string;
}

export type FieldSources<Fields extends string> = Readonly<Record<Fields, string | FieldSource>>;

/** A list operation of the contract joined to its columns; a field without a column does not compile. */
export interface SqlList {
  readonly fields: Readonly<Record<string, FieldSpec>>;
  readonly defaultSort: string;
  readonly sources: Readonly<Record<string, FieldSource>>;
  readonly id: string;
  readonly idType: 'uuid' | 'text' | 'bigint';
}

/**
 * `defineList(inventoryOperations.listVehicles.list, { vin: 'v.vin', ... }, 'v.id')`. The id column breaks ties, so it
 * must be unique; give another `idType` when it is not a uuid.
 */
export function defineList<Fields extends string>(
  list: { readonly fields: Readonly<Record<Fields, FieldSpec>>; readonly defaultSort: string },
  columns: FieldSources<Fields>,
  id: string,
  idType: SqlList['idType'] = 'uuid',
): SqlList {
  const entries = Object.entries<string | FieldSource>(columns);
  const sources = Object.fromEntries(
    entries.map(([field, source]) => [field, typeof source === 'string' ? { column: source } : source]),
  );
  return Object.freeze({ fields: list.fields, defaultSort: list.defaultSort, sources, id, idType });
}

/**
 * Parses a filter and turns it into a condition; no filter is `true`. Every value travels as a parameter.
 * @throws FilterError `request.bad-filter`
 */
export function whereFilter(
  list: Pick<SqlList, 'fields' | 'sources'>,
  filter: string | undefined,
): Expression<SqlBool> {
  const node = parseFilter(filter, list.fields);
  return node ? conditionOf(list, node) : sql<SqlBool>`true`;
}

/** The condition of one parsed filter. */
export function conditionOf(list: Pick<SqlList, 'fields' | 'sources'>, node: FilterNode): Expression<SqlBool> {
  switch (node.kind) {
    case 'and':
    case 'or': {
      const terms = node.terms.map((term) => sql`(${conditionOf(list, term)})`);
      // in brackets: the caller joins it to other conditions by `and`
      return sql<SqlBool>`(${sql.join(terms, node.kind === 'and' ? sql` and ` : sql` or `)})`;
    }
    case 'not':
      // not `not (x)`: of a null that would be null, and rows without a value would match neither x nor its negation
      return sql<SqlBool>`(${conditionOf(list, node.term)}) is not true`;
    case 'test': {
      const source = list.sources[node.field];
      const spec = list.fields[node.field];
      if (!source || !spec) throw new FilterError(`there is no field "${node.field}"`, 0);
      return source.test ? source.test(node) : compare(spec.type, columnOf(source), node);
    }
  }
}

export function columnOf(source: FieldSource): Expression<unknown> {
  if (source.column === undefined) throw new Error('A field without a column needs its own test and order');
  return isExpression(source.column) ? source.column : sql.ref(source.column as string);
}

/** One comparison of a column, typed by the field; for use in a `test` of one's own too. */
export function compare(type: FieldSpec['type'], column: Expression<unknown>, test: FilterTest): Expression<SqlBool> {
  if (type === 'time') return compareTime(column, test);
  const [first = ''] = test.values;
  const value = valueOf(type, first);
  switch (test.operator) {
    case '=':
      return sql<SqlBool>`${column} = ${value}`;
    case '!=':
      return sql<SqlBool>`${column} is distinct from ${value}`;
    case ':':
      return sql<SqlBool>`${column} ilike ${`%${escapeLike(first)}%`}`;
    case 'in':
      if (test.values.length === 0) return sql<SqlBool>`false`;
      return sql<SqlBool>`${column} in (${sql.join(test.values.map((item) => valueOf(type, item)))})`;
    default:
      return sql<SqlBool>`${column} ${order[test.operator]} ${value}`;
  }
}

const order = { '<': sql`<`, '<=': sql`<=`, '>': sql`>`, '>=': sql`>=` } as const;

/** The wildcards of LIKE stand for themselves. */
export function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&');
}

/** A value as a parameter of the field's type; whole numbers as bigint, since numeric would keep an integer index out. */
export function valueOf(type: FieldSpec['type'], value: string): Expression<unknown> {
  switch (type) {
    case 'number':
      return /^-?\d{1,18}$/.test(value) ? sql`${value}::bigint` : sql`${value}::numeric`;
    case 'boolean':
      return sql`${value}::boolean`;
    case 'time':
      return sql`${value}::timestamptz`;
    default:
      return sql`${value}::text`;
  }
}

/**
 * A time names a span: the day, the minute, the second or the millisecond that is written. `=` is inside the span,
 * `<` before it, `>` after it. Times without a zone are UTC.
 */
function compareTime(column: Expression<unknown>, { operator, values }: FilterTest): Expression<SqlBool> {
  const spans = values.map(spanOf);
  const [{ from, to }] = spans as [Span];
  const inside = (span: Span) =>
    sql<SqlBool>`(${column} >= ${span.from}::timestamptz and ${column} < ${span.to}::timestamptz)`;
  switch (operator) {
    case '<':
      return sql<SqlBool>`${column} < ${from}::timestamptz`;
    case '<=':
      return sql<SqlBool>`${column} < ${to}::timestamptz`;
    case '>':
      return sql<SqlBool>`${column} >= ${to}::timestamptz`;
    case '>=':
      return sql<SqlBool>`${column} >= ${from}::timestamptz`;
    case '!=':
      return sql<SqlBool>`${inside({ from, to })} is not true`;
    default:
      return sql<SqlBool>`(${sql.join(spans.map(inside), sql` or `)})`;
  }
}

interface Span {
  readonly from: string;
  readonly to: string;
}

const written = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/;
const latest = Date.UTC(9999, 0);

function spanOf(text: string): Span {
  const match = written.exec(text);
  const from = match ? Date.parse(match[1] && !match[4] ? `${text}Z` : text) : Number.NaN;
  // PostgreSQL knows no year 0 and ISO text of later years has another form
  if (!(from >= Date.UTC(1, 0) && from < latest && !text.startsWith('0000'))) {
    throw new FilterError(`"${text.slice(0, 40)}" is not a time such as 2026-11-20 or 2026-11-20T10:00:00Z`, 0);
  }
  const width = match?.[3] ? 1 : match?.[2] ? 1000 : match?.[1] ? 60_000 : 86_400_000;
  return { from: new Date(from).toISOString(), to: new Date(from + width).toISOString() };
}
