import { BEFORE, END, endOfDigits, endOfLetters, isDigit, isLetter, numberKey, TOP, type VersionKey } from '../keys.ts';

/** Order at one place: pre-release words < end < other words < numbers after a hyphen < numbers after a dot. */
const WORD = '#';
const HYPHEN_NUMBER = '$';
const NUMBER = '%';

/** Words before the release, lowest first. */
const preRelease: ReadonlyMap<string, string> = new Map<string, string>([
  ['dev', '1'],
  ['devel', '1'],
  ['nightly', '1'],
  ['snapshot', '1'],
  ['test', '1'],
  ['alpha', '2'],
  ['beta', '3'],
  ['milestone', '4'],
  ['pre', '5'],
  ['preview', '5'],
  ['prerelease', '5'],
  ['rc', '6'],
  ['cr', '6'],
]);
/** Words that say "this is the release": they carry no order. */
const neutral: ReadonlySet<string> = new Set(['final', 'ga', 'lts', 'rel', 'release', 'stable']);
/** Signs with an order of their own: `~` below all pre-releases, `^` right above the release (RPM's habit). */
const marks: ReadonlyMap<number, string> = new Map([
  [126, `${BEFORE}0`],
  [94, WORD + END],
]);
const patchWords: ReadonlySet<string> = new Set(['p', 'patch', 'patchlevel', 'pl']);

/** All that a component without a scheme of its own may look like. Anything else in the text makes it irregular. */
const wellFormed = /^v?\d[0-9a-z._~^+:-]*(?:\.\*)?$/;

/**
 * Components of embedded C and C++ projects, which follow no written scheme: runs of digits and letters.
 * 1.2 = 1.2.0; 1.0.2 < 1.0.2k < 1.0.2za < 1.0.3; 1.2-rc1 and 1.2b1 < 1.2 < 1.2-p1 = 1.2_p1 < 1.2-3 < 1.2.3;
 * what follows `+` (a commit, a repacking) is reported, not compared. `1.2.*` is the top of its branch. A name in front (`curl-7_57_0`) is skipped and
 * makes the version irregular; a text without a version in it (a commit hash, `nightly`) is below all versions.
 */
export function genericKey(text: string): VersionKey {
  const lower = text.toLowerCase();
  const plus = lower.indexOf('+', 1);
  const end = plus < 0 ? lower.length : plus;
  const from = startOfVersion(lower, end);
  if (from < 0) return { key: BEFORE + printable(lower), irregular: true };
  const colon = endOfDigits(lower, from);
  const hasEpoch = lower[colon] === ':' && colon < end;
  const epoch = hasEpoch ? numberKey(lower, from, colon) : '0';
  const key = epoch + runsKey(lower, hasEpoch ? colon + 1 : from, end);
  const irregular = !wellFormed.test(lower);
  return plus < 0 ? { key, irregular } : { key, irregular, suffix: text.slice(plus) };
}

/** Text of any kind as key material: what is not printable ASCII becomes one character. */
export function printable(text: string): string {
  return text.replace(/[^!-~]/g, '~');
}

/** Where the version begins; -1 when there is none in the text. */
function startOfVersion(lower: string, end: number): number {
  const first = lower.charCodeAt(0);
  if (isDigit(first)) return looksLikeCommit(lower) ? -1 : 0;
  if (lower[0] === 'v' && isDigit(lower.charCodeAt(1))) return 1;
  if (looksLikeCommit(lower)) return -1;
  return afterName(lower, end);
}

/** Seven or more hex digits in which digits and letters change places three times: no version looks like that. */
function looksLikeCommit(lower: string): boolean {
  if (lower.length < 7 || lower.length > 64 || !/^[0-9a-f]+$/.test(lower)) return false;
  let changes = 0;
  for (let at = 1; at < lower.length; at++)
    if (isDigit(lower.charCodeAt(at)) !== isDigit(lower.charCodeAt(at - 1))) changes++;
  return changes >= 3;
}

/** Skips the name in tags like `openssl-3.0.1`, `curl-7_57_0`, `jackson-modules-java8-2.13.4`; -1 without a number. */
function afterName(lower: string, end: number): number {
  let at = 0;
  while (at < end) {
    const word = endOfLetters(lower, at);
    if (word > at && preRelease.has(lower.slice(at, word))) return /\d/.test(lower.slice(word, end)) ? at : -1;
    const digits = endOfDigits(lower, word);
    if (digits > word && digits <= end) {
      // `java8-2.13`: the number belongs to the name, when a hyphen and another number follow. `v1-2` is a version.
      const isName = word - at > 1 && lower[digits] === '-' && isDigit(lower.charCodeAt(digits + 1));
      if (!isName) return word;
    }
    at = Math.max(digits + 1, at + 1);
  }
  return -1;
}

/** One key symbol per run. Zeros wait in `zeros`: they only count when a further number, or the top, follows. */
function runsKey(lower: string, from: number, end: number): string {
  const hyphenIsDot = !lower.includes('.');
  let key = '';
  let zeros = '';
  let afterNumber = false;
  for (let at = from; at < end; ) {
    const code = lower.charCodeAt(at);
    if (isDigit(code)) {
      const run = Math.min(endOfDigits(lower, at), end);
      const number = numberKey(lower, at, run);
      zeros += (afterNumber && !hyphenIsDot && lower[at - 1] === '-' ? HYPHEN_NUMBER : NUMBER) + number;
      if (number !== '0') {
        key += zeros;
        zeros = '';
      }
      afterNumber = true;
      at = run;
      continue;
    }
    const run = isLetter(code) ? Math.min(endOfLetters(lower, at), end) : at + 1;
    const symbol = isLetter(code) ? wordKey(lower, at, run) : (marks.get(code) ?? '');
    if (symbol !== '') {
      key += symbol;
      zeros = '';
      afterNumber = false;
    }
    at = run;
  }
  return lower.endsWith('.*') && end === lower.length ? key + zeros + TOP : key + END;
}

function wordKey(lower: string, from: number, run: number): string {
  let word = lower.slice(from, run);
  if (isDigit(lower.charCodeAt(run))) {
    // `1.2a1`, `1.2b2`, `1.2-m3`: a number tells the pre-release from OpenSSL's letters (1.0.2a, 1.0.2b).
    if (word === 'a') word = 'alpha';
    else if (word === 'b') word = 'beta';
    else if (word === 'm' && from > 0 && !isDigit(lower.charCodeAt(from - 1))) word = 'milestone';
  }
  const rank = preRelease.get(word);
  if (rank !== undefined) return BEFORE + rank;
  if (neutral.has(word)) return '';
  return WORD + (patchWords.has(word) ? 'p' : word) + END;
}
