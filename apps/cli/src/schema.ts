import { type FieldSpec, type Operation, type OperationId, operations } from '@bulkhead/contract';

/** The parts of JSON Schema that the contract uses, as far as the command line reads them. */
export interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
}

export const operationOf = (id: OperationId): Operation => operations[id];
export const schemaOf = (value: unknown): Schema => (value ?? {}) as Schema;

/** Looks through `Nullable`. */
export function solid(schema: Schema): Schema {
  return schema.anyOf?.find(({ type }) => type !== 'null') ?? schema;
}

/** The schema of one row, when the operation answers with `{ items: [...] }`. */
export function rowSchema(operation: Operation): Schema | undefined {
  const items = schemaOf(operation.ok).properties?.items;
  return items?.type === 'array' ? items.items : undefined;
}

/** Names of the columns that rows of this schema have; members of objects as `by.name`, lists of objects left out. */
export function columnsOf(schema: Schema, prefix = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const inner = solid(member);
    if (inner.type === 'array' && solid(inner.items ?? {}).type === 'object') return [];
    if (inner.type === 'object' && inner.properties)
      return prefix === '' && !hasLists(inner) ? columnsOf(inner, `${name}.`) : [];
    return [`${prefix}${name}`];
  });
}

const hasLists = (schema: Schema) => Object.values(schema.properties ?? {}).some(({ type }) => type === 'array');

/** The value of a column in a row. */
export function valueAt(row: unknown, column: string): unknown {
  let value = row;
  for (const part of column.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

/** The columns a table shows unless told otherwise: the filter fields, after the id where other commands ask for it. */
export function defaultColumns(operation: Operation): string[] {
  const all = columnsOf(rowSchema(operation) ?? {});
  const named = Object.keys(operation.list?.fields ?? {}).filter((name) => all.includes(name));
  const byId = Object.values(operations).some(({ path }) => path.startsWith(`${operation.path}/:id`));
  if (named.length === 0) return all;
  return byId && !named.includes('id') ? ['id', ...named] : named;
}

/** A field of a list in the words of `--help`. */
export function describeField(name: string, spec: FieldSpec): string {
  const kind = spec.values ? spec.values.join(' | ') : spec.type === 'string' ? 'text' : spec.type;
  return `${name} (${kind})${spec.sortable === false ? '' : ', sortable'}`;
}

/** `lastSeenAt` as people write it: "Last seen at". */
export function title(name: string): string {
  const words = name
    .replaceAll(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`)
    .replaceAll('.', ' ')
    .replaceAll(/\b(id|vin|ecus?|sbom|url)\b/g, (word) => word.toUpperCase().replace('ECUS', 'ECUs'));
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

export const kebab = (name: string) => name.replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
