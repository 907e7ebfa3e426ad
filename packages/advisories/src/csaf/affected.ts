import type { Purl } from '@bulkhead/sbom';
import { parseCpe, textOf } from '../cpe/cpe.ts';
import { distroOfPurl } from '../identity/distro.ts';
import { namespaceOfType, tryPurl, unversionedPurl } from '../identity/registry.ts';
import type { AffectedPackage, AffectedStatus, VersionStatement } from '../model.ts';
import { compact, distinct } from '../text.ts';
import type { StatedProduct } from './product-status.ts';
import type { CsafProduct } from './product-tree.ts';
import { readRangeText } from './version-range.ts';

interface Group {
  readonly first: CsafProduct;
  readonly purl: Purl | undefined;
  readonly statements: VersionStatement[];
  readonly fixed: string[];
  readonly fixedBuilds: string[];
}

const statusOf = {
  affected: 'affected',
  not_affected: 'unaffected',
  fixed: 'unaffected',
  under_investigation: 'unknown',
} as const satisfies Record<string, AffectedStatus>;

/** The products of one vulnerability, those that differ only in their version taken together. */
export function toAffected(stated: readonly StatedProduct[]): AffectedPackage[] {
  const groups = new Map<string, Group>();
  for (const { product, status } of stated) {
    const purl = product.purl === undefined ? undefined : withRelease(product);
    const group = groupOf(product, purl, groups);
    const version = versionOf(product, purl);
    if (status === 'recommended' || status === 'fixed') if (version !== undefined) group.fixed.push(version);
    if (status === 'recommended') continue;
    if (status === 'fixed' && version !== undefined) group.fixedBuilds.push(version);
    group.statements.push(...statementsOf(product, version, statusOf[status]));
  }
  return [...groups.values()].map(toPackage);
}

/** Red Hat and SUSE tell the release by the product that a package is a part of, in its CPE, not in the purl. */
function withRelease(product: CsafProduct): Purl | undefined {
  const purl = product.purl === undefined ? undefined : tryPurl(product.purl);
  if (!purl || namespaceOfType(purl.type) !== 'distro') return purl;
  const { arch: _arch, epoch: _epoch, distro, ...qualifiers } = purl.qualifiers ?? {};
  const cpe = product.on?.cpe === undefined ? undefined : parseCpe(product.on.cpe);
  const release = cpe && textOf(cpe.version);
  const known = distroOfPurl(purl.type, purl.namespace);
  const word = distro ?? (release !== undefined && known ? release : undefined);
  return { ...purl, qualifiers: { ...qualifiers, ...(word === undefined ? {} : { distro: word }) } };
}

function versionOf(product: CsafProduct, purl: Purl | undefined): string | undefined {
  const original = product.purl === undefined ? undefined : tryPurl(product.purl);
  const epoch =
    original?.qualifiers && Object.hasOwn(original.qualifiers, 'epoch') ? original.qualifiers['epoch'] : undefined;
  const own = purl?.version;
  if (own !== undefined) return epoch !== undefined && !own.includes(':') ? `${epoch}:${own}` : own;
  const cpe = product.cpe === undefined ? undefined : parseCpe(product.cpe);
  return product.version ?? (cpe && textOf(cpe.version));
}

function groupOf(product: CsafProduct, purl: Purl | undefined, groups: Map<string, Group>): Group {
  const cpe = product.cpe === undefined ? undefined : parseCpe(product.cpe);
  const id = purl
    ? unversionedPurl(purl)
    : product.product !== undefined
      ? `${product.vendor ?? ''} ${product.product}`
      : cpe
        ? `${textOf(cpe.vendor)} ${textOf(cpe.product)}`
        : product.name;
  const key = JSON.stringify([id, product.on?.id ?? '']);
  const group = groups.get(key) ?? { first: product, purl, statements: [], fixed: [], fixedBuilds: [] };
  groups.set(key, group);
  return group;
}

function statementsOf(product: CsafProduct, version: string | undefined, status: AffectedStatus): VersionStatement[] {
  if (version !== undefined) return [{ status, exact: version }];
  if (product.versionRange === undefined) return [{ status, upTo: '*' }];
  const { bounds, except } = readRangeText(product.versionRange);
  const left: AffectedStatus = status === 'affected' ? 'unaffected' : 'unknown';
  return [...except.map((exact) => ({ status: left, exact })), ...bounds.map((bound) => ({ status, ...bound }))];
}

function toPackage({ first, purl, statements, fixed, fixedBuilds }: Group): AffectedPackage {
  const cpe = first.cpe === undefined ? undefined : parseCpe(first.cpe);
  const isVersioned = statements.some(({ exact }) => exact !== undefined);
  return compact<AffectedPackage>({
    container: `product_tree:${first.id.slice(0, 200)}`,
    purl: purl && unversionedPurl(purl),
    ecosystem: undefined,
    name: first.product === undefined && !purl && !cpe ? first.name : undefined,
    vendor: first.vendor,
    product: first.product,
    cpes: first.cpe !== undefined && cpe ? [first.cpe] : undefined,
    configuration: undefined,
    modules: undefined,
    platforms: first.on ? [first.on.name] : undefined,
    repo: undefined,
    programFiles: undefined,
    defaultStatus: 'unaffected',
    // What is said of one version or range counts before what is said of all.
    versions: [
      ...statements.filter(({ exact }) => exact !== undefined),
      ...statements.filter(({ exact, upTo }) => exact === undefined && upTo !== '*'),
      ...statements.filter(({ exact, upTo }) => exact === undefined && upTo === '*'),
      ...(isVersioned ? belowFix(statements, fixedBuilds, purl) : []),
    ],
    listed: undefined,
    fixed: fixed.length > 0 ? distinct(fixed) : undefined,
  });
}

/**
 * Documents that only say where it is fixed. A distribution builds one package after another, so that older builds of a
 * release are affected; of a vendor's product nothing is known below the fix, which is unsure.
 */
function belowFix(
  statements: readonly VersionStatement[],
  fixed: readonly string[],
  purl: Purl | undefined,
): VersionStatement[] {
  if (statements.some(({ status, exact }) => status === 'affected' && exact === undefined)) return [];
  const isDistro = purl !== undefined && namespaceOfType(purl.type) === 'distro';
  if (!isDistro && statements.some(({ status }) => status === 'affected')) return [];
  return distinct(fixed).map((before) => ({ status: isDistro ? 'affected' : 'unknown', before }));
}
