import { BEFORE, END, endOfDigits, endOfLetters, isDigit, isLetter, numberKey, type VersionKey } from '../keys.ts';

/** PHP's order at one place: unknown words < dev < alpha < beta < rc < end < numbers < patches. */
const NUMBER = '%';
const PATCH = '&';
const wellFormed = /^(?:[vV]?\d[0-9A-Za-z.+_-]*|dev-[!-~]+)$/;

/**
 * Packagist: PHP's `version_compare`, which OSV uses for it, after the `v` that Composer drops. Words go by their first
 * letters (`patch` is `p`), in lower case but for `RC`. 1.0 < 1.0.0, although Composer itself fills up to four numbers:
 * ranges of advisories are evaluated in this order. A `#` counts as nothing.
 */
export function composerKey(text: string): VersionKey {
  let key = '';
  let at = text[0] === 'v' || text[0] === 'V' ? 1 : 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (isDigit(code)) {
      const end = endOfDigits(text, at);
      key += NUMBER + numberKey(text, at, end);
      at = end;
    } else if (isLetter(code)) {
      const end = endOfLetters(text, at);
      key += wordKey(text.slice(at, end));
      at = end;
    } else at++;
  }
  return { key: key + END, irregular: !wellFormed.test(text) };
}

function wordKey(word: string): string {
  if (word.startsWith('dev')) return `${BEFORE}1`;
  if (word.startsWith('a')) return `${BEFORE}2`;
  if (word.startsWith('b')) return `${BEFORE}3`;
  if (word.startsWith('rc') || word.startsWith('RC')) return `${BEFORE}4`;
  return word.startsWith('p') ? PATCH : `${BEFORE}0`;
}
