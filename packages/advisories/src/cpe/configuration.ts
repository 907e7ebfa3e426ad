import type { CpeConfiguration, CpeMatch, CpeNode } from '../model.ts';
import { type CpeMeeting, meetCpe, relate } from './compare.ts';
import { type Cpe, parseCpe, textOf } from './cpe.ts';

/** Kleene's third value: other software decides, of which nothing is known here. */
type Truth = true | false | 'open';

export interface ConfigurationResult {
  readonly truth: Truth;
  /** The vulnerable part that the component is. */
  readonly match: CpeMatch;
  readonly meeting: CpeMeeting;
  /** Its name that met. */
  readonly own: OwnCpe;
  readonly versionOpen: boolean;
}

interface OwnCpe {
  readonly text: string;
  readonly cpe: Cpe;
  readonly isAlias: boolean;
}

export interface ConfigurationSubject {
  readonly cpes: readonly OwnCpe[];
  readonly version: string | undefined;
  /** What it runs on; absent = not known. */
  readonly platforms: readonly Cpe[] | undefined;
  compare(a: string, b: string): -1 | 0 | 1;
}

/**
 * Evaluates a CPE applicability statement (NISTIR 7698; NVD API 2.0 `configurations`, CVE 5.1 `cpeApplicability`) for
 * one component. Nothing when the component is none of its vulnerable parts, or not at one of their versions.
 */
export function evaluateConfiguration(
  configuration: CpeConfiguration,
  subject: ConfigurationSubject,
): ConfigurationResult | undefined {
  const hits = new Map<CpeMatch, ConfigurationResult>();
  for (const node of configuration.nodes) {
    for (const match of node.matches) {
      const hit = match.vulnerable ? hitOf(match, subject) : undefined;
      if (hit) hits.set(match, hit);
    }
  }
  const first = [...hits.values()].sort((a, b) => doubt(a) - doubt(b))[0];
  if (!first) return undefined;
  const truths = configuration.nodes.map((node) => truthOfNode(node, hits, subject));
  const truth = negated(combined(configuration.operator, truths), configuration.negate);
  return truth === false ? undefined : { ...first, truth };
}

function doubt({ meeting, versionOpen }: ConfigurationResult): number {
  return (meeting.vendorOpen ? 4 : 0) + (versionOpen ? 2 : 0) + (meeting.open.length > 0 ? 1 : 0);
}

function hitOf(match: CpeMatch, subject: ConfigurationSubject): ConfigurationResult | undefined {
  const criteria = parseCpe(match.criteria);
  if (!criteria) return undefined;
  for (const own of subject.cpes) {
    const meeting = meetCpe(criteria, own.cpe);
    if (meeting === undefined || meeting === 'apart') continue;
    const inRange = isInRange(match, criteria, subject);
    if (inRange === false) continue;
    return { truth: true, match, meeting, own, versionOpen: inRange === 'open' };
  }
  return undefined;
}

function isInRange(match: CpeMatch, criteria: Cpe, { version, compare }: ConfigurationSubject): Truth {
  const { versionStartIncluding, versionStartExcluding, versionEndIncluding, versionEndExcluding } = match;
  const exact = textOf(criteria.version);
  if (criteria.version.kind === 'na') return 'open';
  const bounds = [exact, versionStartIncluding, versionStartExcluding, versionEndIncluding, versionEndExcluding];
  if (version === undefined) return bounds.some((bound) => bound !== undefined) ? 'open' : true;
  if (exact !== undefined) return compare(version, withUpdate(exact, criteria)) === 0;
  if (criteria.version.kind === 'wild') {
    return relate(criteria.version, { kind: 'text', text: version.toLowerCase() }) === 'within';
  }
  if (versionStartIncluding !== undefined && compare(version, versionStartIncluding) < 0) return false;
  if (versionStartExcluding !== undefined && compare(version, versionStartExcluding) <= 0) return false;
  if (versionEndIncluding !== undefined && compare(version, versionEndIncluding) > 0) return false;
  return !(versionEndExcluding !== undefined && compare(version, versionEndExcluding) >= 0);
}

function withUpdate(version: string, { update }: Cpe): string {
  const text = textOf(update);
  return text === undefined ? version : `${version}-${text}`;
}

function truthOfNode(node: CpeNode, hits: ReadonlyMap<CpeMatch, unknown>, subject: ConfigurationSubject): Truth {
  const truths = node.matches.map((match) => truthOfMatch(match, hits, subject));
  return negated(combined(node.operator, truths), node.negate);
}

function truthOfMatch(match: CpeMatch, hits: ReadonlyMap<CpeMatch, unknown>, subject: ConfigurationSubject): Truth {
  if (hits.has(match)) return true;
  const criteria = parseCpe(match.criteria);
  if (!criteria) return 'open';
  if (match.vulnerable) {
    // The component at another version is known not to fulfil it; another product may stand beside it in the vehicle.
    const isOwn = subject.cpes.some(({ cpe }) => typeof meetCpe(criteria, cpe) === 'object');
    return isOwn ? false : 'open';
  }
  if (subject.platforms === undefined) return 'open';
  return subject.platforms.some((platform) => typeof meetCpe(criteria, platform) === 'object');
}

function combined(operator: 'AND' | 'OR', truths: readonly Truth[]): Truth {
  const decisive = operator === 'OR';
  if (truths.includes(decisive)) return decisive;
  return truths.includes('open') ? 'open' : !decisive;
}

function negated(truth: Truth, negate: boolean): Truth {
  return negate && truth !== 'open' ? !truth : truth;
}

/** For people: the vulnerable part and its range. */
export function describeCpeMatch(match: CpeMatch): string {
  const bounds = [
    match.versionStartIncluding === undefined ? undefined : `>= ${match.versionStartIncluding}`,
    match.versionStartExcluding === undefined ? undefined : `> ${match.versionStartExcluding}`,
    match.versionEndIncluding === undefined ? undefined : `<= ${match.versionEndIncluding}`,
    match.versionEndExcluding === undefined ? undefined : `< ${match.versionEndExcluding}`,
  ].filter((bound) => bound !== undefined);
  const exact = textOf(parseCpe(match.criteria)?.version ?? { kind: 'any' });
  if (exact !== undefined) return `version ${exact}`;
  return bounds.length === 0 ? 'every version' : bounds.join(', ');
}
