import { BEFORE, END, endOfDigits, isDigit, numberKey, type VersionKey } from '../keys.ts';
import { genericKey } from './generic.ts';

/** A release candidate < the end < one more number. */
const NUMBER = '%';
const candidate = /^[-~._]?rc(\d+)/i;

/**
 * Linux kernels as CVE records name them: numbers joined by dots (2.6.x has three of mainline and a fourth of stable),
 * `-rc` below its release, 6.1 = 6.1.0. What a vendor appends (`-yocto-standard`, `-91-generic`, `+git...`) says
 * nothing about the fixes of the kernel team: it is reported as the suffix and not compared.
 */
export function linuxKey(text: string): VersionKey {
  const start = /^(?:linux-)?v?(?=\d)/i.exec(text)?.[0].length;
  if (start === undefined) return { key: BEFORE + genericKey(text).key, irregular: true };
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
    if (text[at] !== '.' || !isDigit(text.charCodeAt(at + 1))) break;
    at++;
  }
  const rc = candidate.exec(text.slice(at, at + 24));
  if (rc !== null) {
    const end = endOfDigits(text, at + rc[0].length);
    key += BEFORE + numberKey(text, at + rc[0].length - (rc[1]?.length ?? 0), end);
    at = end;
  }
  key += END;
  return at === text.length ? { key, irregular: false } : { key, irregular: false, suffix: text.slice(at) };
}
