import { BEFORE, END, endOfDigits, isDigit, numberKey, type VersionKey } from '../keys.ts';
import { printable } from './generic.ts';

/** Order at one place; see `mavenKey`. Each symbol stands in front of what orders two tokens of its kind. */
const AFTER = '#';
const HYPHEN_NUMBER = '$';
const AFTER_ZEROS = '%';
const DOT_NUMBER = '&';

/** Ranks of the qualifiers that come before the release. */
const before: ReadonlyMap<string, string> = new Map([
  ['alpha', '1'],
  ['beta', '2'],
  ['milestone', '3'],
  ['rc', '4'],
  ['cr', '4'],
  ['snapshot', '5'],
]);
const shortNames: ReadonlyMap<string, string> = new Map([
  ['a', 'alpha'],
  ['b', 'beta'],
  ['m', 'milestone'],
]);
/** As good as nothing. */
const nullQualifiers: ReadonlySet<string> = new Set(['', 'ga', 'final', 'release']);

/**
 * Maven: tokens between dots, hyphens and changes between digits and other characters, case ignored ("Version Order
 * Specification" of the POM reference). Nulls (0, ga, final, release) in front of a hyphen or the end are dropped.
 *
 * At one place: qualifiers before the release < end < `sp` < other qualifiers < numbers after a hyphen < numbers after
 * a dot. A qualifier after a dot is below one after a hyphen, and one after `.0` above both, as in Maven up to 3.8, which
 * the tables come from (since 3.9 they are all the same, MNG-7644). But there `1.0.rc` < `1` < `1-1` < `1.0.rc`; here an
 * end parts all that comes before the release from all that comes after.
 */
export function mavenKey(text: string): VersionKey {
  const lower = text.toLowerCase();
  let key = '';
  let nulls = '';
  let at = endOfToken(lower, 0);
  key += isWord(lower, 0, at) ? wordKey(lower, 0, at, '2') : DOT_NUMBER + numberKey(lower, 0, at);
  while (at < lower.length) {
    const isDot = lower[at] === '.';
    const from = isDot || lower[at] === '-' ? at + 1 : at;
    at = endOfToken(lower, from);
    if (!isDot) nulls = '';
    if (isWord(lower, from, at)) {
      const symbol = wordKey(lower, from, at, isDot ? dotted(nulls.length / 2) : '2');
      if (symbol === END) nulls += NULL_WORD;
      else {
        key += symbol;
        nulls = '';
      }
    } else {
      const number = numberKey(lower, from, at);
      const symbol = (isDot ? DOT_NUMBER : HYPHEN_NUMBER) + number;
      if (number === '0') nulls += symbol;
      else {
        key += nulls + symbol;
        nulls = '';
      }
    }
  }
  return { key: key + END, irregular: !wellFormed.test(lower) };
}

/** In the middle a null qualifier is an end after which more comes. Two characters, as every waiting null. */
const NULL_WORD = END + END;
const wellFormed = /^\d[0-9a-z._+-]*$/;

/** Qualifiers after a dot, by the zeros in front of them: below (1) or above (3) those after a hyphen (2). */
function dotted(zeros: number): string {
  return zeros === 0 ? '1' : `3${numberKey(String(zeros), 0, 3)}`;
}

function isWord(lower: string, from: number, end: number): boolean {
  return from < end && !isDigit(lower.charCodeAt(from));
}

function wordKey(lower: string, from: number, end: number, joint: string): string {
  let word = lower.slice(from, end);
  if (isDigit(lower.charCodeAt(end))) word = shortNames.get(word) ?? word;
  if (nullQualifiers.has(word)) return END;
  const rank = before.get(word);
  if (rank !== undefined) return BEFORE + joint + rank;
  return (joint.startsWith('3') ? AFTER_ZEROS : AFTER) + joint + (word === 'sp' ? '!' : `w${printable(word)}`) + END;
}

/** A run of digits or a run of anything else but dots and hyphens; empty between two separators. */
function endOfToken(lower: string, at: number): number {
  const digits = endOfDigits(lower, at);
  if (digits > at) return digits;
  let end = at;
  while (end < lower.length && !isDigit(lower.charCodeAt(end)) && lower[end] !== '.' && lower[end] !== '-') end++;
  return end;
}
