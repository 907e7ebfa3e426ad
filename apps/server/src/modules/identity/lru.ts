/** A bounded map that forgets what was used longest ago. */
export interface Lru<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
}

/** A Map keeps insertion order; taking an entry out and putting it back makes it the youngest. */
export function createLru<Value>(capacity: number): Lru<Value> {
  const entries = new Map<string, Value>();
  return Object.freeze({
    get(key: string) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key: string, value: Value) {
      entries.delete(key);
      entries.set(key, value);
      if (entries.size > capacity) entries.delete(entries.keys().next().value as string);
    },
  });
}
