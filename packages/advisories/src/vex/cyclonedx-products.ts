import { type JsonObject, objectIn, objectsIn, type Placed, refuse, requiredText, textIn } from '../json/fields.ts';
import { type Place, root } from '../json/place.ts';
import { recordBounds } from '../limits.ts';
import { compact } from '../text.ts';
import type { VexHash, VexProduct } from './model.ts';
import { hashAlgorithm } from './vocabulary.ts';

const { maxProducts, maxNameLength, maxPurlLength, maxHashes, maxBranchDepth } = recordBounds;

/** The components of a CycloneDX document by `bom-ref`; the first holder of a repeated reference keeps it. */
export function readCycloneDxProducts(json: JsonObject): ReadonlyMap<string, VexProduct> {
  const products = new Map<string, VexProduct>();
  const metadata = objectIn(json, 'metadata', root);
  const subject = metadata && objectIn(metadata.value, 'component', metadata.at);
  const open = [
    ...(subject ? [{ component: subject, depth: 1 }] : []),
    ...objectsIn(json, 'components', root, maxProducts).map((component) => ({ component, depth: 1 })),
  ].reverse();
  let seen = 0;
  for (let next = open.pop(); next; next = open.pop()) {
    const { component, depth } = next;
    if (++seen > maxProducts) throw refuse('advisory.too-many', component.at, `more than ${maxProducts} components`);
    if (depth > maxBranchDepth)
      throw refuse('advisory.too-large', component.at, `components deeper than ${maxBranchDepth}`);
    const ref = textIn(component.value, 'bom-ref', component.at, maxNameLength);
    if (ref !== undefined && ref !== '' && !products.has(ref)) products.set(ref, readProduct(component, ref));
    for (const below of objectsIn(component.value, 'components', component.at, maxProducts)) {
      open.push({ component: below, depth: depth + 1 });
    }
  }
  return products;
}

function readProduct({ value, at }: Placed<JsonObject>, id: string): VexProduct {
  const text = (key: string) => textIn(value, key, at, maxPurlLength);
  const supplier = objectIn(value, 'supplier', at);
  return compact<VexProduct>({
    id,
    purl: text('purl'),
    cpe: text('cpe'),
    hashes: hashesOf(value, at),
    vendor:
      (supplier && textIn(supplier.value, 'name', supplier.at, maxNameLength)) ?? text('publisher') ?? text('group'),
    name: text('name'),
    version: text('version') || undefined,
    versionRange: undefined,
    subcomponents: undefined,
  });
}

function hashesOf(value: JsonObject, at: Place): VexHash[] | undefined {
  const hashes = objectsIn(value, 'hashes', at, maxHashes).map((hash) => ({
    algorithm: hashAlgorithm(requiredText(hash.value, 'alg', hash.at, 50)),
    value: requiredText(hash.value, 'content', hash.at, 256).toLowerCase(),
  }));
  return hashes.length > 0 ? hashes : undefined;
}
