/**
 * How a version becomes a text that sorts as the version does: two keys of one scheme, compared character by character,
 * give the order of the scheme. That makes every order total by construction, and lets a database sort and bound
 * versions by bytes. Keys hold printable ASCII only. Each scheme lays out its own symbols; numbers and ends are shared.
 */
export interface VersionKey {
  readonly key: string;
  /** The text is no version of the scheme; the key holds what could be made of it. */
  readonly irregular: boolean;
  /** A vendor's addition that the order ignores. */
  readonly suffix?: string;
}

/** Sorts below every number, so that a list that ends is below one that goes on with a number. */
export const END = '"';
/** Sorts below `END`: what comes before the release (`~`, `alpha`). */
export const BEFORE = '!';
/** Sorts above all that keys hold at the start of a part: the top of a branch (`5.10.*`). */
export const TOP = '~';

const ZERO = 48;
const NINE = 57;

export function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

export function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

/** Where the run of digits that starts at `at` ends; `at` itself when there is none. NaN, past the end, is no digit. */
export function endOfDigits(text: string, at: number): number {
  let end = at;
  while (isDigit(text.charCodeAt(end))) end++;
  return end;
}

export function endOfLetters(text: string, at: number): number {
  let end = at;
  while (isLetter(text.charCodeAt(end))) end++;
  return end;
}

/**
 * The key of the number written from `start` to `end` (digits only, any length): its length without leading zeros, then
 * its digits. Nothing at all is zero, as the distributions have it.
 */
export function numberKey(text: string, start: number, end: number): string {
  let from = start;
  while (from < end && text.charCodeAt(from) === ZERO) from++;
  return from === end ? '0' : lengthCode(end - from) + text.slice(from, end);
}

/** `1`..`9`, `A`..`Z` for 10..35, then `z` and three digits: no version is longer than 512 characters. */
function lengthCode(length: number): string {
  if (length < 10) return String.fromCharCode(ZERO + length);
  if (length < 36) return String.fromCharCode(55 + length);
  return `z${String(length).padStart(3, '0')}`;
}
