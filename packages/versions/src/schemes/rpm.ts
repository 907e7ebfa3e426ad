import { BEFORE, END, endOfDigits, endOfLetters, isDigit, isLetter, numberKey, type VersionKey } from '../keys.ts';

const TILDE = 126;
const CARET = 94;
const COLON = 58;
/** rpmvercmp: `~` < end < `^` < letters < numbers. */
const AFTER = '#';
const LETTERS = '$';
const NUMBER = '%';

/**
 * RPM: `[epoch:]version[-release]` in the order of rpm-version(7). A missing release is below every release, as
 * `rpmVersionCompare` has it, so a version without one is "less than" the release that fixed something.
 */
export function rpmKey(text: string): VersionKey {
  const colon = endOfDigits(text, 0);
  const hasEpoch = text.charCodeAt(colon) === COLON;
  const from = hasEpoch ? colon + 1 : 0;
  const dash = text.lastIndexOf('-');
  const hasRelease = dash >= from;
  const key =
    (hasEpoch ? numberKey(text, 0, colon) : '0') +
    partKey(text, from, hasRelease ? dash : text.length) +
    (hasRelease ? NUMBER + partKey(text, dash + 1, text.length) : END);
  return { key, irregular: !wellFormed.test(text) };
}

const wellFormed = /^(?:\d+:)?[A-Za-z0-9][A-Za-z0-9.+~^_]*(?:-[A-Za-z0-9.+~^_]+)?$/;

/** Letters outside ASCII separate, as every other character does that rpmvercmp does not know. */
function partKey(text: string, start: number, end: number): string {
  let key = '';
  let at = start;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (isDigit(code)) {
      const run = Math.min(endOfDigits(text, at), end);
      key += NUMBER + numberKey(text, at, run);
      at = run;
    } else if (isLetter(code)) {
      const run = Math.min(endOfLetters(text, at), end);
      key += LETTERS + text.slice(at, run) + END;
      at = run;
    } else {
      if (code === TILDE) key += BEFORE;
      else if (code === CARET) key += AFTER;
      at++;
    }
  }
  return key + END;
}
