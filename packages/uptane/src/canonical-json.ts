import type { Json } from '@bulkhead/kernel';
import { quote, UptaneError } from './error.ts';

/**
 * Dialect A signs compact JSON with sorted keys, as jsoncpp writes it: control characters are escaped, a line end is the
 * two characters `\n`.
 */
export function compactJson(value: Json): string {
  return write(value, JSON.stringify);
}

/** Dialect B signs OLPC canonical JSON: only backslash and quotation mark are escaped, a line end stands as it is. */
export function olpcJson(value: Json): string {
  return write(value, olpcString);
}

function olpcString(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/** Neither form can carry a fraction (writers print them differently) or something that JSON leaves out. */
function write(value: Json | undefined, quoted: (text: string) => string): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
      if (Number.isSafeInteger(value)) return value === 0 ? '0' : String(value);
      throw new UptaneError('uptane.wrong-value', '$', `${value} is not a whole number, which signed JSON needs`);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? writeList(value, quoted) : writeObject(value, quoted);
    default:
      throw new UptaneError('uptane.wrong-value', '$', `signed JSON cannot carry a value of type ${typeof value}`);
  }
}

function writeList(list: readonly Json[], quoted: (text: string) => string): string {
  let text = '[';
  // not map(): it skips the holes of a sparse list
  for (let i = 0; i < list.length; i++) text += `${i === 0 ? '' : ','}${write(list[i], quoted)}`;
  return `${text}]`;
}

function writeObject(object: object, quoted: (text: string) => string): string {
  const members = object as { readonly [key: string]: Json | undefined };
  let text = '{';
  for (const key of Object.keys(members).sort(byCodePoint)) {
    const value = members[key];
    if (value === undefined)
      throw new UptaneError('uptane.wrong-value', '$', `the member ${quote(key)} is undefined; leave it out`);
    text += `${text.length === 1 ? '' : ','}${quoted(key)}:${write(value, quoted)}`;
  }
  return `${text}}`;
}

const surrogate = /[\ud800-\udfff]/;

/** The order of code points, which is also that of UTF-8 bytes; UTF-16 puts pairs of surrogates before U+E000. */
function byCodePoint(a: string, b: string): number {
  if (surrogate.test(a) || surrogate.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}
