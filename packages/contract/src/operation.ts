import { type Static, type TObject, type TSchema, Type } from 'typebox';
import type { FieldSpec } from './filter.ts';
import type { Permission } from './permissions.ts';

/** What the operation speaks when it is not JSON: bytes in or out, streamed, with these media types. */
export interface RawMedia {
  readonly request?: readonly string[];
  readonly response?: readonly string[];
}

/**
 * One operation of the API as data. Server routes, typed client, OpenAPI document, permission test, CLI help and
 * console all read it, so that they cannot disagree.
 */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path below `/api/v1`, parameters as `:name`. */
  readonly path: string;
  readonly summary: string;
  readonly permission: Permission;
  /** Codes beyond the common ones (`commonProblems`) that this operation answers with. */
  readonly problems: readonly string[];
  readonly params?: TObject;
  readonly query?: TObject;
  readonly body?: TSchema;
  readonly ok: TSchema;
  /** Filterable and sortable fields, when the operation is a list. */
  readonly list?: ListSpec;
  readonly raw?: RawMedia;
}

export interface ListSpec {
  readonly fields: Readonly<Record<string, FieldSpec>>;
  readonly defaultSort: string;
}

/** Keeps the literal types of one operation. */
export function operation<const O extends Operation>(definition: O): O {
  return definition;
}

/** The query of every list: one filter language, `sort` as `field` or `-field`, keyset cursor. */
export const ListQuery = Type.Object(
  {
    filter: Type.Optional(
      Type.String({ maxLength: 2000, description: 'Filter expression, e.g. state = online and model : "Aria"' }),
    ),
    sort: Type.Optional(Type.String({ maxLength: 64, pattern: '^-?[a-zA-Z][a-zA-Z0-9]*$' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
    cursor: Type.Optional(Type.String({ maxLength: 1000 })),
    count: Type.Optional(Type.Boolean({ description: 'Also answer the exact number of rows that match' })),
  },
  { additionalProperties: false },
);
export type ListQuery = Static<typeof ListQuery>;

/** One page of a list; `next` is the cursor of the page that follows, or null at the end. */
export const Page = <T extends TSchema>(item: T) =>
  Type.Object({
    items: Type.Array(item),
    next: Type.Union([Type.String(), Type.Null()]),
    total: Type.Optional(Type.Integer()),
  });

export interface PageOf<T> {
  items: T[];
  next: string | null;
  total?: number;
}

/** A list operation: adds the list query and wraps the item in a page. */
export function listOperation<
  const O extends Omit<Operation, 'method' | 'query' | 'ok' | 'problems' | 'list'>,
  const F extends Readonly<Record<string, FieldSpec>>,
  T extends TSchema,
>(definition: O & { fields: F; defaultSort: string; item: T }) {
  const { fields, defaultSort, item, ...rest } = definition;
  return {
    ...rest,
    method: 'GET',
    problems: ['request.bad-filter', 'request.bad-cursor'],
    query: ListQuery,
    ok: Page(item),
    list: { fields, defaultSort },
  } as const;
}

/** Codes that any operation may answer with; their meaning is in `problems.ts` of the server's HTTP platform. */
export const commonProblems = [
  'request.invalid',
  'request.too-large',
  'request.unsupported-media-type',
  'request.unavailable',
  'access.unauthenticated',
  'access.forbidden',
  'access.forged-request',
  'access.too-many-requests',
] as const;

type Part<O extends Operation, K extends 'params' | 'query' | 'body'> = O[K] extends TSchema ? Static<O[K]> : undefined;

/** What a handler receives and a client sends, typed from the schemas. */
export interface Input<O extends Operation> {
  params: Part<O, 'params'>;
  query: Part<O, 'query'>;
  body: Part<O, 'body'>;
}

export type Output<O extends Operation> = Static<O['ok']>;

export const Empty = Type.Object({}, { additionalProperties: false });
export const Id = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', description: 'UUIDv7' });
export const Time = Type.String({ description: 'RFC 3339, UTC' });
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
/** A closed set of words as a plain JSON Schema enum. */
export const OneOf = <const T extends readonly string[]>(values: T, description?: string) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...(description ? { description } : {}) });
