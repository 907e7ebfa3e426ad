import { formatPurl, SbomError } from '@bulkhead/sbom';
import { parseCpe } from '../cpe/cpe.ts';
import { tryPurl } from '../identity/registry.ts';
import type { VexProduct } from './model.ts';

/** The purl with the version in it, where purl and version stand apart: without it the statement would be wider. */
export function versionedPurl(product: VexProduct): string | undefined {
  const purl = product.purl === undefined ? undefined : tryPurl(product.purl);
  if (!purl || purl.version !== undefined || product.version === undefined) return product.purl;
  return build(() => formatPurl({ ...purl, version: product.version }));
}

/** The CPE name with the version in it, likewise. */
export function versionedCpe(product: VexProduct): string | undefined {
  const { cpe, version } = product;
  if (cpe === undefined || version === undefined || parseCpe(cpe)?.version.kind !== 'any') return cpe;
  if (!cpe.startsWith('cpe:2.3:')) return cpe;
  const escaped = version.replace(/[^A-Za-z0-9_]/g, (found) => `\\${found}`);
  // Up to the fifth field no value of a well-formed name holds an unescaped colon.
  return cpe.replace(/^(cpe:2\.3:(?:(?:\\.|[^\\:])+:){3})\*/, (_all, start: string) => `${start}${escaped}`);
}

/** Name and version as a purl, for formats that know products by identifier only. */
export function nameAsPurl({ name, version, vendor }: VexProduct): string | undefined {
  if (name === undefined) return undefined;
  return build(() =>
    formatPurl({ type: 'generic', namespace: vendor?.replaceAll('/', ' '), name: name.replaceAll('/', ' '), version }),
  );
}

function build(make: () => string): string | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof SbomError) return undefined;
    throw error;
  }
}

/** What to call a product where a name is demanded. */
export function displayName(product: VexProduct): string {
  const { name, purl, cpe, id, hashes } = product;
  const parts = purl === undefined ? undefined : tryPurl(purl);
  return name ?? parts?.name ?? cpe ?? id ?? hashes?.[0]?.value ?? 'unnamed';
}
