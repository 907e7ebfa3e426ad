import { parsePurl } from '../purl/parse-purl.ts';

/** What two components are compared by. */
export interface DiffComponent {
  readonly name: string;
  readonly version: string | null;
  readonly purl: string | null;
  readonly cpe: string | null;
  readonly licences: readonly string[];
}

export interface SbomDiff<C> {
  readonly added: readonly C[];
  readonly removed: readonly C[];
  /** The same thing in another version. */
  readonly changed: readonly { readonly from: C; readonly to: C }[];
  /** The same thing under other licences, whether its version changed or not. */
  readonly relicensed: readonly { readonly from: C; readonly to: C }[];
  readonly unchanged: number;
}

/**
 * What changed from one list of components to another. Components are the same thing by package URL without version
 * and qualifiers, else by vendor and product of the CPE, else by name; what is left is met by name alone, for suppliers
 * that begin to give identifiers. Several versions of one thing are paired version by version.
 */
export function diffComponents<C extends DiffComponent>(before: readonly C[], after: readonly C[]): SbomDiff<C> {
  const changed: { from: C; to: C }[] = [];
  const same: { from: C; to: C }[] = [];
  const first = pairUp(before, after, identityOf, same, changed);
  const { removed, added } = pairUp(first.removed, first.added, nameOf, same, changed);
  const relicensed = [...same, ...changed].filter(({ from, to }) => licencesOf(from) !== licencesOf(to));
  return {
    added,
    removed,
    changed: changed.toSorted(byName),
    relicensed: relicensed.toSorted(byName),
    unchanged: same.length,
  };
}

type Pair<C> = { from: C; to: C };

function pairUp<C extends DiffComponent>(
  before: readonly C[],
  after: readonly C[],
  keyOf: (component: C) => string,
  same: Pair<C>[],
  changed: Pair<C>[],
): { removed: readonly C[]; added: readonly C[] } {
  const olds = Map.groupBy(before, keyOf);
  const news = Map.groupBy(after, keyOf);
  const removed: C[] = [];
  const added = [...news].filter(([key]) => !olds.has(key)).flatMap(([, list]) => list);
  for (const [key, list] of olds) {
    const others = news.get(key);
    if (!others) removed.push(...list);
    else {
      const left = pairVersions(list, others, same, changed);
      removed.push(...left.removed);
      added.push(...left.added);
    }
  }
  return { removed: removed.toSorted(order), added: added.toSorted(order) };
}

/** Equal versions belong together; the rest is paired in order, so that one update of several copies is one change. */
function pairVersions<C extends DiffComponent>(
  olds: readonly C[],
  news: readonly C[],
  same: Pair<C>[],
  changed: Pair<C>[],
) {
  const waiting = Map.groupBy(news, ({ version }) => version ?? '');
  const left: C[] = [];
  for (const from of olds) {
    const to = waiting.get(from.version ?? '')?.shift();
    if (to) same.push({ from, to });
    else left.push(from);
  }
  const rest = [...waiting.values()].flat().toSorted(order);
  const first = left.toSorted(order);
  const pairs = Math.min(first.length, rest.length);
  for (let i = 0; i < pairs; i++) changed.push({ from: first[i] as C, to: rest[i] as C });
  return { removed: first.slice(pairs), added: rest.slice(pairs) };
}

function identityOf({ purl, cpe, name }: DiffComponent): string {
  if (purl !== null) {
    const { type, namespace = '', name: own, subpath = '' } = parsePurl(purl, 'lenient');
    return JSON.stringify(['purl', type, namespace, own, subpath]);
  }
  // cpe:2.3:a:vendor:product:... and cpe:/a:vendor:product:...; escaped colons do not divide
  const parts = cpe?.replace(/^cpe:(2\.3:|\/)/i, '').split(/(?<!\\):/);
  return parts ? JSON.stringify(['cpe', parts[1], parts[2]]) : nameOf({ name });
}

function nameOf({ name }: Pick<DiffComponent, 'name'>): string {
  return JSON.stringify(['name', name.toLowerCase()]);
}

const licencesOf = ({ licences }: DiffComponent) => JSON.stringify([...licences].sort());
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const order = (a: DiffComponent, b: DiffComponent) =>
  compare(a.name, b.name) || compare(a.version ?? '', b.version ?? '');
const byName = (a: Pair<DiffComponent>, b: Pair<DiffComponent>) => order(a.to, b.to);
