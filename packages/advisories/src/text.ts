// Control characters but tab and line feed, and the marks that turn the direction of text around: a title must not be
// able to show something else than it says.
const unfit = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Foreign text made fit for people and the database: well formed, without control characters, at most `max` long. */
export function plainText(text: string, max: number): string {
  // Cut before cleaning: what is thrown away need not be read.
  const start = text
    .slice(0, max * 2)
    .toWellFormed()
    .replaceAll('\r\n', '\n')
    .replace(unfit, ' ')
    .trim();
  return start.length > max ? `${start.slice(0, max - 1).toWellFormed()}…` : start;
}

/** The first line or sentence, for records without a title. */
export function headline(text: string, max: number): string {
  const line = plainText(text, max * 4).split('\n', 1)[0] ?? '';
  const stop = line.search(/[.!?](\s|$)/);
  return plainText(stop > 20 ? line.slice(0, stop + 1) : line, max);
}

const dateTime = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(\.\d{1,12})?)?\s?([Zz]|[+-]\d\d:?\d\d)?)?$/;

/**
 * The moment in UTC as ISO 8601, or nothing when the text is no date. A time without zone is UTC: the CVE record
 * format allows it (5.1 `timestamp`).
 */
export function utc(text: string | undefined): string | undefined {
  const found = text === undefined || text.length > 40 ? null : dateTime.exec(text);
  if (!found) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = found;
  const offset =
    zone.toUpperCase() === 'Z' || zone.includes(':') ? zone.toUpperCase() : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const leapless = second === '60' ? '59' : second;
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${leapless}${fraction.slice(0, 4)}${offset}`);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** Without the empty and the repeated, in order. */
export function distinct(items: Iterable<string>): string[] {
  const kept = new Set<string>();
  for (const item of items) if (item !== '') kept.add(item);
  return [...kept];
}

/** An object without its undefined members, for `exactOptionalPropertyTypes`. */
export function compact<T extends object>(object: { readonly [K in keyof T]: T[K] | undefined }): T {
  const kept: Partial<T> = {};
  for (const key of Object.keys(object) as (keyof T)[]) {
    const value = object[key];
    if (value !== undefined) kept[key] = value;
  }
  return kept as T;
}

/** References are shown as links: nothing but the web's own schemes may become one. */
export function safeUrl(url: string): boolean {
  return url.length <= 2048 && /^(https?|ftp):\/\/[^\s<>"]+$/i.test(url);
}
