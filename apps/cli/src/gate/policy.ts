import { matchStrengths, type Outcome, outcomes, severities, type verdicts } from '@bulkhead/contract';
import { parseDocument } from 'yaml';
import { CliError } from '../error.ts';

type Severity = (typeof severities)[number];
type Verdict = (typeof verdicts)[number];
type Strength = (typeof matchStrengths)[number];

/** A finding that is let through although it breaks a limit, by someone's reason and until a day. */
export interface Exception {
  readonly ref: string;
  /** Name or package URL of the component; any component when absent. */
  readonly component: string | undefined;
  readonly reason: string;
  /** The last day (UTC) on which it holds. */
  readonly expires: string;
}

/** What a release must keep to. A limit that is absent does not count. */
export interface Policy {
  readonly maxOutcome: Outcome | undefined;
  readonly maxSeverity: Severity | undefined;
  readonly maxCvss: number | undefined;
  readonly maxEpss: number | undefined;
  readonly failOnKev: boolean;
  /** Whether a finding without a score breaks a limit on severity or CVSS. */
  readonly failOnUnscored: boolean;
  readonly verdicts: readonly Verdict[];
  readonly strengths: readonly Strength[];
  /** Percent of the components that an advisory must be matchable to. */
  readonly minIdentified: number | undefined;
  readonly allow: readonly Exception[];
}

const longest = 256 * 1024;
const refPattern = /^[A-Za-z0-9][A-Za-z0-9._:+-]{1,99}$/;
const mostExceptions = 2_000;
const knownKeys = [
  'version',
  'maxOutcome',
  'maxSeverity',
  'maxCvss',
  'maxEpss',
  'failOnKev',
  'failOnUnscored',
  'verdicts',
  'strengths',
  'minIdentified',
  'allow',
] as const;
const exceptionKeys = ['ref', 'component', 'reason', 'expires'] as const;

/**
 * Reads a policy file (YAML or JSON). An unknown key is an error that names its path: a limit with a slip of the pen in
 * it would otherwise let everything through.
 */
export function readPolicy(text: string, file: string): Policy {
  const fail: Fail = (path, fault) => {
    throw new CliError('cli.usage', `${file}: ${path ? `${path} ` : ''}${fault}`);
  };
  if (text.length > longest) fail('', `holds more than ${longest} characters, which is the most.`);
  const top = objectAt(parseYaml(text, fail), '', knownKeys, fail);
  if (top.get('version') !== 1) fail('version', 'must be 1, the only version of policies so far.');
  const policy: Policy = {
    maxOutcome: optional(top, 'maxOutcome', (value, path) => oneOf(outcomes, value, path, fail)),
    maxSeverity: optional(top, 'maxSeverity', (value, path) => oneOf(severities, value, path, fail)),
    maxCvss: optional(top, 'maxCvss', (value, path) => numberUpTo(10, value, path, fail)),
    maxEpss: optional(top, 'maxEpss', (value, path) => numberUpTo(1, value, path, fail)),
    failOnKev: optional(top, 'failOnKev', (value, path) => truth(value, path, fail)) ?? false,
    failOnUnscored: optional(top, 'failOnUnscored', (value, path) => truth(value, path, fail)) ?? true,
    verdicts: optional(top, 'verdicts', (value, path) => wordsAt(['affected', 'unsure'], value, path, fail)) ?? [
      'affected',
      'unsure',
    ],
    strengths:
      optional(top, 'strengths', (value, path) => wordsAt(matchStrengths, value, path, fail)) ?? matchStrengths,
    minIdentified: optional(top, 'minIdentified', (value, path) => numberUpTo(100, value, path, fail)),
    allow: optional(top, 'allow', (value, path) => exceptionsAt(value, path, fail)) ?? [],
  };
  const limits = [policy.maxOutcome, policy.maxSeverity, policy.maxCvss, policy.maxEpss, policy.minIdentified];
  if (limits.every((limit) => limit === undefined) && !policy.failOnKev)
    fail('', 'sets no limit, so nothing could ever fail.');
  return Object.freeze(policy);
}

type Fail = (path: string, fault: string) => never;
type Fields = ReadonlyMap<string, unknown>;

function parseYaml(text: string, fail: Fail): unknown {
  try {
    const document = parseDocument(text, { schema: 'core', prettyErrors: true });
    const [fault] = [...document.errors, ...document.warnings];
    if (fault) return fail('', `is not valid YAML: ${fault.message}`);
    // aliases would let a short text grow without bound, and a policy needs none
    return document.toJS({ mapAsMap: true, maxAliasCount: 0 });
  } catch (error) {
    if (error instanceof CliError) throw error;
    return fail('', `is not valid YAML: ${(error as Error).message}`);
  }
}

function objectAt(value: unknown, path: string, known: readonly string[], fail: Fail): Fields {
  if (!(value instanceof Map)) return fail(path, `must be a mapping with the keys ${known.join(', ')}.`);
  for (const key of value.keys()) {
    const at = path ? `${path}.${String(key)}` : String(key);
    if (!known.includes(key as string)) return fail(at, `is no known key; known are ${known.join(', ')}.`);
  }
  return value as Fields;
}

function optional<T>(fields: Fields, key: string, read: (value: unknown, path: string) => T): T | undefined {
  return fields.has(key) ? read(fields.get(key), key) : undefined;
}

function oneOf<T extends string>(words: readonly T[], value: unknown, path: string, fail: Fail): T {
  return words.find((word) => word === value) ?? fail(path, `must be one of ${words.join(', ')}.`);
}

function wordsAt<T extends string>(words: readonly T[], value: unknown, path: string, fail: Fail): readonly T[] {
  if (!Array.isArray(value) || value.length === 0) return fail(path, `must be a list of ${words.join(', ')}.`);
  return value.map((item, i) => oneOf(words, item, `${path}[${i}]`, fail));
}

function numberUpTo(most: number, value: unknown, path: string, fail: Fail): number {
  return typeof value === 'number' && value >= 0 && value <= most ? value : fail(path, `must be from 0 to ${most}.`);
}

function truth(value: unknown, path: string, fail: Fail): boolean {
  return typeof value === 'boolean' ? value : fail(path, 'must be true or false.');
}

function textAt(fields: Fields, key: string, path: string, fail: Fail): string {
  const value = fields.get(key);
  const whole = typeof value === 'string' && value.trim() !== '' && value.length <= 1_000;
  return whole ? value : fail(`${path}.${key}`, 'must be a text that is not empty, 1000 characters at most.');
}

function exceptionsAt(value: unknown, path: string, fail: Fail): readonly Exception[] {
  if (!Array.isArray(value) || value.length > mostExceptions)
    return fail(path, `must be a list of ${mostExceptions} entries at most.`);
  return value.map((item, i) => exceptionAt(item, `${path}[${i}]`, fail));
}

function exceptionAt(value: unknown, path: string, fail: Fail): Exception {
  const fields = objectAt(value, path, exceptionKeys, fail);
  const ref = textAt(fields, 'ref', path, fail);
  if (!refPattern.test(ref)) fail(`${path}.ref`, 'is no id such as CVE-2024-45492.');
  const expires = textAt(fields, 'expires', path, fail);
  if (!isDay(expires)) fail(`${path}.expires`, 'must be a day such as 2027-01-31.');
  return {
    ref,
    component: fields.has('component') ? textAt(fields, 'component', path, fail) : undefined,
    reason: textAt(fields, 'reason', path, fail),
    expires,
  };
}

function isDay(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  return time !== undefined && !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text);
}
