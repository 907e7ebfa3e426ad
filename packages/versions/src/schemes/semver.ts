import { END, endOfDigits, numberKey, type VersionKey } from '../keys.ts';
import { genericKey, printable } from './generic.ts';

/** A release, above all its pre-releases; below it the identifiers of a pre-release, numbers before words. */
const RELEASE = '~';
const NUMBER = '#';
const WORD = '$';
/** In front of a text that does not even begin with a number: below all versions. */
const NO_VERSION = '!';

/**
 * Semantic Versioning 2.0.0 (section 11), read with the customary repairs: a leading `v`, one or two numbers instead of
 * three, leading zeros. More than three numbers are irregular: they are equal under section 11 and then go by the
 * generic order, so that 1.2.3 < 1.2.3.4 < 1.2.3.5.
 */
export function semverKey(text: string): VersionKey {
  const core = readCore(text);
  if (core === undefined) return { key: NO_VERSION + genericKey(text).key, irregular: true };
  let at = core.end;
  let key = core.key;
  if (text[at] === '-') {
    const end = endOfPrerelease(text, at);
    key += prereleaseKey(text.slice(at + 1, end));
    at = end;
  } else key += RELEASE;
  if (at === text.length || text[at] === '+') return { key, irregular: false };
  return { key: key + RELEASE + genericKey(text).key, irregular: true };
}

/** Up to three numbers after an optional `v`; `undefined` when there is none. Shared with the schemes built on this. */
function readCore(text: string): { readonly key: string; readonly end: number } | undefined {
  let at = /^[vV=]/.test(text) ? 1 : 0;
  let key = '';
  let count = 0;
  for (; count < 3; count++) {
    const from = count === 0 ? at : at + 1;
    if (count > 0 && text[at] !== '.') break;
    const end = endOfDigits(text, from);
    if (end === from) break;
    key += numberKey(text, from, end);
    at = end;
  }
  return count === 0 ? undefined : { key: key + '0'.repeat(3 - count), end: at };
}

function endOfPrerelease(text: string, at: number): number {
  const plus = text.indexOf('+', at);
  return plus < 0 ? text.length : plus;
}

/** From the hyphen on; identifiers of digits go by value, others by ASCII, and a list that ends is below one that goes on. */
export function prereleaseKey(text: string): string {
  let key = '';
  let from = 0;
  while (from <= text.length) {
    const dot = text.indexOf('.', from);
    const end = dot < 0 ? text.length : dot;
    const digits = endOfDigits(text, from);
    if (digits === end && end > from) key += NUMBER + numberKey(text, from, end);
    else key += WORD + printable(text.slice(from, end)) + END;
    from = end + 1;
  }
  return key + END;
}
