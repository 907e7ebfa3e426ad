import type { JsonObject } from '@bulkhead/sbom';
import { AdvisoryError, type AdvisoryErrorCode } from '../error.ts';
import { inside, type Place, pathOf } from './place.ts';

export type { JsonObject };

/** A value together with its place, so that whoever looks into it can say where it is wrong. */
export interface Placed<T> {
  readonly value: T;
  readonly at: Place;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function refuse(code: AdvisoryErrorCode, at: Place, detail: string): AdvisoryError {
  return new AdvisoryError(code, pathOf(at), detail);
}

/** Foreign text inside a message: shortened, and without characters that could forge a log line. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}

function wrongType(expected: string, value: unknown, at: Place): AdvisoryError {
  const found = Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
  return refuse('advisory.wrong-type', at, `expected ${expected}, found ${found}; correct it or leave it out`);
}

export function asObject(value: unknown, at: Place): JsonObject {
  if (!isObject(value)) throw wrongType('an object', value, at);
  return value;
}

/** The member, or nothing when it is absent or null. Only own members count: `__proto__` is a name like any other. */
function member(parent: JsonObject, key: string): unknown {
  return Object.hasOwn(parent, key) ? (parent[key] ?? undefined) : undefined;
}

export function objectIn(parent: JsonObject, key: string, at: Place): Placed<JsonObject> | undefined {
  const value = member(parent, key);
  if (value === undefined) return undefined;
  const place = inside(at, key);
  return { value: asObject(value, place), at: place };
}

export function requiredObject(parent: JsonObject, key: string, at: Place): Placed<JsonObject> {
  const found = objectIn(parent, key, at);
  if (!found) throw missing(key, at);
  return found;
}

export function missing(key: string, at: Place): AdvisoryError {
  return refuse('advisory.missing-field', inside(at, key), 'is required and missing; add it');
}

export function textIn(parent: JsonObject, key: string, at: Place, maxLength: number): string | undefined {
  const value = member(parent, key);
  if (value === undefined) return undefined;
  return checkedText(value, inside(at, key), maxLength);
}

export function requiredText(parent: JsonObject, key: string, at: Place, maxLength: number): string {
  const value = textIn(parent, key, at, maxLength)?.trim();
  if (value === undefined) throw missing(key, at);
  if (value === '') throw refuse('advisory.wrong-value', inside(at, key), 'must not be empty');
  return value;
}

export function checkedText(value: unknown, at: Place, maxLength: number): string {
  if (typeof value !== 'string') throw wrongType('a string', value, at);
  if (value.length > maxLength) {
    throw refuse('advisory.too-large', at, `${value.length} characters are more than the limit of ${maxLength}`);
  }
  return value;
}

/** Text for people: of any length, since it is cut where it is kept. */
export function proseIn(parent: JsonObject, key: string, at: Place): string | undefined {
  return textIn(parent, key, at, Number.POSITIVE_INFINITY);
}

export function numberIn(parent: JsonObject, key: string, at: Place): number | undefined {
  const value = member(parent, key);
  if (value === undefined) return undefined;
  if (typeof value !== 'number') throw wrongType('a number', value, inside(at, key));
  return value;
}

export function booleanIn(parent: JsonObject, key: string, at: Place): boolean | undefined {
  const value = member(parent, key);
  if (value === undefined) return undefined;
  if (typeof value !== 'boolean') throw wrongType('true or false', value, inside(at, key));
  return value;
}

/** The items of a list; empty when the list is absent or null. */
export function listIn(parent: JsonObject, key: string, at: Place, max: number): readonly unknown[] {
  const value = member(parent, key);
  if (value === undefined) return [];
  const place = inside(at, key);
  if (!Array.isArray(value)) throw wrongType('an array', value, place);
  if (value.length > max) {
    const detail = `${value.length} entries are more than the limit of ${max}; split the record`;
    throw refuse('advisory.too-many', place, detail);
  }
  return value;
}

export function objectsIn(parent: JsonObject, key: string, at: Place, max: number): Placed<JsonObject>[] {
  const items = listIn(parent, key, at, max);
  const place = inside(at, key);
  return items.map((item, i) => {
    const itemAt = inside(place, i);
    return { value: asObject(item, itemAt), at: itemAt };
  });
}

export function textsIn(parent: JsonObject, key: string, at: Place, max: number, maxLength: number): string[] {
  const items = listIn(parent, key, at, max);
  const place = inside(at, key);
  return items.map((item, i) =>
    typeof item === 'string' && item.length <= maxLength ? item : checkedText(item, inside(place, i), maxLength),
  );
}

export function oneOf<Word extends string>(value: string, words: readonly Word[], at: Place): Word {
  const found = words.find((word) => word === value);
  if (found === undefined) {
    throw refuse('advisory.wrong-value', at, `${quote(value)} is not allowed here; use one of ${words.join(', ')}`);
  }
  return found;
}
