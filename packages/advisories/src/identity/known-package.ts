import type { Purl } from '@bulkhead/sbom';
import { type Cpe, fold, parseCpe, textOf } from '../cpe/cpe.ts';
import type { AffectedPackage } from '../model.ts';
import { type DistroStream, distroOfEcosystem, distroOfPurl } from './distro.ts';
import { isKernelProduct } from './kernel.ts';
import { foldName, meaningful } from './names.ts';
import {
  isRegistryEcosystem,
  namespaceOfType,
  packageOf,
  purlOfEcosystem,
  purlOfRepository,
  tryPurl,
} from './registry.ts';

/** The product of a record, read once for all the components that are held against it. */
export interface KnownPackage {
  /** Its own purl, and that of its repository on a forge. */
  readonly purls: readonly { readonly purl: Purl; readonly package: string }[];
  readonly distro: DistroStream | undefined;
  readonly distroName: string | undefined;
  /** `osv/<ecosystem>/<name>` of ecosystems that are neither registry nor distribution. */
  readonly osvName: string | undefined;
  readonly cpes: readonly { readonly text: string; readonly cpe: Cpe }[];
  /** Vendor and product folded as CPE does. */
  readonly vendor: string | undefined;
  readonly product: string | undefined;
  readonly names: readonly string[];
  readonly isKernel: boolean;
  /** Whose names it uses. */
  readonly namespace: 'registry' | 'distro' | 'upstream';
}

const known = new WeakMap<AffectedPackage, KnownPackage>();

export function knownPackage(affected: AffectedPackage): KnownPackage {
  const before = known.get(affected);
  if (before) return before;
  const made = readPackage(affected);
  known.set(affected, made);
  return made;
}

function readPackage(affected: AffectedPackage): KnownPackage {
  const { ecosystem, name } = affected;
  const own =
    affected.purl ?? (ecosystem !== undefined && name !== undefined ? purlOfEcosystem(ecosystem, name) : undefined);
  const purls = [own, affected.repo === undefined ? undefined : purlOfRepository(affected.repo)].flatMap((text) => {
    const purl = text === undefined ? undefined : tryPurl(text);
    return purl ? [{ purl, package: packageOf(purl) }] : [];
  });
  const purl = own === undefined ? undefined : purls[0]?.purl;
  const distro = (ecosystem === undefined ? undefined : distroOfEcosystem(ecosystem)) ?? purlDistro(purl);
  const cpes = (affected.cpes ?? []).flatMap((text) => {
    const cpe = parseCpe(text);
    return cpe ? [{ text, cpe }] : [];
  });
  const namespace = distro ? 'distro' : purl ? namespaceOfType(purl.type) : registryOfEcosystem(ecosystem);
  const vendor = meaningful(affected.vendor);
  const product = meaningful(affected.product);
  return {
    purls,
    distro,
    distroName: distro ? (name ?? purl?.name) : undefined,
    osvName:
      !distro && !own && ecosystem !== undefined && name !== undefined
        ? `osv/${ecosystem.toLowerCase()}/${name}`
        : undefined,
    cpes,
    // In a distribution's or registry's entry the vendor is whoever packages, not whoever makes it.
    vendor: namespace === 'upstream' && vendor !== undefined ? fold(vendor) : undefined,
    product: namespace === 'upstream' && product !== undefined ? fold(product) : undefined,
    names: namesOfPackage(
      affected,
      purl,
      cpes.map(({ cpe }) => cpe),
      namespace,
    ),
    isKernel: isKernelPackage(
      affected,
      cpes.map(({ cpe }) => cpe),
    ),
    namespace,
  };
}

function purlDistro(purl: Purl | undefined): DistroStream | undefined {
  if (!purl) return undefined;
  const qualifier = purl.qualifiers && Object.hasOwn(purl.qualifiers, 'distro') ? purl.qualifiers['distro'] : undefined;
  return distroOfPurl(purl.type, purl.namespace, qualifier);
}

function registryOfEcosystem(ecosystem: string | undefined): KnownPackage['namespace'] {
  return ecosystem !== undefined && isRegistryEcosystem(ecosystem) ? 'registry' : 'upstream';
}

function namesOfPackage(
  affected: AffectedPackage,
  purl: Purl | undefined,
  cpes: readonly Cpe[],
  namespace: KnownPackage['namespace'],
): string[] {
  const products = namespace === 'upstream' ? [affected.product, ...cpes.map(({ product }) => textOf(product))] : [];
  const names = new Set<string>();
  for (const name of [affected.name, purl?.name, ...products]) {
    const kept = meaningful(name);
    if (kept !== undefined) names.add(foldName(kept));
  }
  return [...names];
}

function isKernelPackage(affected: AffectedPackage, cpes: readonly Cpe[]): boolean {
  if (affected.ecosystem !== undefined) return affected.ecosystem === 'Linux' && affected.name === 'Kernel';
  if (meaningful(affected.vendor) !== undefined && isKernelProduct(affected.vendor, affected.product)) return true;
  return cpes.some(
    ({ vendor, product }) => textOf(product) === 'linux_kernel' && isKernelProduct(textOf(vendor), 'linux_kernel'),
  );
}
