import type { SbomComponent, SbomDependency } from '../model.ts';

/** What is on the image: everything that the image contains or that its packages depend on. Cycles do no harm. */
export function reachable(start: string, edges: readonly SbomDependency[]): ReadonlySet<string> {
  const targets = new Map<string, string[]>();
  for (const { from, to } of edges) {
    const list = targets.get(from);
    if (list) list.push(to);
    else targets.set(from, [to]);
  }
  const seen = new Set([start]);
  for (const ref of seen) for (const next of targets.get(ref) ?? []) seen.add(next); // a Set may grow while it is walked
  return seen;
}

/** The packages that were built from each recipe. */
export function partsOf(generatedFrom: ReadonlyMap<string, string>): ReadonlyMap<string, readonly string[]> {
  const built = new Map<string, string[]>();
  for (const [part, recipe] of generatedFrom) {
    const list = built.get(recipe);
    if (list) list.push(part);
    else built.set(recipe, [part]);
  }
  return built;
}

/**
 * Separates what is installed from what it was built from. A package gets the name of its recipe, and the recipe's CPE
 * names where it has no identifier of its own; recipes and downloads stay in the document as excluded sources.
 */
export function provenance(
  packages: readonly SbomComponent[],
  generatedFrom: ReadonlyMap<string, string>,
  used: ReadonlySet<string> | undefined,
) {
  const byRef = new Map(packages.map((component) => [component.ref, component]));
  const recipes = new Set(generatedFrom.values());
  const isUsed = (ref: string) => (used && used.size > 1 ? used.has(ref) : !recipes.has(ref));
  return {
    complete(component: SbomComponent): SbomComponent {
      const type = component.type === 'unknown' ? (isUsed(component.ref) ? 'install' : 'source') : component.type;
      if (!isUsed(component.ref)) return { ...component, type, scope: 'excluded' };
      const recipe = byRef.get(generatedFrom.get(component.ref) ?? '');
      if (!recipe) return { ...component, type };
      const needsCpe = component.purl === undefined && component.cpe === undefined && recipe.cpe !== undefined;
      const cpes = needsCpe ? { cpe: recipe.cpe, ...(recipe.cpes ? { cpes: recipe.cpes } : {}) } : {};
      return { ...component, type, ...cpes, source: recipe.name };
    },
  };
}
