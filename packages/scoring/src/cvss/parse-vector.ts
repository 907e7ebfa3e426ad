import { quote, ScoringError } from '../errors.ts';
import type { CvssVersion } from './cvss.ts';
import { type MetricTable, metricTables } from './metrics.ts';

/** A CVSS 4.0 vector that sets every metric has 178 characters. */
const maxVectorLength = 500;

export interface ParsedVector {
  readonly version: CvssVersion;
  /** What the vector sets, in the order of the specification. */
  readonly metrics: ReadonlyMap<string, string>;
}

/**
 * Reads a vector of any version in one pass. Metrics may stand in any order, as sources write them; letters count as
 * the specifications print them.
 * @throws ScoringError `scoring.bad-vector`
 */
export function parseVector(text: string): ParsedVector {
  if (text.length > maxVectorLength)
    throw badVector(`it has ${text.length} characters; at most ${maxVectorLength} are read`);
  const version = versionOf(text);
  const table = metricTables[version];
  const set = new Map<string, string>();
  for (const part of metricsOf(text, version).split('/')) {
    const [name, value] = readMetric(part, version, table);
    if (set.has(name)) throw badVector(`the metric ${name} stands in it twice; keep one of them`);
    set.set(name, value);
  }
  return { version, metrics: orderMetrics(set, version) };
}

/** The canonical text of a set of metrics. */
export function formatVector({ version, metrics }: ParsedVector): string {
  return metricTables[version].prefix + [...metrics].map(([name, value]) => `${name}:${value}`).join('/');
}

/**
 * The metrics in the order of the specification, without those that are not defined.
 * @throws ScoringError `scoring.bad-vector` when a base metric is missing
 */
export function orderMetrics(set: ReadonlyMap<string, string>, version: CvssVersion): Map<string, string> {
  const metrics = new Map<string, string>();
  const table = metricTables[version];
  for (const { name, group, values } of table.metrics.values()) {
    const value = set.get(name);
    if (value !== undefined && value !== table.undefinedValue) metrics.set(name, value);
    else if (group === 'base')
      throw badVector(`the base metric ${name} of CVSS ${version} is missing; add ${choices(name, values)}`);
  }
  return metrics;
}

function versionOf(text: string): CvssVersion {
  for (const version of ['3.1', '4.0', '3.0'] as const) if (text.startsWith(`CVSS:${version}/`)) return version;
  if (/^cvss:(?!2\.0\/)/i.test(text))
    throw badVector(
      `${quote(text)} must start with "CVSS:3.0/", "CVSS:3.1/" or "CVSS:4.0/" in capitals, or have no prefix (CVSS 2.0)`,
    );
  return '2.0';
}

/** CVSS 2.0 s2.4 prints the vector without a prefix; some sources put it in parentheses or write "CVSS:2.0/". */
function metricsOf(text: string, version: CvssVersion): string {
  if (version !== '2.0') return text.slice(metricTables[version].prefix.length);
  if (text.startsWith('CVSS:2.0/')) return text.slice('CVSS:2.0/'.length);
  return text.startsWith('(') && text.endsWith(')') ? text.slice(1, -1) : text;
}

function readMetric(part: string, version: CvssVersion, table: MetricTable): [name: string, value: string] {
  const colon = part.indexOf(':');
  if (colon === -1)
    throw badVector(
      part === ''
        ? 'an empty part stands in it; write one "/" between two metrics and none at the end'
        : `${quote(part)} is not a metric; write NAME:VALUE, as in AV:N`,
    );
  const name = part.slice(0, colon);
  const value = part.slice(colon + 1);
  const metric = table.metrics.get(name);
  if (metric === undefined)
    throw badVector(`CVSS ${version} has no metric ${quote(name)}; ${nearest(name, table) ?? 'remove it'}`);
  const allowed = metric.group === 'base' ? metric.values : [...metric.values, table.undefinedValue];
  if (!allowed.includes(value))
    throw badVector(`the metric ${name} has no value ${quote(value)}; write ${choices(name, allowed)}`);
  return [name, value];
}

function nearest(name: string, table: MetricTable): string | undefined {
  for (const known of table.metrics.keys())
    if (known.toLowerCase() === name.toLowerCase()) return `write it as ${known}, upper and lower case count`;
  return undefined;
}

function choices(name: string, values: readonly string[]): string {
  return values.map((value) => `${name}:${value}`).join(' or ');
}

function badVector(detail: string): ScoringError {
  return new ScoringError('scoring.bad-vector', `The CVSS vector was refused: ${detail}.`);
}
