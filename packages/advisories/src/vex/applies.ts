import { schemeOfPurlType } from '@bulkhead/versions';
import { meetCpe } from '../cpe/compare.ts';
import { fold, parseCpe, textOf } from '../cpe/cpe.ts';
import { readRangeText } from '../csaf/version-range.ts';
import { type KnownComponent, knownComponent } from '../identity/known-component.ts';
import { foldName } from '../identity/names.ts';
import { packageOf, tryPurl } from '../identity/registry.ts';
import { contains, isSameVersion } from '../match/contains.ts';
import { chooseScheme } from '../match/schemes.ts';
import type { ComponentIdentity, VersionStatement } from '../model.ts';
import type { VexProduct } from './model.ts';

/** How a product of a statement is a component. */
export interface Applicability {
  readonly by: 'hash' | 'purl' | 'cpe' | 'name';
  /** False where only names agree: a statement may then be shown, and must not close anything. */
  readonly sure: boolean;
  /** What the product id covers: this very version, all versions, or a range that holds it. */
  readonly covers: 'version' | 'all' | 'range';
  /** The product names the component only as a part of this surrounding product: the caller checks that. */
  readonly within?: VexProduct;
}

/**
 * Whether a statement about this product speaks of the component at its version. Nothing = it does not, or it cannot be
 * told; such statements are listed as unresolved and never dropped.
 */
export function vexApplies(product: VexProduct, component: ComponentIdentity): Applicability | undefined {
  if (product.subcomponents?.length) {
    const { subcomponents, ...within } = product;
    for (const part of subcomponents) {
      const found = vexApplies(part, component);
      if (found) return { ...found, within };
    }
    return undefined;
  }
  const known = knownComponent(component);
  return byHash(product, component) ?? byPurl(product, known) ?? byCpe(product, known) ?? byName(product, known);
}

/** A hash that differs proves nothing: the same version may have been built again. */
function byHash({ hashes = [] }: VexProduct, component: ComponentIdentity): Applicability | undefined {
  const own = component.hashes ?? [];
  const isEqual = hashes.some((hash) =>
    own.some(
      ({ algorithm, value }) =>
        algorithm === hash.algorithm && value.toLowerCase() === hash.value && !isBroken(algorithm),
    ),
  );
  return isEqual ? { by: 'hash', sure: true, covers: 'version' } : undefined;
}

/** MD5 and SHA-1 can be made to agree. */
function isBroken(algorithm: string): boolean {
  return /^(MD[245]|SHA-1)$/i.test(algorithm);
}

function byPurl(product: VexProduct, known: KnownComponent): Applicability | undefined {
  const purl = product.purl === undefined ? undefined : tryPurl(product.purl);
  if (!purl) return undefined;
  const own = known.purls.find((candidate) => candidate.package === packageOf(purl));
  if (!own) return undefined;
  // Qualifiers narrow: a verdict for one architecture or release says nothing about another.
  const qualifiers = Object.entries(purl.qualifiers ?? {});
  const isNarrower = qualifiers.some(([key, value]) => key !== 'epoch' && own.purl.qualifiers?.[key] !== value);
  if (isNarrower) return undefined;
  const epoch = purl.type === 'rpm' ? purl.qualifiers?.['epoch'] : undefined;
  const version = purl.version ?? product.version;
  const full = version !== undefined && epoch !== undefined && !version.includes(':') ? `${epoch}:${version}` : version;
  const covers = coverage(full, product.versionRange, own.version, schemeOfPurlType(purl.type));
  return covers && { by: 'purl', sure: true, covers };
}

function coverage(
  version: string | undefined,
  range: string | undefined,
  own: string | undefined,
  scheme: ReturnType<typeof schemeOfPurlType>,
): Applicability['covers'] | undefined {
  if (version !== undefined) return own !== undefined && isSameVersion(version, own, scheme) ? 'version' : undefined;
  if (range === undefined) return 'all';
  if (own === undefined) return undefined;
  const { bounds, except } = readRangeText(range);
  if (except.some((exact) => isSameVersion(exact, own, scheme))) return undefined;
  const statements = bounds.map((bound): VersionStatement => ({ status: 'affected', ...bound }));
  const used = chooseScheme({ container: '', defaultStatus: 'unaffected', versions: statements }, own, scheme);
  return statements.some((statement) => contains(statement, own, used) === 'inside') ? 'range' : undefined;
}

function byCpe(product: VexProduct, known: KnownComponent): Applicability | undefined {
  const cpe = product.cpe === undefined ? undefined : parseCpe(product.cpe);
  if (!cpe) return undefined;
  for (const own of known.cpes) {
    const met = meetCpe(cpe, own.cpe);
    if (met === undefined || met === 'apart' || met.open.length > 0) continue;
    const covers = coverage(
      textOf(cpe.version) ?? product.version,
      product.versionRange,
      known.projectVersion,
      'generic',
    );
    if (covers) return { by: 'cpe', sure: !met.vendorOpen, covers };
  }
  return undefined;
}

function byName(product: VexProduct, known: KnownComponent): Applicability | undefined {
  const { name, vendor } = product;
  // A better identifier that did not fit is not healed by an equal name.
  if (name === undefined || (product.purl !== undefined && known.purls.length > 0)) return undefined;
  const isConfirmed =
    vendor !== undefined && known.products.some((own) => own.vendor === fold(vendor) && own.product === fold(name));
  if (!isConfirmed && !known.names.has(foldName(name))) return undefined;
  const covers = coverage(product.version, product.versionRange, known.projectVersion, 'generic');
  return covers && { by: 'name', sure: isConfirmed, covers };
}
