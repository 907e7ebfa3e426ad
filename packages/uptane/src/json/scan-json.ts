import { quote, UptaneError } from '../error.ts';
import { pathStep } from './place.ts';

interface Frame {
  readonly keys: Set<string> | undefined; // undefined = list
  key: string;
  index: number;
}

/** Bounds that no honest metadata comes near; the number of bytes is bounded before, by the role. */
const deepest = 24;
const mostValues = 1_000_000;
const longestString = 64 * 1024;

/**
 * `ascii`: printable ASCII (and line ends, for PEM keys), so that both canonical forms of JSON agree for everyone who
 * reads the file. `nfc`: any Unicode text in normal form C (RFC 5198 s3), for what a vehicle says about itself.
 */
export type TextRule = 'ascii' | 'nfc';

const structural = /["{}[\],\-\d]/g;
const number = /-?\d[\d.eE+-]*/y;
/** No fraction, no exponent, no minus zero, nothing that a double cannot hold: writers disagree about all of them. */
const wholeNumber = /^(?:0|-?[1-9]\d{0,15})$/;

/**
 * Walks JSON text once, before JSON.parse, and refuses what would cost too much and what JSON.parse hides: repeated
 * keys (two readers would see two documents under one signature), numbers that two writers print differently, and text
 * that is not in the one form that Uptane 5.2 allows. Grammar is left to JSON.parse.
 */
export function scanJson(text: string, rule: TextRule): void {
  const stack: Frame[] = [];
  let expectKey = false;
  let values = 1;
  structural.lastIndex = 0;
  for (let found = structural.exec(text); found; found = structural.exec(text)) {
    const at = found.index;
    const frame = stack.at(-1);
    switch (text.charAt(at)) {
      case '"': {
        const end = stringEnd(text, at, stack);
        const content = contentOf(text.slice(at + 1, end), rule, stack);
        if (expectKey && frame?.keys) takeKey(content, frame, stack);
        expectKey = false;
        structural.lastIndex = end + 1;
        break;
      }
      case ',':
        if (frame) frame.index++;
        expectKey = frame?.keys !== undefined;
        values++;
        break;
      case '{':
      case '[':
        expectKey = text.charAt(at) === '{';
        stack.push({ keys: expectKey ? new Set() : undefined, key: '', index: 0 });
        values++;
        break;
      case '}':
      case ']':
        stack.pop();
        expectKey = false;
        break;
      default:
        structural.lastIndex = numberEnd(text, at, stack);
    }
    if (stack.length > deepest) throw refuse('uptane.too-complex', stack.slice(0, 8), `nested deeper than ${deepest}`);
    if (values > mostValues) throw refuse('uptane.too-complex', [], `more than ${mostValues} JSON values`);
  }
}

function stringEnd(text: string, start: number, stack: readonly Frame[]): number {
  let end = start;
  let escaped: boolean;
  do {
    end = text.indexOf('"', end + 1);
    if (end < 0) return text.length; // JSON.parse will say that the string does not end
    escaped = false;
    for (let i = end - 1; i > start && text.charCodeAt(i) === 0x5c; i--) escaped = !escaped;
  } while (escaped);
  if (end - start > longestString)
    throw refuse('uptane.too-complex', stack, `a string is longer than ${longestString} characters`);
  return end;
}

function contentOf(raw: string, rule: TextRule, stack: readonly Frame[]): string {
  if (/^[ -~]*$/.test(raw) && !raw.includes('\\')) return raw;
  const content = unescape(raw);
  if (rule === 'ascii') {
    if (/^[\n\r -~]*$/.test(content)) return content;
    throw refuse('uptane.bad-text', stack, `${quote(content)} is not printable ASCII; signed names and values must be`);
  }
  if (content.includes('\0') || !content.isWellFormed())
    throw refuse('uptane.bad-text', stack, 'the text holds NUL or half of a surrogate pair');
  // Uptane 5.2: strings are NFC (RFC 5198), else one name has two spellings
  if (content.normalize('NFC') !== content)
    throw refuse('uptane.bad-text', stack, `${quote(content)} is not in Unicode normal form C`);
  return content;
}

function unescape(raw: string): string {
  if (!raw.includes('\\')) return raw;
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw; // JSON.parse of the whole says what is wrong
  }
}

function takeKey(key: string, frame: Frame, stack: readonly Frame[]): void {
  const keys = frame.keys as Set<string>;
  frame.key = key;
  if (keys.has(key)) throw refuse('uptane.duplicate-key', stack, 'this key is given twice; readers would disagree');
  keys.add(key);
}

function numberEnd(text: string, at: number, stack: readonly Frame[]): number {
  number.lastIndex = at;
  const literal = number.exec(text)?.[0] ?? text.charAt(at);
  if (!wholeNumber.test(literal) || !Number.isSafeInteger(Number(literal)))
    throw refuse('uptane.wrong-value', stack, `${quote(literal)} is not a whole number that every reader can hold`);
  return at + literal.length;
}

function refuse(
  code: 'uptane.too-complex' | 'uptane.bad-text' | 'uptane.duplicate-key' | 'uptane.wrong-value',
  stack: readonly Frame[],
  detail: string,
): UptaneError {
  const place = `$${stack.map((frame) => pathStep(frame.keys ? frame.key : frame.index)).join('')}`;
  return new UptaneError(code, place, detail);
}
