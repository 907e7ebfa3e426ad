import {
  type JsonObject,
  objectIn,
  objectsIn,
  type Placed,
  quote,
  refuse,
  requiredText,
  textIn,
} from '../json/fields.ts';
import { inside, type Place } from '../json/place.ts';
import { recordBounds } from '../limits.ts';
import { compact } from '../text.ts';

const { maxProducts, maxBranchDepth, maxRelationships, maxNameLength, maxPurlLength, maxHashes } = recordBounds;

/** One product of a CSAF document, with what the branches above it say. */
export interface CsafProduct {
  readonly id: string;
  readonly name: string;
  readonly vendor?: string;
  readonly product?: string;
  readonly version?: string;
  /** `vers:` or words (CSAF 2.0 s3.1.2.2 `product_version_range`). */
  readonly versionRange?: string;
  readonly purl?: string;
  readonly cpe?: string;
  readonly hashes?: readonly { readonly algorithm: string; readonly value: string }[];
  /** CSAF relationships: the product in which, or on which, this one is. */
  readonly on?: CsafProduct;
}

export interface ProductTree {
  product(id: string): CsafProduct | undefined;
  group(id: string): readonly string[];
  readonly size: number;
}

type Identity = Omit<CsafProduct, 'id' | 'name' | 'on'>;

interface Relationship {
  readonly full: CsafProduct;
  readonly component: string;
  readonly on: string;
}

/** Reads `product_tree` (CSAF 2.0 s3.2.2). Product ids must be unique, else two readers would see two documents. */
export function readProductTree(document: JsonObject, at: Place): ProductTree {
  const tree = objectIn(document, 'product_tree', at);
  const products = new Map<string, CsafProduct>();
  const relationships = new Map<string, Relationship>();
  const groups = new Map<string, readonly string[]>();
  if (tree) {
    const add = (found: Placed<JsonObject>, identity: Identity) => addProduct(found, identity, products, relationships);
    for (const found of objectsIn(tree.value, 'full_product_names', tree.at, maxProducts)) add(found, {});
    walkBranches(tree, add);
    for (const found of objectsIn(tree.value, 'relationships', tree.at, maxRelationships)) {
      addRelationship(found, products, relationships);
    }
    for (const { value, at: place } of objectsIn(tree.value, 'product_groups', tree.at, maxProducts)) {
      groups.set(requiredText(value, 'group_id', place, maxNameLength), ids(value, 'product_ids', place));
    }
  }
  return {
    size: products.size + relationships.size,
    product: (id) => products.get(id) ?? resolve(id, products, relationships),
    group: (id) => groups.get(id) ?? [],
  };
}

function ids(value: JsonObject, key: string, at: Place): string[] {
  const list = value[key];
  if (!Array.isArray(list)) return [];
  if (list.length > maxProducts)
    throw refuse('advisory.too-many', inside(at, key), `more than ${maxProducts} product ids`);
  return list.filter((id): id is string => typeof id === 'string');
}

/** Depth first with a list of its own: the depth is bounded, and the stack of the language is not used for it. */
function walkBranches(tree: Placed<JsonObject>, add: (found: Placed<JsonObject>, identity: Identity) => void): void {
  let seen = 0;
  const open = objectsIn(tree.value, 'branches', tree.at, maxProducts)
    .map((branch) => ({ branch, above: {} as Identity, depth: 1 }))
    .reverse();
  for (let next = open.pop(); next; next = open.pop()) {
    const { branch, above, depth } = next;
    if (++seen > maxProducts) throw refuse('advisory.too-many', branch.at, `more than ${maxProducts} branches`);
    if (depth > maxBranchDepth) {
      throw refuse('advisory.too-large', branch.at, `branches deeper than ${maxBranchDepth} (CSAF 2.0 s3.1.2)`);
    }
    const identity = withBranch(above, branch);
    const product = objectIn(branch.value, 'product', branch.at);
    if (product) add(product, identity);
    const below = objectsIn(branch.value, 'branches', branch.at, maxProducts);
    for (let i = below.length - 1; i >= 0; i--) {
      open.push({ branch: below[i] as Placed<JsonObject>, above: identity, depth: depth + 1 });
    }
  }
}

function withBranch(above: Identity, { value, at }: Placed<JsonObject>): Identity {
  const name = textIn(value, 'name', at, maxNameLength)?.trim();
  const category = textIn(value, 'category', at, maxNameLength);
  if (name === undefined || name === '') return above;
  switch (category) {
    case 'vendor':
      return { ...above, vendor: name };
    case 'product_name':
      return { ...above, product: name };
    case 'product_version':
      return { ...above, version: name };
    case 'product_version_range':
      return { ...above, versionRange: name };
    default:
      return above;
  }
}

function fullName({ value, at }: Placed<JsonObject>, identity: Identity): CsafProduct {
  const helper = objectIn(value, 'product_identification_helper', at);
  const text = (key: string) => (helper ? textIn(helper.value, key, helper.at, maxPurlLength) : undefined);
  return compact<CsafProduct>({
    id: requiredText(value, 'product_id', at, maxNameLength),
    name: requiredText(value, 'name', at, maxPurlLength),
    vendor: identity.vendor,
    product: identity.product,
    version: identity.version,
    versionRange: identity.versionRange,
    // CSAF 2.1 has a list of purls; the first names the product.
    purl: text('purl') ?? (helper ? ids(helper.value, 'purls', helper.at)[0]?.slice(0, maxPurlLength) : undefined),
    cpe: text('cpe'),
    hashes: helper ? hashesOf(helper) : undefined,
    on: undefined,
  });
}

function hashesOf({ value, at }: Placed<JsonObject>): CsafProduct['hashes'] {
  const hashes = objectsIn(value, 'hashes', at, maxHashes).flatMap((file) =>
    objectsIn(file.value, 'file_hashes', file.at, maxHashes).map((hash) => ({
      algorithm: requiredText(hash.value, 'algorithm', hash.at, 50),
      value: requiredText(hash.value, 'value', hash.at, 256).toLowerCase(),
    })),
  );
  return hashes.length > 0 ? hashes.slice(0, maxHashes) : undefined;
}

function addProduct(
  found: Placed<JsonObject>,
  identity: Identity,
  products: Map<string, CsafProduct>,
  relationships: ReadonlyMap<string, Relationship>,
): void {
  const product = fullName(found, identity);
  checkNew(product.id, found, products, relationships);
  products.set(product.id, product);
}

function checkNew(id: string, { at }: Placed<JsonObject>, ...known: readonly ReadonlyMap<string, unknown>[]): void {
  if (!known.some((map) => map.has(id))) return;
  // CSAF 2.0 s6.1.2.
  throw refuse(
    'advisory.wrong-value',
    inside(at, 'product_id'),
    `${quote(id)} is defined twice; product ids are unique`,
  );
}

function addRelationship(
  found: Placed<JsonObject>,
  products: ReadonlyMap<string, CsafProduct>,
  relationships: Map<string, Relationship>,
): void {
  const { value, at } = found;
  const named = objectIn(value, 'full_product_name', at);
  if (!named)
    throw refuse('advisory.missing-field', inside(at, 'full_product_name'), 'is required and missing; add it');
  const full = fullName(named, {});
  checkNew(full.id, named, products, relationships);
  relationships.set(full.id, {
    full,
    component: requiredText(value, 'product_reference', at, maxNameLength),
    on: requiredText(value, 'relates_to_product_reference', at, maxNameLength),
  });
}

/**
 * A product made by relationships: identified by the component at its core, on whatever it is a part of. References may
 * form a ring (s6.1.3 forbids it, documents do it): the walk ends where it would come back.
 */
function resolve(
  id: string,
  products: ReadonlyMap<string, CsafProduct>,
  relationships: ReadonlyMap<string, Relationship>,
): CsafProduct | undefined {
  const first = relationships.get(id);
  if (!first) return undefined;
  const seen = new Set<string>();
  let core: CsafProduct | undefined;
  for (let next: Relationship | undefined = first; next && !seen.has(next.full.id); ) {
    seen.add(next.full.id);
    core = products.get(next.component);
    next = core ? undefined : relationships.get(next.component);
    if (seen.size > maxBranchDepth) break;
  }
  const on = products.get(first.on) ?? relationships.get(first.on)?.full;
  const { full } = first;
  return { ...core, ...full, id, ...(on ? { on } : {}) };
}
