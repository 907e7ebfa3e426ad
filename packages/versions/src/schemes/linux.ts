import { BEFORE, END, endOfDigits, isDigit, numberKey, TOP, type VersionKey } from '../keys.ts';
import { genericKey } from './generic.ts';

/** A release candidate < the end < one more number < the top of the branch. */
const NUMBER = '%';
const candidate = /^[-~._]?rc(\d+)/i;
const longestCandidate = 24;

/**
 * Linux kernels as CVE records name them: numbers joined by dots (2.6.x has three of mainline and a fourth of stable),
 * `-rc` below its release, 6.1 = 6.1.0. `5.10.*` is the top of its branch, above all of 5.10 and below 5.11. What a
 * vendor appends (`-yocto-standard`, `-91-generic`, `+git...`) says nothing about the fixes of the kernel team: it is
 * reported as the suffix and not compared.
 */
export function linuxKey(text: string): VersionKey {
  const start = /^(?:linux-)?v?(?=\d)/i.exec(text)?.[0].length;
  if (start === undefined) return { key: BEFORE + genericKey(text).key, irregular: true };
  const numbers = readNumbers(text, start);
  const { at } = numbers;
  if (text.slice(at) === '.*') return { key: numbers.key + numbers.zeros + TOP, irregular: false };
  const rc = candidate.exec(text.slice(at, at + longestCandidate));
  const from = rc === null ? at : at + rc[0].length - (rc[1]?.length ?? 0);
  const end = endOfDigits(text, from);
  const key = numbers.key + (rc === null ? END : BEFORE + numberKey(text, from, end) + END);
  const rest = rc === null ? at : end;
  return rest === text.length ? { key, irregular: false } : { key, irregular: false, suffix: text.slice(rest) };
}

/** Trailing zeros apart: 6.1.0 is 6.1, but the branch 6.0 is not the branch 6. */
function readNumbers(text: string, start: number): { key: string; zeros: string; at: number } {
  let key = '';
  let zeros = '';
  let at = start;
  for (;;) {
    const end = endOfDigits(text, at);
    const number = numberKey(text, at, end);
    zeros += NUMBER + number;
    if (number !== '0') {
      key += zeros;
      zeros = '';
    }
    at = end;
    if (text[at] !== '.' || !isDigit(text.charCodeAt(at + 1))) return { key, zeros, at };
    at++;
  }
}
