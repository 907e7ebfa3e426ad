import { schemeOfEcosystem, type VersionScheme } from '@bulkhead/versions';
import { meaningful } from '../identity/names.ts';
import { purlOfEcosystem, tryPurl, unversionedPurl } from '../identity/registry.ts';
import { type JsonObject, objectIn, objectsIn, type Placed, quote, refuse, textIn, textsIn } from '../json/fields.ts';
import { inside } from '../json/place.ts';
import { recordBounds } from '../limits.ts';
import { compareIn } from '../match/order.ts';
import type { AffectedPackage, VersionStatement } from '../model.ts';
import { compact, distinct } from '../text.ts';

const { maxNameLength, maxVersionLength, maxVersions, maxListed, maxPurlLength, maxIdLength } = recordBounds;
const kinds = ['introduced', 'fixed', 'last_affected', 'limit'] as const;

interface Event {
  readonly kind: (typeof kinds)[number];
  readonly version: string;
}

/** One `affected` entry; nothing for one that names neither a package nor a repository. */
export function readOsvAffected({ value, at }: Placed<JsonObject>, i: number): AffectedPackage[] {
  const found = objectIn(value, 'package', at);
  const text = (key: string, max: number) => (found ? meaningful(textIn(found.value, key, found.at, max)) : undefined);
  const ecosystem = text('ecosystem', maxNameLength);
  const name = text('name', maxNameLength);
  const ranges = objectsIn(value, 'ranges', at, maxVersions);
  const repo = ranges
    .map((range) => textIn(range.value, 'repo', range.at, maxNameLength))
    .find((url) => url !== undefined);
  const purl =
    canonical(text('purl', maxPurlLength)) ?? (ecosystem && name ? purlOfEcosystem(ecosystem, name) : undefined);
  if (name === undefined && repo === undefined && purl === undefined) return [];
  const events = ranges.map((range) => readEvents(range));
  const scheme = (ecosystem === undefined ? undefined : schemeOfEcosystem(ecosystem)) ?? 'generic';
  const listed = distinct(textsIn(value, 'versions', at, maxListed, maxVersionLength));
  const fixed = distinct(
    events.flatMap(({ type, list }) =>
      type === 'GIT' ? [] : list.flatMap(({ kind, version }) => (kind === 'fixed' ? [version] : [])),
    ),
  );
  return [
    compact<AffectedPackage>({
      container: `affected[${i}]`,
      purl,
      ecosystem,
      name,
      vendor: undefined,
      product: undefined,
      cpes: undefined,
      configuration: undefined,
      modules: undefined,
      platforms: undefined,
      repo,
      programFiles: undefined,
      defaultStatus: 'unaffected',
      versions: events.flatMap(({ type, list, repo: of }) =>
        toStatements(list, type, type === 'SEMVER' ? 'semver' : scheme, of),
      ),
      listed: listed.length > 0 ? listed : undefined,
      fixed: fixed.length > 0 ? fixed : undefined,
    }),
  ];
}

function canonical(text: string | undefined): string | undefined {
  const purl = text === undefined ? undefined : tryPurl(text);
  return purl && unversionedPurl(purl);
}

function readEvents({ value, at }: Placed<JsonObject>): {
  type: string;
  list: readonly Event[];
  repo: string | undefined;
} {
  const type = textIn(value, 'type', at, maxIdLength) ?? 'ECOSYSTEM';
  if (type !== 'SEMVER' && type !== 'ECOSYSTEM' && type !== 'GIT') {
    throw refuse(
      'advisory.wrong-value',
      inside(at, 'type'),
      `${quote(type)} is no range type; use SEMVER, ECOSYSTEM or GIT`,
    );
  }
  const list = objectsIn(value, 'events', at, maxVersions).flatMap((event) =>
    kinds.flatMap((kind) => {
      const version = textIn(event.value, kind, event.at, maxVersionLength)?.trim();
      return version === undefined || version === '' ? [] : [{ kind, version }];
    }),
  );
  return { type, list, repo: textIn(value, 'repo', at, maxNameLength) };
}

/**
 * The events as intervals. OSV schema, "evaluation": events are sorted by version, "introduced" opens, "fixed" and
 * "last_affected" close, and "limit" bounds all of it. Commits have no order here and stay as they are.
 */
function toStatements(
  events: readonly Event[],
  type: string,
  scheme: VersionScheme,
  repo: string | undefined,
): VersionStatement[] {
  const more = repo === undefined ? { type } : { type, repo };
  const limits = events.filter(({ kind }) => kind === 'limit').map(({ version }) => version);
  const bounded = limits.length === 0 ? more : { ...more, limits };
  const turning = events.filter(({ kind }) => kind !== 'limit');
  const sorted = type === 'GIT' ? turning : turning.toSorted((a, b) => compareEvents(a, b, scheme));
  const statements: VersionStatement[] = [];
  let from: string | undefined;
  for (const { kind, version } of sorted) {
    if (kind === 'introduced') from ??= version;
    else if (from !== undefined) {
      const end = kind === 'fixed' ? { before: version } : { upTo: version };
      statements.push({ status: 'affected', ...bounded, ...start(from), ...end });
      from = undefined;
    }
  }
  if (from !== undefined) statements.push({ status: 'affected', ...bounded, ...start(from), upTo: '*' });
  return statements;
}

function start(from: string): { from?: string } {
  return from === '0' ? {} : { from };
}

/** "0" is before everything. At one version, what ends an interval comes before what begins one. */
function compareEvents(a: Event, b: Event, scheme: VersionScheme): number {
  if (a.version === '0' || b.version === '0') return Number(b.version === '0') - Number(a.version === '0');
  return compareIn(scheme, a.version, b.version) || rank(a) - rank(b);
}

function rank({ kind }: Event): number {
  return kind === 'fixed' ? 0 : kind === 'introduced' ? 1 : 2;
}
