import { SbomError } from '../errors.ts';
import type { SbomLimits } from '../limits.ts';
import type { Warnings } from '../warnings.ts';
import { pathStep } from './place.ts';

interface Frame {
  readonly keys: Set<string> | undefined; // undefined = array
  key: string;
  index: number;
}

const quoteMark = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * Walks JSON text once, before JSON.parse, and refuses what would cost too much: depth, number of values, length of
 * strings. It also finds what JSON.parse hides: repeated keys (two readers may see two documents), NUL and unpaired
 * surrogates (text that a database or another reader cannot carry). Grammar is left to JSON.parse.
 */
export function scanJson(text: string, limits: SbomLimits, warnings: Warnings): void {
  const stack: Frame[] = [];
  let top: Frame | undefined;
  let expectKey = false;
  let values = 1;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === quoteMark) {
      const end = stringEnd(text, i, limits, stack);
      if (expectKey && top?.keys) {
        takeKey(text.slice(i + 1, end), top, stack, warnings);
        checkMembers(top.keys, stack, limits);
        expectKey = false;
      }
      i = end;
    } else if (c === comma) {
      if (top) top.index++;
      expectKey = top?.keys !== undefined;
      values++;
    } else if (c === openBrace || c === openBracket) {
      top = { keys: c === openBrace ? new Set() : undefined, key: '', index: 0 };
      stack.push(top);
      expectKey = c === openBrace;
      values++;
      checkDepth(stack, limits);
    } else if (c === closeBrace || c === closeBracket) {
      stack.pop();
      top = stack.at(-1);
      expectKey = false;
    }
    if (values > limits.maxValues) {
      throw new SbomError('sbom.too-many-values', '$', `more than ${limits.maxValues} JSON values; split the document`);
    }
  }
}

function checkDepth(stack: readonly Frame[], limits: SbomLimits): void {
  if (stack.length <= limits.maxDepth) return;
  const where = pathOfFrames(stack.slice(0, 8));
  throw new SbomError('sbom.too-deep', where, `nested deeper than ${limits.maxDepth} levels; flatten the document`);
}

function checkMembers(keys: ReadonlySet<string>, stack: readonly Frame[], { maxMembers }: SbomLimits): void {
  if (keys.size <= maxMembers) return;
  const detail = `one object has more than ${maxMembers} members (maxMembers); use a list`;
  throw new SbomError('sbom.too-many-values', pathOfFrames(stack), detail);
}

/** The position of the closing quote; the last position of the text when there is none (JSON.parse then complains). */
function stringEnd(text: string, start: number, limits: SbomLimits, stack: readonly Frame[]): number {
  let i = start + 1;
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === quoteMark) break;
    if (c === backslash) i = escapeEnd(text, i, stack);
  }
  if (i - start - 1 > limits.maxStringLength) {
    const limit = limits.maxStringLength;
    throw new SbomError('sbom.string-too-long', pathOfFrames(stack), `a string is longer than ${limit} characters`);
  }
  return Math.min(i, text.length - 1);
}

function escapeEnd(text: string, at: number, stack: readonly Frame[]): number {
  if (text.charAt(at + 1) !== 'u') return at + 1;
  const unit = Number.parseInt(text.slice(at + 2, at + 6), 16);
  if (unit === 0) throw badText(stack, 'a NUL character (\\u0000)');
  if (unit >= 0xdc00 && unit <= 0xdfff) throw badText(stack, 'half of a surrogate pair');
  if (unit < 0xd800 || unit > 0xdbff) return at + 5;
  const second = /^\\u([dD][c-fC-F][0-9a-fA-F]{2})$/.test(text.slice(at + 6, at + 12));
  if (!second) throw badText(stack, 'half of a surrogate pair');
  return at + 11;
}

function badText(stack: readonly Frame[], what: string): SbomError {
  return new SbomError('sbom.bad-text', pathOfFrames(stack), `the text holds ${what}; write valid Unicode text`);
}

function takeKey(raw: string, frame: Frame, stack: readonly Frame[], warnings: Warnings): void {
  const key = raw.includes('\\') ? unescapeKey(raw) : raw;
  frame.key = key;
  const keys = frame.keys as Set<string>;
  if (keys.has(key)) {
    warnings.add('duplicate-key', () => pathOfFrames(stack), 'this key is given twice; the last value counts');
  }
  keys.add(key);
}

function unescapeKey(raw: string): string {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw;
  }
}

function pathOfFrames(stack: readonly Frame[]): string {
  return `$${stack.map((frame) => pathStep(frame.keys ? frame.key : frame.index)).join('')}`;
}
