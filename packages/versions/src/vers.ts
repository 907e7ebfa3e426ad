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
  /** What the specification forbids and could be repaired without doubt (order, spaces, a superfluous `=`). */
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
 * Reads a version range specifier (VERS, clause 5): `vers:deb/>=1.2|<2.0`. Order, spaces and a leading `=` are repaired
 * and named in `repairs`; what leaves the meaning open is refused.
 *
 * @throws VersionsError `versions.bad-range`
 */
export function parseVers(text: string): Vers {
  if (text.length > maxVersLength) refuse(`is longer than ${maxVersLength} characters`);
  const repairs: string[] = [];
  const packed = text.replace(/[ \t\r\n]+/g, '');
  if (packed !== text) repairs.push('it holds white space');
  const head = /^(vers):([a-z][a-z0-9.-]*)\/(.*)$/i.exec(packed);
  if (head === null) refuse('does not begin with "vers:<type>/"');
  const [, uri = '', written = '', rest = ''] = head;
  const type = written.toLowerCase();
  if (uri !== 'vers' || type !== written) repairs.push('scheme and type are written in lower case');
  if (type === 'invalid') refuse('has the reserved type "invalid" (VERS 5.3.2.1)');
  const scheme = ownTypes.get(type) ?? schemeOfPurlType(type);
  if (rest === '*') return { type, scheme, any: true, constraints: [], repairs };
  const constraints = rest.split('|', maxConstraints + 1).map((part) => readConstraint(scheme, part, repairs));
  if (constraints.length > maxConstraints) refuse(`has more than ${maxConstraints} constraints`);
  return { type, scheme, any: false, constraints: inOrder(constraints, repairs), repairs };
}

function readConstraint(scheme: VersionScheme, part: string, repairs: string[]): VersConstraint {
  if (part === '') refuse('has an empty constraint');
  const comparator = (/^(?:[<>!]=|[<>=])/.exec(part)?.[0] ?? '') as VersComparator | '';
  if (comparator === '=') repairs.push('equality is written without "=" (VERS 5.3.3.1)');
  const version = decode(part.slice(comparator.length));
  if (version === '') refuse('has a constraint without a version');
  return { comparator: comparator || '=', version: parseVersion(scheme, version) };
}

function decode(text: string): string {
  if (/[<>=!*]/.test(text)) refuse('has a version with an unencoded < > = ! or * (VERS 5.3.3.2)');
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse('has a version with a broken percent-encoding');
  }
}

/** VERS 5.4: sorted, each version once, and comparators that describe intervals. */
function inOrder(constraints: readonly VersConstraint[], repairs: string[]): readonly VersConstraint[] {
  const sorted = [...constraints].sort((a, b) => compareParsed(a.version, b.version));
  if (sorted.some((constraint, at) => constraint !== constraints[at])) repairs.push('the constraints are not sorted');
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

/** Whether the range holds the version ("Checking if a version is contained within a range" of the specification). */
export function versContains(vers: Vers, version: string): boolean {
  if (vers.any) return true;
  const parsed = parseVersion(vers.scheme, version);
  let inside = false;
  let first = true;
  for (const { comparator, version: bound } of vers.constraints) {
    const order = compareParsed(parsed, bound);
    if (order === 0) return comparator === '=' || comparator === '<=' || comparator === '>=';
    if (comparator === '=' || comparator === '!=') continue;
    if (comparator.startsWith('<')) {
      if (order < 0 && (inside || first)) return true;
      inside = false;
    } else inside = order > 0;
    first = false;
  }
  return inside;
}

function refuse(what: string): never {
  throw new VersionsError('versions.bad-range', `The version range ${what}.`);
}
