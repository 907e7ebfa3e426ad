import { BEFORE, END, endOfDigits, isDigit, isLetter, numberKey, type VersionKey } from '../keys.ts';

const TILDE = 126;
const COLON = 58;
/** Above all letters: deb-version(7) sorts every other character after them. */
const OTHER = '|';

/**
 * Debian and its children: `[epoch:]upstream[-revision]` in the order of deb-version(7) and `dpkg --compare-versions`.
 * Parts alternate between non-digits (`~` below the end, then letters, then the rest) and numbers.
 */
export function debKey(text: string): VersionKey {
  const colon = endOfDigits(text, 0);
  const hasEpoch = colon > 0 && text.charCodeAt(colon) === COLON;
  const from = hasEpoch ? colon + 1 : 0;
  const dash = text.lastIndexOf('-');
  const upstreamEnd = dash >= from ? dash : text.length;
  const key =
    (hasEpoch ? numberKey(text, 0, colon) : '0') +
    partKey(text, from, upstreamEnd) +
    partKey(text, Math.min(upstreamEnd + 1, text.length), text.length);
  return { key, irregular: !wellFormed.test(text) };
}

const wellFormed = /^(?:\d+:)?\d[A-Za-z0-9.+~:-]*$/;

/** Each non-digit run ends with `END`; a part that ends looks like an empty run, so that `1.` and `1.0` are equal. */
function partKey(text: string, start: number, end: number): string {
  let key = '';
  let at = start;
  while (at < end) {
    for (let code = text.charCodeAt(at); at < end && !isDigit(code); code = text.charCodeAt(++at)) {
      if (isLetter(code)) key += text[at];
      else key += code === TILDE ? BEFORE : OTHER + asciiOf(text, at, code);
    }
    const run = Math.min(endOfDigits(text, at), end);
    key += END + numberKey(text, at, run);
    at = run;
  }
  return (key || `${END}0`) + END;
}

/** What no package may hold is one character to the order, so that keys stay ASCII. */
function asciiOf(text: string, at: number, code: number): string {
  return code > 32 && code < TILDE ? (text[at] ?? '') : '~';
}
