import { textField } from '../json/fields.ts';
import { isRelationship } from './document-rules.ts';
import { type Element, type Graph, refsOf } from './graph.ts';

/** What relationships say about packages, looked up by package. */
export interface Relations {
  readonly all: readonly Element[];
  licences(id: string, kind: 'concluded' | 'declared'): readonly string[];
  artifacts(id: string): readonly string[];
  /** Name of the recipe whose build put this package out. */
  source(id: string): string | undefined;
  /** What went into the builds that put this out: the packages of an image. */
  ingredients(id: string): readonly string[];
}

const indexed = new Set([
  'hasConcludedLicense',
  'hasDeclaredLicense',
  'hasDistributionArtifact',
  'hasInput',
  'hasOutput',
]);

export function readRelations(graph: Graph): Relations {
  const all = graph.elements.filter(({ type }) => isRelationship(type));
  const byType = new Map<string, Map<string, string[]>>();
  for (const { object } of all) {
    const type = textField(object, 'relationshipType') ?? '';
    if (!indexed.has(type)) continue;
    const from = refsOf(object, 'from')[0] ?? '';
    const ends = byType.get(type) ?? new Map<string, string[]>();
    const targets = ends.get(from) ?? [];
    for (const ref of refsOf(object, 'to')) targets.push(ref);
    ends.set(from, targets);
    byType.set(type, ends);
  }
  const lookUp = (type: string, id: string): readonly string[] => byType.get(type)?.get(id) ?? [];
  const builds = buildsByOutput(byType.get('hasOutput') ?? new Map<string, string[]>());
  return {
    all,
    licences: (id, kind) => lookUp(kind === 'concluded' ? 'hasConcludedLicense' : 'hasDeclaredLicense', id),
    artifacts: (id) => lookUp('hasDistributionArtifact', id),
    source: (id) => (builds.get(id) ?? []).map((build) => recipeOf(graph.get(build))).find(Boolean),
    ingredients: (id) => (builds.get(id) ?? []).flatMap((build) => lookUp('hasInput', build)),
  };
}

function buildsByOutput(outputs: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> {
  const builds = new Map<string, string[]>();
  for (const [build, ids] of outputs) {
    for (const id of ids) {
      const known = builds.get(id);
      if (known) known.push(build);
      else builds.set(id, [build]);
    }
  }
  return builds;
}

/** Yocto names the build of a recipe "acl:do_create_spdx:recipe". */
function recipeOf(build: Element | undefined): string | undefined {
  const name = build?.type === 'build_Build' ? textField(build.object, 'name') : undefined;
  return name?.endsWith(':recipe') ? name.slice(0, name.indexOf(':')) || undefined : undefined;
}
