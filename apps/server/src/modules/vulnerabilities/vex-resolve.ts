import { setImmediate } from 'node:timers/promises';
import { type VexHash, type VexProduct, vexApplies } from '@bulkhead/advisories';
import type { Db } from '../../platform/db/database.ts';
import { VulnerabilityError } from './domain/error.ts';
import { isSoftware, keysOfProduct, leavesOf, softwareNameOf } from './domain/vex-products.ts';
import { createVexResolveViews, type SoftwareRow } from './vex-resolve-views.ts';

/** What a product is among what is known here. */
export interface Resolution {
  /** The software versions that are meant; nothing = whatever carries the component. */
  readonly software: readonly SoftwareRow[] | undefined;
  /** Nothing = every component of the software that carries the vulnerability. */
  readonly components: readonly { readonly id: string; readonly sure: boolean }[] | undefined;
}

/** Pairs of product and component that one document may make us compare: some seconds of work. */
const mostPairs = 300_000;
const pairsPerTurn = 500;
const mostHashes = 5_000;

/** Finds out what products are: by purl, CPE, hash, or name and version. Products that are nothing known have no entry. */
export async function resolveProducts(
  db: Db,
  products: ReadonlyMap<string, VexProduct>,
): Promise<Map<string, Resolution>> {
  const views = createVexResolveViews(db);
  const keys = new Map([...products].map(([key, product]) => [key, keysOfProduct(product)]));
  const names = [...products.values()].flatMap((product) => softwareNameOf(product) ?? []);
  const wanted = [...new Set([...keys.values()].flat())];
  const hashes = [...products.values()].flatMap((product) => leavesOf(product).flatMap((leaf) => leaf.hashes ?? []));
  const [candidates, software, byHash] = await Promise.all([
    views.candidates(wanted),
    views.softwareByName([...new Set(names.map(({ name }) => name.trim().toLowerCase()))]),
    views.byHash(hashes.slice(0, mostHashes).map(({ algorithm, value }): VexHash => ({ algorithm, value }))),
  ]);
  const meant = new Map(
    [...products].map(([key, product]) => {
      const own = leavesOf(product).flatMap((leaf) => leaf.hashes ?? []);
      const found = [
        ...(keys.get(key) ?? []).flatMap((one) => candidates.get(one) ?? []),
        ...own.flatMap((hash) => byHash.get(hash.value) ?? []),
      ];
      return [key, [...new Set(found)]] as const;
    }),
  );
  const pairs = [...meant.values()].reduce((sum, ids) => sum + ids.length, 0);
  if (pairs > mostPairs)
    throw new VulnerabilityError(
      'vulnerabilities.bad-vex',
      `The products of the document meet components in ${pairs} ways, more than ${mostPairs}: split the document`,
    );
  const identities = await views.identities([...new Set([...meant.values()].flat())], hashes.length > 0);
  return match(products, meant, identities, software);
}

async function match(
  products: ReadonlyMap<string, VexProduct>,
  meant: ReadonlyMap<string, readonly string[]>,
  identities: Awaited<ReturnType<ReturnType<typeof createVexResolveViews>['identities']>>,
  software: readonly SoftwareRow[],
): Promise<Map<string, Resolution>> {
  const resolved = new Map<string, Resolution>();
  let compared = 0;
  for (const [key, product] of products) {
    const name = softwareNameOf(product);
    const versions = name ? software.filter((one) => isSoftware(name, one)) : [];
    const hasParts = product.subcomponents !== undefined && product.subcomponents.length > 0;
    if (versions.length > 0 && !hasParts) resolved.set(key, { software: versions, components: undefined });
    // parts count only within a product that is known: elsewhere the same part may be built otherwise
    if (versions.length > 0 !== hasParts) continue;
    const components: { id: string; sure: boolean }[] = [];
    for (const id of meant.get(key) ?? []) {
      const identity = identities.get(id);
      const found = identity && vexApplies(product, identity);
      if (found) components.push({ id, sure: found.sure });
      // a document of thousands of products must not hold up the other requests
      if (++compared % pairsPerTurn === 0) await setImmediate();
    }
    if (components.length > 0) resolved.set(key, { software: hasParts ? versions : undefined, components });
  }
  return resolved;
}
