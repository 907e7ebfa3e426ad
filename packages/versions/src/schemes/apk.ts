import { BEFORE, END, endOfDigits, endOfLetters, isDigit, numberKey, type VersionKey } from '../keys.ts';
import { genericKey, printable } from './generic.ts';

/**
 * What may follow at one place, lowest first. That an end is above a pre-release suffix and what cannot be read, and
 * below all else, is the end of `apk_version_compare`.
 */
const PRE_SUFFIX = 'a';
const INVALID = 'b';
const ENDED = 'c';
const REVISION = 'd';
const HASH = 'e';
const SUFFIX_NUMBER = 'f';
const POST_SUFFIX = 'g';
const LETTER = 'h';
const NUMBER = 'i';

const suffixes: ReadonlyMap<string, string> = new Map([
  ['alpha', `${PRE_SUFFIX}1`],
  ['beta', `${PRE_SUFFIX}2`],
  ['pre', `${PRE_SUFFIX}3`],
  ['rc', `${PRE_SUFFIX}4`],
  ['cvs', `${POST_SUFFIX}1`],
  ['svn', `${POST_SUFFIX}2`],
  ['git', `${POST_SUFFIX}3`],
  ['hg', `${POST_SUFFIX}4`],
  ['p', `${POST_SUFFIX}5`],
]);

const hash = /~[0-9a-fA-F]+/y;

/**
 * Alpine and its relatives: `number{.number}{letter}{_suffix{number}}{~hash}{-r#}` (apk-package(5)) in the order of
 * apk-tools 3. Numbers after the first with a leading zero are compared as text and are below all others.
 */
export function apkKey(text: string): VersionKey {
  let at = endOfDigits(text, 0);
  if (at === 0) return { key: BEFORE + genericKey(text).key + printable(text), irregular: true };
  let key = numberKey(text, 0, at);
  while (text[at] === '.' && isDigit(text.charCodeAt(at + 1))) {
    const end = endOfDigits(text, at + 1);
    key += NUMBER + laterNumberKey(text, at + 1, end);
    at = end;
  }
  const letter = text.charCodeAt(at);
  if (letter >= 97 && letter <= 122) key += LETTER + text[at++];
  while (text[at] === '_') {
    const word = endOfLetters(text, at + 1);
    const suffix = suffixes.get(text.slice(at + 1, word));
    if (suffix === undefined) return invalid(key, text, at);
    at = endOfDigits(text, word);
    key += at > word ? suffix + SUFFIX_NUMBER + numberKey(text, word, at) : suffix;
  }
  if (text[at] === '~') {
    hash.lastIndex = at;
    const commit = hash.exec(text)?.[0];
    if (commit === undefined) return invalid(key, text, at);
    key += HASH + commit.slice(1) + END;
    at += commit.length;
  }
  return at === text.length ? { key: key + ENDED, irregular: false } : revisionKey(key, text, at);
}

function laterNumberKey(text: string, from: number, end: number): string {
  return text[from] === '0' ? text.slice(from, end) + END : numberKey(text, from, end);
}

/** `-r` and a number; the number may be missing at the end or before a further hyphen, which then ends the reading. */
function revisionKey(key: string, text: string, at: number): VersionKey {
  const end = endOfDigits(text, at + 2);
  const isRevision = text.startsWith('-r', at) && (end > at + 2 || end === text.length || text[end] === '-');
  if (!isRevision) return invalid(key, text, at);
  const revised = key + REVISION + numberKey(text, at + 2, end);
  if (end < text.length) return invalid(revised, text, end);
  return { key: revised + ENDED, irregular: end === at + 2 };
}

/** What cannot be read is below the version it follows. After a hyphen nothing tells two of them apart. */
function invalid(key: string, text: string, at: number): VersionKey {
  const rest = text[at] === '-' ? '' : text.slice(at);
  return { key: key + INVALID + (rest && genericKey(rest).key + printable(rest)), irregular: true };
}
