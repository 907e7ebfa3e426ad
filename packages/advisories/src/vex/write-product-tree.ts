import type { VexProduct } from './model.ts';
import { displayName } from './product-identity.ts';

export interface TreeWriter {
  /** The product ids that stand for a product: one, or one for each subcomponent. */
  idsOf(product: VexProduct): readonly string[];
  write(): Record<string, unknown>;
}

interface Leaf {
  readonly id: string;
  readonly product: VexProduct;
}

/** Collects the products of a CSAF document. Equal products share an id; ids count up, so that output is stable. */
export function createProductTree(): TreeWriter {
  const leaves = new Map<string, Leaf>();
  const relationships = new Map<string, Record<string, unknown>>();
  let count = 0;
  const nextId = () => `CSAFPID-${String(++count).padStart(4, '0')}`;

  function leafOf(product: VexProduct): Leaf {
    const { id: _id, subcomponents: _parts, ...identity } = product;
    const key = JSON.stringify(Object.entries(identity).sort(([a], [b]) => (a < b ? -1 : 1)));
    const leaf = leaves.get(key) ?? { id: nextId(), product: identity };
    leaves.set(key, leaf);
    return leaf;
  }

  function partOf(product: VexProduct, part: VexProduct): string {
    const [on, component] = [leafOf(product), leafOf(part)];
    const key = `${component.id} ${on.id}`;
    const known = relationships.get(key) ?? {
      category: 'default_component_of',
      product_reference: component.id,
      relates_to_product_reference: on.id,
      full_product_name: { product_id: nextId(), name: `${labelOf(part)} in ${labelOf(product)}` },
    };
    relationships.set(key, known);
    return (known['full_product_name'] as { product_id: string }).product_id;
  }

  return {
    idsOf: (product) =>
      product.subcomponents?.length ? product.subcomponents.map((part) => partOf(product, part)) : [leafOf(product).id],
    write: () => writeTree([...leaves.values()], [...relationships.values()]),
  };
}

function labelOf(product: VexProduct): string {
  const version = product.version ?? product.versionRange;
  return version === undefined ? displayName(product) : `${displayName(product)} ${version}`;
}

function writeTree(leaves: readonly Leaf[], relationships: readonly unknown[]): Record<string, unknown> {
  // Vendor, name and version have a place in branches only.
  const branches = leaves.filter(({ product }) => product.name !== undefined).map(branchOf);
  const plain = leaves.filter(({ product }) => product.name === undefined).map(fullName);
  return {
    ...(branches.length > 0 ? { branches } : {}),
    ...(plain.length > 0 ? { full_product_names: plain } : {}),
    ...(relationships.length > 0 ? { relationships } : {}),
  };
}

function branchOf(leaf: Leaf): Record<string, unknown> {
  const { name, vendor, version, versionRange } = leaf.product;
  const versions =
    version !== undefined
      ? { category: 'product_version', name: version, product: fullName(leaf) }
      : versionRange !== undefined
        ? { category: 'product_version_range', name: versionRange, product: fullName(leaf) }
        : undefined;
  const product = {
    category: 'product_name',
    name,
    ...(versions ? { branches: [versions] } : { product: fullName(leaf) }),
  };
  return vendor === undefined ? product : { category: 'vendor', name: vendor, branches: [product] };
}

function fullName({ id, product }: Leaf): Record<string, unknown> {
  const { purl, cpe, hashes } = product;
  const helper = {
    ...(cpe === undefined ? {} : { cpe }),
    ...(purl === undefined ? {} : { purl }),
    ...(hashes === undefined
      ? {}
      : {
          // s3.1.3.3.2: a file name is demanded.
          hashes: [
            {
              filename: displayName(product),
              file_hashes: hashes.map(({ algorithm, value }) => ({ algorithm: csafAlgorithm(algorithm), value })),
            },
          ],
        }),
  };
  const named = { product_id: id, name: labelOf(product) };
  return Object.keys(helper).length > 0 ? { ...named, product_identification_helper: helper } : named;
}

/** CSAF writes algorithms as OpenSSL does: `sha256`, `sha3-512`, `blake2b512`. */
function csafAlgorithm(algorithm: string): string {
  const lower = algorithm.toLowerCase();
  if (/^sha-\d/.test(lower)) return lower.replace('-', '');
  return lower.startsWith('blake2b-') ? lower.replace('-', '') : lower;
}
