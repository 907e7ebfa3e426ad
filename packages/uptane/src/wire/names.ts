import { quote } from '../error.ts';

const longestPath = 512;
/**
 * No `%`, so that nothing is decoded twice; no space, `?`, `#`, `\`, so that a name is the same in a URL and a file; no
 * dot in front, which steps out of a folder (`..`) or hides from the `*` of other clients (S10: path-traversal safe).
 */
const segment = /^[A-Za-z0-9_+~@=,:-][A-Za-z0-9_.+~@=,:-]*$/;
/** The same with `*` and `?`; `**` means something else to some clients. */
const patternSegment = /^(?!.*\*\*)[A-Za-z0-9_+~@=,:*?-][A-Za-z0-9_.+~@=,:*?-]*$/;

/** What is wrong with the name of an image, in words; undefined when nothing is. */
export function targetNameFault(name: string): string | undefined {
  return pathFault(name, segment);
}

/** What is wrong with a path pattern: literals, `*` and `?` only, since clients disagree about everything else. */
export function pathPatternFault(pattern: string): string | undefined {
  return pathFault(pattern, patternSegment);
}

function pathFault(path: string, allowed: RegExp): string | undefined {
  if (path === '') return 'must not be empty';
  if (path.length > longestPath) return `is longer than ${longestPath} characters`;
  for (const part of path.split('/')) {
    if (part === '') return `${quote(path)} begins or ends with "/" or has an empty part`;
    // an object of a reader that is less careful would change its nature
    if (part === '__proto__') return `${quote(path)} has the part "__proto__"`;
    if (!allowed.test(part)) return `${quote(path)} has a part that is not safe in URLs, file names and patterns`;
  }
  return undefined;
}

const reserved: ReadonlySet<string> = new Set(['root', 'targets', 'snapshot', 'timestamp']);

/** What is wrong with the name of a delegated role: it goes into URLs unencoded (dialect A) and into file names. */
export function roleNameFault(name: string): string | undefined {
  if (reserved.has(name.toLowerCase())) return `${quote(name)} is the name of a role of the repository`;
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name)) return undefined;
  return `${quote(name)} is no role name: 1 to 100 letters, digits, ".", "_" and "-", the first a letter or digit`;
}

export const longestSerial = 64;
export const longestHardwareId = 200;
export const longestKeyId = 256;
