import { quote, SbomError, type SbomErrorCode } from '../errors.ts';
import type { SbomLimits } from '../limits.ts';
import type { Warnings } from '../warnings.ts';
import { inside, type Place, pathOf } from './place.ts';
import { isJsonObject, type JsonObject } from './read-json.ts';

/** What a rule may look at beside the value: the minor version of the specification decides what is allowed. */
export interface RuleContext {
  readonly minor: number;
  readonly limits: SbomLimits;
  readonly warnings: Warnings;
  /** Components met so far, wherever they sit. */
  components: number;
}

/** Throws an SbomError that names the place and the remedy, or returns. */
export type Rule = (value: unknown, at: Place, context: RuleContext) => void;

export function refuse(code: SbomErrorCode, at: Place, detail: string): SbomError {
  return new SbomError(code, pathOf(at), detail);
}

function wrongType(expected: string, value: unknown, at: Place): SbomError {
  const found = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
  return refuse('sbom.wrong-type', at, `expected ${expected}, found ${found}`);
}

export const anything: Rule = () => {};

export const aBoolean: Rule = (value, at) => {
  if (typeof value !== 'boolean') throw wrongType('true or false', value, at);
};

export const anObject: Rule = (value, at) => {
  if (!isJsonObject(value)) throw wrongType('an object', value, at);
};

export const anArray: Rule = (value, at) => {
  if (!Array.isArray(value)) throw wrongType('an array', value, at);
};

function asText(value: unknown, at: Place): string {
  if (typeof value !== 'string') throw wrongType('a string', value, at);
  return value;
}

export const text: Rule = (value, at) => {
  asText(value, at);
};

/** Text that identifies something, therefore of bounded length. */
export const name: Rule = (value, at, { limits }) => {
  if (asText(value, at).length > limits.maxNameLength) {
    throw refuse('sbom.string-too-long', at, `longer than ${limits.maxNameLength} characters (maxNameLength)`);
  }
};

export const nonEmptyName: Rule = (value, at, context) => {
  name(value, at, context);
  if (value === '') throw refuse('sbom.wrong-value', at, 'must not be empty; give it a value or leave it out');
};

export function matching(pattern: RegExp, expected: string): Rule {
  return (value, at) => {
    const given = asText(value, at);
    if (!pattern.test(given)) throw refuse('sbom.wrong-value', at, `${quote(given)} is not ${expected}`);
  };
}

export function wholeNumber(min: number): Rule {
  return (value, at) => {
    if (!Number.isInteger(value) || (value as number) < min) {
      throw refuse('sbom.wrong-value', at, `expected a whole number of at least ${min}`);
    }
  };
}

/** One of the listed words; the number says since which minor version of the specification it exists. */
export function oneOf(words: ReadonlyMap<string, number>): Rule {
  return (value, at, { minor }) => {
    const given = asText(value, at);
    const since = words.get(given);
    if (since !== undefined && since <= minor) return;
    const allowed = [...words].filter(([, from]) => from <= minor).map(([word]) => word);
    throw refuse('sbom.wrong-value', at, `${quote(given)} is not allowed here; use one of ${allowed.join(', ')}`);
  };
}

/** Like `oneOf`, for fields the reader does not use: a word it does not know is only a warning. */
export function preferablyOneOf(words: ReadonlyMap<string, number>): Rule {
  return (value, at, { minor, warnings }) => {
    const given = asText(value, at);
    if ((words.get(given) ?? Number.POSITIVE_INFINITY) <= minor) return;
    warnings.add('unknown-value', () => pathOf(at), `${quote(given)} is not a word of this version; it was ignored`);
  };
}

export function words(...lists: readonly (readonly [since: number, words: string])[]): ReadonlyMap<string, number> {
  return new Map(lists.flatMap(([since, list]) => list.split(' ').map((word) => [word, since] as const)));
}

export function arrayOf(rule: Rule): Rule {
  return (value, at, context) => {
    if (!Array.isArray(value)) throw wrongType('an array', value, at);
    for (let i = 0; i < value.length; i++) rule(value[i], inside(at, i), context);
  };
}

/** Delays the look-up, for rules that contain themselves. Recursion is bounded: the scanner limits the depth. */
export function later(rule: () => Rule): Rule {
  return (value, at, context) => rule()(value, at, context);
}

export interface Shape {
  readonly required?: readonly string[];
  readonly fields: Readonly<Record<string, Rule | readonly [since: number, rule: Rule]>>;
  /** The specification allows no other field (from the given minor version on). */
  readonly closedSince?: number;
  /** What cannot be said field by field. */
  readonly also?: (object: JsonObject, at: Place, context: RuleContext) => void;
}

export function shape({ required = [], fields, closedSince, also }: Shape): Rule {
  const known = new Map(Object.entries(fields));
  return (value, at, context) => {
    if (!isJsonObject(value)) throw wrongType('an object', value, at);
    for (const field of required) {
      if (!Object.hasOwn(value, field)) {
        throw refuse('sbom.missing-field', inside(at, field), 'is required and missing; add it');
      }
    }
    for (const key of Object.keys(value)) {
      const entry = known.get(key);
      const place = inside(at, key);
      if (entry === undefined) unknownField(place, closedSince, context);
      else if (typeof entry === 'function') entry(value[key], place, context);
      else sinceField(entry, value[key], place, context);
    }
    also?.(value, at, context);
  };
}

function unknownField(place: Place, closedSince: number | undefined, { minor, warnings }: RuleContext): void {
  if (closedSince === undefined) return;
  if (minor >= closedSince) {
    throw refuse(
      'sbom.unknown-field',
      place,
      'is not a field of the specification here; remove it or use "properties"',
    );
  }
  warnings.add('unknown-field', () => pathOf(place), 'is not a field of the specification; it was ignored');
}

function sinceField([since, rule]: readonly [number, Rule], value: unknown, place: Place, context: RuleContext): void {
  if (context.minor < since) {
    const message = `belongs to version 1.${since} or newer; it was read all the same`;
    context.warnings.add('newer-field', () => pathOf(place), message);
  }
  rule(value, place, context);
}

// RFC 3339 s5.6; the day must exist in its month.
const dateTimePattern =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d{1,12})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

export function isDateTime(given: string): boolean {
  const found = dateTimePattern.exec(given);
  if (!found) return false;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return month >= 1 && month <= 12 && day >= 1 && day <= lastDay && hour <= 23 && minute <= 59 && second <= 60;
}

/** The same moment in UTC, as Date writes it. The text has passed `isDateTime`; a leap second becomes the one before. */
export function toUtc(given: string): string {
  return new Date(given.toUpperCase().replace(/:60(?=[.Z+-])/, ':59')).toISOString();
}

export const dateTime: Rule = (value, at) => {
  if (typeof value === 'string' && isDateTime(value)) return;
  const found = typeof value === 'string' ? quote(value) : typeof value;
  throw refuse('sbom.wrong-value', at, `expected a date and time as 2026-01-31T12:00:00Z, found ${found}`);
};

/** Called once for every component, wherever it sits. */
export function countComponent(at: Place, context: RuleContext): void {
  context.components++;
  if (context.components <= context.limits.maxComponents) return;
  const limit = context.limits.maxComponents;
  throw refuse('sbom.too-many-components', at, `more than ${limit} components (maxComponents); split the document`);
}
