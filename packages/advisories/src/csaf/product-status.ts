import { type JsonObject, objectIn, objectsIn, type Placed, quote, refuse, textsIn } from '../json/fields.ts';
import { inside } from '../json/place.ts';
import { recordBounds } from '../limits.ts';
import type { CsafProduct, ProductTree } from './product-tree.ts';

/** The eight lists of CSAF 2.0 s3.2.3.9 in the four words of VEX; `recommended` is advice and no status. */
export type ProductStatus = 'affected' | 'not_affected' | 'fixed' | 'under_investigation' | 'recommended';

const lists = [
  ['known_affected', 'affected'],
  ['first_affected', 'affected'],
  ['last_affected', 'affected'],
  ['known_not_affected', 'not_affected'],
  ['fixed', 'fixed'],
  ['first_fixed', 'fixed'],
  ['under_investigation', 'under_investigation'],
  ['recommended', 'recommended'],
] as const;

export interface StatedProduct {
  readonly product: CsafProduct;
  readonly list: (typeof lists)[number][0];
  readonly status: ProductStatus;
}

const { maxProducts, maxNameLength, maxProductUses } = recordBounds;

/** Counts how often the vulnerabilities of one document name products: a short document could name millions. */
export interface UseCounter {
  used: number;
}

/** What one vulnerability says about which product. A product id that the tree does not define is refused (s6.1.1). */
export function readProductStatus(
  { value, at }: Placed<JsonObject>,
  tree: ProductTree,
  counter: UseCounter,
): StatedProduct[] {
  const found = objectIn(value, 'product_status', at);
  if (!found) return [];
  const stated: StatedProduct[] = [];
  for (const [list, status] of lists) {
    const ids = textsIn(found.value, list, found.at, maxProducts, maxNameLength);
    counter.used += ids.length;
    if (counter.used > maxProductUses)
      throw refuse('advisory.too-many', inside(found.at, list), `more than ${maxProductUses} product ids`);
    for (const [i, id] of ids.entries()) {
      const product = tree.product(id);
      if (!product) {
        const detail = `${quote(id)} is not in the product tree; define it there`;
        throw refuse('advisory.wrong-value', inside(inside(found.at, list), i), detail);
      }
      stated.push({ product, list, status });
    }
  }
  return stated;
}

/** The product ids that a remediation, flag or threat speaks of, groups opened; nothing = all. */
export function productIdsOf({ value, at }: Placed<JsonObject>, tree: ProductTree): ReadonlySet<string> | undefined {
  const ids = textsIn(value, 'product_ids', at, maxProducts, maxNameLength);
  const groups = textsIn(value, 'group_ids', at, maxProducts, maxNameLength);
  if (ids.length === 0 && groups.length === 0) return undefined;
  return new Set([...ids, ...groups.flatMap((group) => tree.group(group))]);
}

/** The notes, threats, flags or remediations of a vulnerability with the products that each is about. */
export function aboutProducts(
  { value, at }: Placed<JsonObject>,
  key: 'flags' | 'threats' | 'remediations',
  tree: ProductTree,
): { readonly entry: Placed<JsonObject>; readonly ids: ReadonlySet<string> | undefined }[] {
  return objectsIn(value, key, at, recordBounds.maxVulnerabilities).map((entry) => ({
    entry,
    ids: productIdsOf(entry, tree),
  }));
}
