import { inside, type Place } from './place.ts';
import { isJsonObject, type JsonObject } from './read-json.ts';

/** Own fields only: a document may hold keys such as "constructor" or "__proto__". */
export function field(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

export function textField(object: JsonObject, key: string): string | undefined {
  const value = field(object, key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function objectField(object: JsonObject, key: string): JsonObject | undefined {
  const value = field(object, key);
  return isJsonObject(value) ? value : undefined;
}

export function listField(object: JsonObject, key: string): readonly unknown[] {
  const value = field(object, key);
  return Array.isArray(value) ? value : [];
}

/** The objects of a list, each with its place. */
export function* objectsIn(object: JsonObject, key: string, at: Place): Generator<readonly [JsonObject, Place]> {
  const list = inside(at, key);
  const values = listField(object, key);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (isJsonObject(value)) yield [value, inside(list, i)];
  }
}

export function textsIn(object: JsonObject, key: string): readonly string[] {
  return listField(object, key).filter((value) => typeof value === 'string');
}

/** Leaves out the members that are undefined, so that absent and undefined are never two things. */
export function defined<T extends object>(object: { [K in keyof T]: T[K] | undefined }): T {
  const result: { [K in keyof T]?: T[K] | undefined } = {};
  for (const key in object) if (object[key] !== undefined) result[key] = object[key];
  return result as T;
}
