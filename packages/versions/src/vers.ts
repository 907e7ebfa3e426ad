import { VersionsError } from './errors.ts';
import { schemeOfPurlType } from './scheme-of.ts';
import { compareParsed, type ParsedVersion, parseVersion, type VersionScheme } from './version.ts';

export type VersComparator = '=' | '!=' | '<' | '<=' | '>' | '>=';

export interface VersConstraint {
  readonly comparator: VersComparator;
  readonly version: ParsedVersion;
}

/** A parsed `vers:` range. */
export interface Vers {
  /** As written, in lower case: `deb`, `npm`. */
  readonly type: string;
  readonly scheme: VersionScheme;
  /** `*`: every version; then there are no constraints. */
  readonly any: boolean;
  /** Sorted by version, each version once. */
  readonly constraints: readonly VersConstraint[];
  /** The rules of the specification that the text broke where its meaning is beyond doubt; empty when it is valid. */
  readonly repairs: readonly string[];
}

const maxVersLength = 65_536;
const maxConstraints = 2_000;

/** vers types that are no purl types. */
const ownTypes: ReadonlyMap<string, VersionScheme> = new Map<string, VersionScheme>([
  ['alpine', 'apk'],
  ['semver', 'semver'],
]);

/**
 * Reads a version range specifier (VERS, clause 5): `vers:deb/>=1.2|<2.0`. Order, case, superfluous pipes, spaces and
 * equals signs are repaired and named in `repairs`; what leaves the meaning open is refused.
 *
 * @throws VersionsError `versions.bad-range`
 */
export function parseVers(text: string): Vers {
  if (text.length > maxVersLength) refuse(`is longer than ${maxVersLength} characters`);
  const repairs = new Set<string>();
  const head = /^vers:([a-z][a-z0-9.-]*)\//i.exec(text.trim());
  if (head === null) refuse('does not begin with "vers:<type>/"');
  const type = (head[1] ?? '').toLowerCase();
  if (head[0] !== head[0].toLowerCase()) repairs.add('scheme and type are written in lower case');
  if (type === 'invalid') refuse('has the reserved type "invalid" (VERS 5.3.2.1)');
  const scheme = ownTypes.get(type) ?? schemeOfPurlType(type);
  if (text !== text.trim()) repairs.add(noSpace);
  const rest = text.trim().slice(head[0].length);
  const any = rest === '*';
  const constraints = any ? [] : inOrder(readConstraints(scheme, rest, repairs), repairs);
  return { type, scheme, any, constraints, repairs: [...repairs] };
}

const noSpace = 'white space is not allowed';

function readConstraints(scheme: VersionScheme, text: string, repairs: Set<string>): readonly VersConstraint[] {
  const parts = text.split('|', maxConstraints + 1).filter((part) => part.trim() !== '');
  if (parts.length > maxConstraints) refuse(`has more than ${maxConstraints} constraints`);
  if (parts.length === 0) refuse('has no constraint');
  if (parts.join('|') !== text) repairs.add('a pipe stands only between two constraints');
  return parts.map((part) => readConstraint(scheme, part, repairs));
}

function readConstraint(scheme: VersionScheme, part: string, repairs: Set<string>): VersConstraint {
  const comparator = (/^(?:[<>!]=|[<>=])/.exec(part.trim())?.[0] ?? '') as VersComparator | '';
  if (comparator === '=') repairs.add('equality is written without "="');
  const written = part.trim().slice(comparator.length).trim();
  if (written === '') refuse('has a constraint without a version');
  if (comparator.length + written.length !== part.length) repairs.add(noSpace);
  return { comparator: comparator || '=', version: parseVersion(scheme, decode(written)) };
}

function decode(text: string): string {
  if (/[<>=!*\s]/.test(text)) refuse('has a version with an unencoded space, < > = ! or * (VERS 5.3.3.2)');
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse('has a version with a broken percent-encoding (VERS 5.3.3.2)');
  }
}

/** VERS 5.4: sorted, each version once, and comparators that describe intervals. */
function inOrder(constraints: readonly VersConstraint[], repairs: Set<string>): readonly VersConstraint[] {
  const sorted = [...constraints].sort((a, b) => compareParsed(a.version, b.version));
  if (sorted.some((constraint, at) => constraint !== constraints[at])) repairs.add('constraints are sorted by version');
  let before: VersConstraint | undefined;
  let bound: VersComparator | undefined;
  for (const constraint of sorted) {
    if (before !== undefined && compareParsed(before.version, constraint.version) === 0)
      refuse('names a version twice (VERS 5.4)');
    before = constraint;
    const { comparator } = constraint;
    if (comparator === '!=') continue;
    const opens = comparator.startsWith('>');
    const wasOpen = bound?.startsWith('>') ?? false;
    const isFault = comparator === '=' ? wasOpen : opens ? wasOpen : bound !== undefined && !wasOpen;
    if (isFault) refuse(`has "${comparator}" where it can not follow "${bound}" (VERS 5.4)`);
    bound = comparator;
  }
  return sorted;
}

/**
 * Whether the range holds the version ("Checking if a version is contained within a range" of the specification). A
 * range of exclusions only holds all other versions.
 */
export function versContains(vers: Vers, version: string): boolean {
  if (vers.any) return true;
  const parsed = parseVersion(vers.scheme, version);
  let inside = vers.constraints.every(({ comparator }) => comparator === '!=');
  let isFirst = true;
  for (const { comparator, version: bound } of vers.constraints) {
    const order = compareParsed(parsed, bound);
    if (order === 0) return comparator === '=' || comparator === '<=' || comparator === '>=';
    if (comparator === '=' || comparator === '!=') continue;
    if (comparator.startsWith('<')) {
      if (order < 0) return inside || isFirst;
      inside = false;
    } else inside = order > 0;
    isFirst = false;
  }
  return inside;
}

function refuse(what: string): never {
  throw new VersionsError('versions.bad-range', `The version range ${what}.`);
}
