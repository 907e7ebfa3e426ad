import { BEFORE, END, endOfDigits, numberKey, type VersionKey } from '../keys.ts';
import { genericKey } from './generic.ts';

/** Above every other symbol: no pre-release, no dev-release. */
const NONE_HIGH = '~';
/** Below every other symbol: no post-release, no local part. */
const NONE_LOW = BEFORE;
const NUMBER = '%';
const LOCAL_WORD = '#';

/** PEP 440 appendix B. Every part begins with what the one before cannot end with, so that matching stays linear. */
const pattern =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/;

/**
 * Python: PEP 440, `[epoch!]release[pre][post][dev][+local]`, with the spellings that it normalises. Whatever does not
 * fit is below every version that does, as pip had it for "legacy" versions, and goes by the generic order there.
 */
export function pep440Key(text: string): VersionKey {
  const lower = text.toLowerCase();
  const parts = pattern.exec(lower);
  if (parts === null) return { key: BEFORE + genericKey(text).key, irregular: true };
  const [, epoch = '', release = '', pre, preNumber, implicitPost, post, postNumber, dev, devNumber, local] = parts;
  const hasPost = post !== undefined || implicitPost !== undefined;
  const key =
    number(epoch) +
    releaseKey(release) +
    preKey(pre, preNumber, !hasPost && dev !== undefined) +
    (hasPost ? NUMBER + number(implicitPost ?? postNumber) : NONE_LOW) +
    (dev === undefined ? NONE_HIGH : NUMBER + number(devNumber)) +
    (local === undefined ? NONE_LOW : localKey(local));
  return { key, irregular: false };
}

function number(text = ''): string {
  return numberKey(text, 0, text.length);
}

/** Trailing zeros say nothing: 1.0 is 1.0.0. */
function releaseKey(release: string): string {
  let key = '';
  let zeros = '';
  for (let at = 0; at < release.length; ) {
    const end = endOfDigits(release, at);
    const value = numberKey(release, at, end);
    zeros += NUMBER + value;
    if (value !== '0') {
      key += zeros;
      zeros = '';
    }
    at = end + 1;
  }
  return key + END;
}

/** A development release of the release itself is below its first alpha (PEP 440, "Summary of permitted suffixes"). */
function preKey(letter: string | undefined, value: string | undefined, isDevOfRelease: boolean): string {
  if (letter === undefined) return isDevOfRelease ? BEFORE : NONE_HIGH;
  const phase = letter.startsWith('a') ? 'a' : letter.startsWith('b') ? 'b' : 'c';
  return phase + number(value);
}

/** Words below numbers, a list that ends below one that goes on. */
function localKey(local: string): string {
  let key = '';
  for (const part of local.split(/[-_.]/))
    key += endOfDigits(part, 0) === part.length ? NUMBER + number(part) : LOCAL_WORD + part + END;
  return key + END;
}
