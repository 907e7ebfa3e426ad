import { Problem } from './problem.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * JSON with sorted keys and no white space (RFC 8785 for the values allowed here), so that equal objects have equal bytes.
 * Members that are `undefined` are left out, as JSON.stringify does.
 * @throws Problem `kernel.not-canonical` for NaN, infinities and values that JSON cannot carry.
 */
export function canonicalJson(value: Json | undefined): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value))
      throw new Problem('kernel.not-canonical', 'JSON cannot carry NaN or an infinite number');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object') throw new Problem('kernel.not-canonical', `JSON cannot carry a ${typeof value}`);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1)) // UTF-16 code units, RFC 8785 s3.2.3
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
