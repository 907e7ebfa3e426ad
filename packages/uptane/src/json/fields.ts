import type { Json } from '@bulkhead/kernel';
import { type FormatCode, quote, UptaneError } from '../error.ts';
import { inside, type Place, pathOf } from './place.ts';
import { isJsonObject, type JsonObject } from './read-json.ts';

/** Members that the model does not know; kept, so that a newer producer's fields survive being read and written. */
export type Extra = ReadonlyMap<string, Json>;

export const noExtra: Extra = new Map();

export function refuse(at: Place, detail: string, code: FormatCode = 'uptane.wrong-value'): UptaneError {
  return new UptaneError(code, pathOf(at), detail);
}

/** Own members only: a document may hold keys such as "constructor" or "__proto__". */
export function member(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

export function required(object: JsonObject, key: string, at: Place): Json {
  const value = member(object, key);
  if (value === undefined) throw refuse(inside(at, key), 'is required and missing', 'uptane.missing-field');
  return value;
}

export function asObject(value: Json | undefined, at: Place): JsonObject {
  if (!isJsonObject(value)) throw refuse(at, `expected an object, found ${kindOf(value)}`);
  return value;
}

export function asText(value: Json | undefined, at: Place): string {
  if (typeof value !== 'string') throw refuse(at, `expected text, found ${kindOf(value)}`);
  return value;
}

export function objectAt(object: JsonObject, key: string, at: Place): JsonObject {
  return asObject(required(object, key, at), inside(at, key));
}

export function optionalObjectAt(object: JsonObject, key: string, at: Place): JsonObject | undefined {
  const value = member(object, key);
  return value === undefined ? undefined : asObject(value, inside(at, key));
}

export function listAt(object: JsonObject, key: string, at: Place, most: number): readonly Json[] {
  const value = required(object, key, at);
  const place = inside(at, key);
  if (!Array.isArray(value)) throw refuse(place, `expected a list, found ${kindOf(value)}`);
  if (value.length > most) throw refuse(place, `has ${value.length} entries; at most ${most} are allowed`);
  return value as readonly Json[];
}

export function textAt(object: JsonObject, key: string, at: Place): string {
  return asText(required(object, key, at), inside(at, key));
}

export function optionalTextAt(object: JsonObject, key: string, at: Place): string | undefined {
  const value = member(object, key);
  return value === undefined ? undefined : asText(value, inside(at, key));
}

/** Text that names something, of 1 to `longest` characters. */
export function nameAt(object: JsonObject, key: string, at: Place, longest: number): string {
  return asName(required(object, key, at), inside(at, key), longest);
}

export function asName(value: Json | undefined, at: Place, longest: number): string {
  const text = asText(value, at);
  if (text.length === 0 || text.length > longest || !/^[ -~]+$/.test(text))
    throw refuse(at, `must be 1 to ${longest} characters of printable ASCII, found ${quote(text)}`);
  return text;
}

export interface Range {
  readonly min: number;
  readonly max: number;
}

export function wholeNumberAt(object: JsonObject, key: string, at: Place, { min, max }: Range): number {
  const value = required(object, key, at);
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) {
    const found = typeof value === 'number' ? value : kindOf(value);
    throw refuse(inside(at, key), `expected a whole number from ${min} to ${max}, found ${found}`);
  }
  return value;
}

export function optionalWholeNumberAt(object: JsonObject, key: string, at: Place, range: Range): number | undefined {
  return member(object, key) === undefined ? undefined : wholeNumberAt(object, key, at, range);
}

export function optionalFlagAt(object: JsonObject, key: string, at: Place): boolean | undefined {
  const value = member(object, key);
  if (value === undefined || typeof value === 'boolean') return value;
  throw refuse(inside(at, key), `expected true or false, found ${kindOf(value)}`);
}

export function extraOf(object: JsonObject, known: ReadonlySet<string>): Extra {
  let extra: Map<string, Json> | undefined;
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (known.has(key) || value === undefined) continue;
    extra ??= new Map();
    extra.set(key, value);
  }
  return extra ?? noExtra;
}

/** Members in the order given, without those that are undefined, then the unknown ones. Safe for any key. */
export function objectOf(
  members: readonly (readonly [string, Json | undefined])[],
  extra: Extra = noExtra,
): JsonObject {
  const present = members.filter((entry): entry is readonly [string, Json] => entry[1] !== undefined);
  return Object.fromEntries([...present, ...extra]);
}

function kindOf(value: Json | undefined): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'string' ? quote(value) : `a value of type ${typeof value}`;
}
