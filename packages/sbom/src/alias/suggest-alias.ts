import { productOf, recipeOfLibrary } from './products.ts';

/** A product that a component without identifiers may be; `because` says why in one line. */
export interface AliasSuggestion {
  readonly vendor: string;
  readonly product: string;
  readonly because: string;
}

/** Parts into which Yocto splits what one recipe builds. */
const packagings = /-(dev|dbg|doc|src|staticdev|bin|utils|tools|ptest|lic|conf|common|locale(-[a-z0-9@_.-]+)?)$/;
const kernelParts = /^(kernel-(image|module|modules|devicetree|base|vmlinux)|kernel-\d|linux-(image|headers|modules))/;
const longest = 200;

/**
 * Guesses the CPE product of a component that only has a name, by the rules by which Yocto names packages after recipes
 * (libssl3 -> openssl, kernel-module-can -> linux, libacl1 -> acl) and a list of known products. `source` is the recipe,
 * where the document names it. Always only a suggestion.
 */
export function suggestAlias(name: string, source?: string): AliasSuggestion | undefined {
  for (const [recipe, because] of recipesOf(
    name.slice(0, longest).toLowerCase(),
    source?.slice(0, longest).toLowerCase(),
  )) {
    const product = productOf(recipe);
    if (product) return { ...product, because: because(recipe) };
  }
  return undefined;
}

type Reason = (recipe: string) => string;

function* recipesOf(name: string, source: string | undefined): Generator<readonly [string, Reason]> {
  if (source !== undefined) yield [source, (recipe) => `built from the recipe ${recipe}`];
  if (name.startsWith('@')) return; // a scope of an npm package: its last part is nobody's product
  const bare = lastPart(name).replaceAll('_', '-');
  if (kernelParts.test(bare)) yield ['linux', () => 'a part of the Linux kernel'];
  yield [bare, (recipe) => `the known product of the recipe ${recipe}`];
  const base = bare.replace(packagings, '').replace(packagings, '');
  const whole = withoutVersion(base);
  for (const candidate of new Set([base, whole])) {
    yield [candidate, (recipe) => `a part of the recipe ${recipe}`];
    const library = recipeOfLibrary(candidate);
    if (library !== undefined) yield [library, (recipe) => `a library of the recipe ${recipe}`];
    if (candidate.startsWith('lib')) yield [candidate.slice(3), (recipe) => `a library of the recipe ${recipe}`];
  }
}

/** "org.acme/can" -> "can" */
function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** The number that a library's package carries: libacl1, libcurl4, libsqlite3-0, libglib-2.0-0. */
function withoutVersion(name: string): string {
  return name.replace(/-?\d[\d.]*$/, '').replace(/-?\d[\d.]*$/, '') || name;
}
