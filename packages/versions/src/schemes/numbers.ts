import { END, endOfDigits, numberKey, type VersionKey } from '../keys.ts';
import { genericKey } from './generic.ts';

const NUMBER = '%';
const REST = '!';

/** R: `numeric_version`. Numbers joined by `.` or `-`, which are the same; 1.0 < 1.0.0. */
export function cranKey(text: string): VersionKey {
  return numbersKey(text, '-');
}

/** Hackage: the Package Versioning Policy. Numbers joined by dots; 1.0 < 1.0.0. */
export function hackageKey(text: string): VersionKey {
  return numbersKey(text, '.');
}

/** What follows the numbers makes a version irregular: it is right above the numbers alone, in the generic order. */
function numbersKey(text: string, joint: string): VersionKey {
  let key = '';
  let at = 0;
  for (;;) {
    const end = endOfDigits(text, at);
    if (end === at) break;
    key += NUMBER + numberKey(text, at, end);
    at = end;
    if (at === text.length) return { key: key + END, irregular: false };
    if (text[at] !== '.' && text[at] !== joint) break;
    at++;
  }
  return { key: key + END + REST + genericKey(text.slice(at)).key, irregular: true };
}
