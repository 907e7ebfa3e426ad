import { BEFORE, END, isDigit, isLetter, numberKey, type VersionKey } from '../keys.ts';

const ZERO = 48;
const COLON = 58;
const DELETE = 127;
const end = END.charCodeAt(0);
const beforeEnd = BEFORE.charCodeAt(0);
/** Above all letters: deb-version(7) sorts every other character after them. */
const afterLetters = '|'.charCodeAt(0);
const tilde = '~'.charCodeAt(0);

const wellFormed = /^(?:\d+:)?\d[A-Za-z0-9.+~:-]*$/;

/**
 * The key is written here octet by octet: twice as fast as joining strings, and Debian is where the numbers are. It
 * holds what a version of the greatest length can become (five octets for `+1`); nothing in it outlives a call.
 */
const scratch = Buffer.alloc(2048);

/**
 * Debian and its children: `[epoch:]upstream[-revision]` in the order of deb-version(7) and `dpkg --compare-versions`.
 * Parts alternate between non-digits (`~` below the end, then letters, then the rest) and numbers.
 */
export function debKey(text: string): VersionKey {
  const colon = endOfEpoch(text);
  const from = colon < 0 ? 0 : colon + 1;
  const dash = text.lastIndexOf('-');
  const upstreamEnd = dash >= from ? dash : text.length;
  let size = colon < 0 ? writeText('0', 0) : writeText(numberKey(text, 0, colon), 0);
  size = writePart(text, from, upstreamEnd, size);
  size = writePart(text, upstreamEnd + 1, text.length, size);
  return { key: scratch.toString('latin1', 0, size), irregular: !wellFormed.test(text) };
}

/** Where the colon of the epoch stands; -1 without one. */
function endOfEpoch(text: string): number {
  let at = 0;
  while (isDigit(text.charCodeAt(at))) at++;
  return at > 0 && text.charCodeAt(at) === COLON ? at : -1;
}

/**
 * Each non-digit run ends with `END`; a part that ends looks like an empty run, so that `1.` and `1.0` are equal.
 * Returns where the key goes on.
 */
function writePart(text: string, start: number, stop: number, size: number): number {
  if (start >= stop) return writeText(`${END}0${END}`, size);
  let to = size;
  let at = start;
  while (at < stop) {
    let code = text.charCodeAt(at);
    while (at < stop && !isDigit(code)) {
      if (isLetter(code)) scratch[to++] = code;
      else if (code === tilde) scratch[to++] = beforeEnd;
      else {
        scratch[to++] = afterLetters;
        // What no package may hold is one character to the order, so that keys stay ASCII.
        scratch[to++] = code > 32 && code < DELETE ? code : tilde;
      }
      code = text.charCodeAt(++at);
    }
    scratch[to++] = end;
    const from = at;
    while (at < stop && isDigit(text.charCodeAt(at))) at++;
    to = writeNumber(text, from, at, to);
  }
  scratch[to++] = end;
  return to;
}

/** As `numberKey`, which it calls for the long ones. */
function writeNumber(text: string, start: number, stop: number, size: number): number {
  let from = start;
  while (from < stop && text.charCodeAt(from) === ZERO) from++;
  if (stop - from > 9) return writeText(numberKey(text, from, stop), size);
  let to = size;
  scratch[to++] = ZERO + stop - from;
  while (from < stop) scratch[to++] = text.charCodeAt(from++);
  return to;
}

function writeText(text: string, size: number): number {
  for (let at = 0; at < text.length; at++) scratch[size + at] = text.charCodeAt(at);
  return size + text.length;
}
