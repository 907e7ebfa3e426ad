import { createHash } from 'node:crypto';
import type { FieldSpec, ListQuery } from '@bulkhead/contract';
import { Problem } from '@bulkhead/kernel';
import { type Expression, type SelectQueryBuilder, type SqlBool, sql } from 'kysely';
import { columnOf, type FieldSource, type SqlList, valueOf, whereFilter } from './filter-sql.ts';

export type PageCode = 'request.bad-cursor' | 'request.bad-filter';
export class PageError extends Problem<PageCode> {}

export interface PageRows<Row> {
  readonly rows: Row[];
  readonly next: string | null;
  readonly total?: number;
}

const defaultLimit = 50;

/**
 * One page of a list by keyset: filter, order with the id as tie-break, and a cursor bound to both. Page n costs what
 * page 1 costs as long as an index covers (order, id) and each row fetched stands in it.
 * The exact total is counted only when `query.count` asks for it. A caller that has answered the filter in another way
 * gives its own `condition`.
 * @throws FilterError `request.bad-filter`
 * @throws PageError `request.bad-cursor`
 */
export async function pageOf<DB, TB extends keyof DB, Row>(
  select: SelectQueryBuilder<DB, TB, Row>,
  list: SqlList,
  query: ListQuery,
  condition: Expression<SqlBool> = whereFilter(list, query.filter),
): Promise<PageRows<Row>> {
  const filtered = select.where(condition);
  const sort = sortOf(list, query.sort);
  const binding = bindingOf(list, sort.text, query.filter);
  const limit = query.limit ?? defaultLimit;
  const direction = sort.descending ? 'desc' : 'asc';
  const paged = query.cursor === undefined ? filtered : filtered.where(after(list, sort, binding, query.cursor));
  const found = await paged
    .select([sql<string>`(${sort.key})::text`.as('page_key'), sql<string>`(${sql.ref(list.id)})::text`.as('page_id')])
    .orderBy(sort.key, direction)
    .orderBy(sql.ref(sort.tie), direction)
    .limit(limit + 1)
    .execute();
  const rows = found.slice(0, limit) as (Row & PageKey)[];
  const last = rows.at(-1);
  const next = found.length > limit && last ? formatCursor(binding, last) : null;
  if (!query.count) return { rows, next };
  return { rows, next, total: await countOf(filtered) };
}

/** How many rows a filtered query has, without its columns and order. */
export async function countOf<DB, TB extends keyof DB, Row>(
  filtered: SelectQueryBuilder<DB, TB, Row>,
): Promise<number> {
  const [row] = await filtered.clearSelect().clearOrderBy().select(sql<string>`count(*)`.as('n')).execute();
  return Number((row as { n?: string } | undefined)?.n ?? 0);
}

interface PageKey {
  readonly page_key: string;
  readonly page_id: string;
}

interface Sort {
  readonly text: string;
  readonly type: FieldSpec['type'];
  readonly descending: boolean;
  readonly key: Expression<unknown>;
  readonly tie: string;
}

function sortOf(list: SqlList, asked: string | undefined): Sort {
  const text = asked ?? list.defaultSort;
  const descending = text.startsWith('-');
  const field = descending ? text.slice(1) : text;
  const spec = Object.hasOwn(list.fields, field) ? list.fields[field] : undefined;
  const source = list.sources[field];
  if (!spec || !source || spec.sortable === false) {
    const names = Object.keys(list.fields).filter((name) => list.fields[name]?.sortable !== false);
    throw new PageError('request.bad-filter', `The list cannot be sorted by "${field}": use ${names.join(', ')}`);
  }
  return { text, descending, type: spec.type, key: orderOf(spec.type, source), tie: source.tie ?? list.id };
}

/**
 * The expression a list is ordered by. Of a nullable column it is `coalesce(column, '-infinity')` for times,
 * `coalesce(column, '')` for text, `coalesce(column, -2147483648)` for numbers: rows without a value come first
 * ascending and last descending, and one index serves both.
 */
export function orderOf(type: FieldSpec['type'], source: FieldSource): Expression<unknown> {
  if (source.order) return source.order;
  const column = columnOf(source);
  if (!source.nullable) return column;
  switch (type) {
    case 'time':
      return sql`coalesce(${column}, '-infinity'::timestamptz)`;
    case 'number':
      return sql`coalesce(${column}, -2147483648)`;
    case 'boolean':
      return sql`coalesce(${column}, false)`;
    default:
      return sql`coalesce(${column}, '')`;
  }
}

/** A cursor holds for one list, order and filter; with another it would silently skip rows. */
function bindingOf(list: SqlList, sort: string, filter: string | undefined): string {
  const text = JSON.stringify([list.id, sort, filter?.trim() ?? '']);
  return createHash('sha256').update(text).digest('base64url').slice(0, 12);
}

function formatCursor(binding: string, { page_key, page_id }: PageKey): string {
  return Buffer.from(JSON.stringify([binding, page_key, page_id])).toString('base64url');
}

const idForms = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  bigint: /^-?\d{1,18}$/,
  text: /^[^\0]{0,512}$/,
} as const;
const keyForms = {
  string: /^[^\0]*$/,
  enum: /^[^\0]*$/,
  number: /^-?\d{1,18}(\.\d{1,18})?(e[+-]?\d{1,3})?$/,
  boolean: /^(true|false)$/,
  time: /^(-infinity|\d{4,6}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,6})?[+-]\d{2}(:\d{2}){0,2})$/,
} as const;

function parseCursor(
  list: SqlList,
  type: FieldSpec['type'],
  cursor: string,
): [binding: string, key: string, id: string] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw badCursor('it is not one that this server gave out');
  }
  const texts = Array.isArray(parsed) && parsed.length === 3 && parsed.every((part) => typeof part === 'string');
  if (!texts) throw badCursor('it is not one that this server gave out');
  const [binding, key, id] = parsed as [string, string, string];
  if (!keyForms[type].test(key) || !idForms[list.idType].test(id)) throw badCursor('it has been changed');
  return [binding, key, id];
}

const badCursor = (why: string) =>
  new PageError('request.bad-cursor', `The cursor cannot be used: ${why}. Start again from the first page.`);

function after(list: SqlList, sort: Sort, binding: string, cursor: string): Expression<SqlBool> {
  const [bound, key, id] = parseCursor(list, sort.type, cursor);
  if (bound !== binding) throw badCursor('it belongs to another filter or order');
  const place = sql`(${valueOf(sort.type, key)}, ${idValue(list, id)})`;
  const row = sql`(${sort.key}, ${sql.ref(sort.tie)})`;
  return sort.descending ? sql<SqlBool>`${row} < ${place}` : sql<SqlBool>`${row} > ${place}`;
}

function idValue(list: SqlList, id: string): Expression<unknown> {
  if (list.idType === 'uuid') return sql`${id}::uuid`;
  return list.idType === 'bigint' ? sql`${id}::bigint` : sql`${id}::text`;
}
