import { type Advisory, type AffectedPackage, packageKeysOf, type VexProduct } from '@bulkhead/advisories';
import { formatPurl, parsePurl, SbomError } from '@bulkhead/sbom';

const purlOf = (text: string) => {
  try {
    return parsePurl(text);
  } catch (error) {
    if (error instanceof SbomError) return undefined;
    throw error;
  }
};

const fold = (text: string) => text.trim().toLowerCase();

/** A software version as documents may name it. */
export interface SoftwareName {
  readonly vendor: string | undefined;
  readonly name: string;
  readonly version: string | undefined;
}

/** What a product is called if it is the software of an ECU: by vendor, name and version, or the same in a generic purl. */
export function softwareNameOf({ purl, vendor, name, version, versionRange }: VexProduct): SoftwareName | undefined {
  // a range over versions of our own software has no order that is known here
  if (versionRange !== undefined) return undefined;
  const parsed = purl === undefined ? undefined : purlOf(purl);
  if (parsed && parsed.type === 'generic')
    return { vendor: parsed.namespace || vendor, name: parsed.name, version: parsed.version ?? version };
  return name === undefined || purl !== undefined ? undefined : { vendor, name, version };
}

/** Whether the words name this software version: name and version to the letter but for capitals, the vendor where both are known. */
export const isSoftware = (
  { vendor, name, version }: SoftwareName,
  software: { readonly name: string; readonly version: string; readonly supplier: string },
): boolean =>
  fold(name) === fold(software.name) &&
  (version === undefined || fold(version) === fold(software.version)) &&
  (vendor === undefined || fold(vendor) === fold(software.supplier));

export const softwareKey = (name: string): string => `software:${fold(name)}`;

/** Components that the product may mean: itself, or its parts. */
export const leavesOf = (product: VexProduct): readonly VexProduct[] =>
  product.subcomponents?.length ? product.subcomponents.flatMap(leavesOf) : [product];

const noAdvisory: Advisory = {
  id: '',
  format: 'own',
  aliases: [],
  related: [],
  title: '',
  summary: '',
  severities: [],
  cwes: [],
  references: [],
  affected: [],
};

/** The keys under which components that the product may mean are found, and software of its name. */
export function keysOfProduct(product: VexProduct): string[] {
  const keys = new Set(packageKeysOf({ ...noAdvisory, affected: leavesOf(product).map(packageOf) }));
  const software = softwareNameOf(product);
  if (software) keys.add(softwareKey(software.name));
  return [...keys];
}

function packageOf({ purl, cpe, vendor, name }: VexProduct): AffectedPackage {
  const parsed = purl === undefined ? undefined : purlOf(purl);
  const bare = parsed && formatPurl({ type: parsed.type, namespace: parsed.namespace, name: parsed.name });
  return {
    container: 'product',
    defaultStatus: 'affected',
    versions: [],
    ...(bare === undefined ? {} : { purl: bare }),
    ...(cpe === undefined ? {} : { cpes: [cpe] }),
    ...(name === undefined ? {} : { product: name }),
    ...(vendor === undefined ? {} : { vendor }),
  };
}
