import { BEFORE, END, endOfDigits, numberKey, TOP, type VersionKey } from '../keys.ts';
import { genericKey, printable } from './generic.ts';

/** A release, above all its pre-releases; below it the identifiers of a pre-release, numbers before words. */
const RELEASE = '~';
const NUMBER = '#';
const WORD = '$';

/**
 * Semantic Versioning 2.0.0 (section 11), read with the customary repairs: a leading `v` or `=`, one or two numbers
 * instead of three, leading zeros. More than three numbers are irregular: equal under section 11, they go on by the
 * generic order, so that 1.2.3 < 1.2.3.4 < 1.2.3.5. Without a number in front a text is below all versions. `1.2.*`, as CVE
 * records write bounds, is the top of its branch.
 */
export function semverKey(text: string): VersionKey {
  return readVersion(text, 3, false);
}

/** NuGet: SemVer 2.0.0 with a fourth number, the missing ones being 0, and pre-releases without regard to case. */
export function nugetKey(text: string): VersionKey {
  return readVersion(text.toLowerCase(), 4, false);
}

/** pub (Dart): SemVer 2.0.0, but build metadata counts: none < some, identifier by identifier. */
export function pubKey(text: string): VersionKey {
  return readVersion(text, 3, true);
}

function readVersion(text: string, numbers: number, buildCounts: boolean): VersionKey {
  let at = /^[vV=]/.test(text) ? 1 : 0;
  let key = '';
  let count = 0;
  while (count < numbers) {
    const from = count === 0 ? at : at + 1;
    if (count > 0 && text[at] !== '.') break;
    const end = endOfDigits(text, from);
    if (end === from) break;
    key += numberKey(text, from, end);
    at = end;
    count++;
  }
  if (count === 0) return { key: BEFORE + genericKey(text).key, irregular: true };
  if (text.slice(at) === '.*') return { key: key + TOP, irregular: false };
  key += '0'.repeat(numbers - count);
  const plus = text.indexOf('+', at);
  const end = plus < 0 ? text.length : plus;
  key += text[at] === '-' ? identifiersKey(text.slice(at + 1, end)) : RELEASE;
  if (text[at] !== '-' && at < end) return { key: key + RELEASE + genericKey(text).key, irregular: true };
  if (buildCounts) key += plus < 0 ? END : RELEASE + identifiersKey(text.slice(plus + 1));
  return { key, irregular: !/^[!-~]*$/.test(text) };
}

/** Identifiers of digits go by value, others by ASCII above them; a list that ends is below one that goes on. */
function identifiersKey(text: string): string {
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
