import { BEFORE, END, endOfDigits, endOfLetters, isDigit, isLetter, numberKey, type VersionKey } from '../keys.ts';

const NUMBER = '%';
const wellFormed = /^\d[0-9A-Za-z]*(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/**
 * RubyGems: `Gem::Version#<=>`. Runs of digits and of letters, a hyphen reads `.pre.`, letters below numbers, and the
 * shorter version goes on with zeros for ever. Zeros are therefore counted, and their count put in front of what
 * follows: before a word more of them are more, before a number more of them are less.
 */
export function gemKey(text: string): VersionKey {
  let key = '';
  let zeros = 0;
  let hasWord = false;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (isDigit(code)) {
      const end = endOfDigits(text, at);
      const value = numberKey(text, at, end);
      if (value === '0') zeros++;
      else {
        key += NUMBER + fewerIsMore(zeros) + value;
        zeros = 0;
      }
      at = end;
    } else if (isLetter(code) || code === 45) {
      const end = isLetter(code) ? endOfLetters(text, at) : at + 1;
      // Gem::Version drops the zeros between the release and the first word: 1.0.a is 1.a.
      key += BEFORE + numberKey(String(hasWord ? zeros : 0), 0, 3) + (code === 45 ? 'pre' : text.slice(at, end)) + END;
      hasWord = true;
      zeros = 0;
      at = end;
    } else at++;
  }
  return { key: key + END, irregular: !wellFormed.test(text) };
}

/** No version has more than 512 segments. */
function fewerIsMore(count: number): string {
  return count === 0 ? '~' : String(999 - count);
}
