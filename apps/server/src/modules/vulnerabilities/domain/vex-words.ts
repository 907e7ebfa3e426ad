import { createHash } from 'node:crypto';
import type { VexProduct, VexStatement } from '@bulkhead/advisories';
import { type DecisionStatus, type Justification, justifications } from '@bulkhead/contract';
import { canonicalJson, type Json } from '@bulkhead/kernel';

/** The words of VEX are those of decisions but for the underscore. */
export const decisionStatusOf = (status: VexStatement['status']): DecisionStatus =>
  status.replaceAll('_', '-') as DecisionStatus;
export const vexStatusOf = (status: DecisionStatus): VexStatement['status'] =>
  status.replaceAll('-', '_') as VexStatement['status'];

export function justificationOf(mapped: VexStatement['mappedJustification']): Justification | null {
  const word = mapped?.replaceAll('_', '-');
  return justifications.find((known) => known === word) ?? null;
}

/** What PostgreSQL's text and jsonb cannot hold. */
export const storable = (text: string): string => text.replaceAll('\0', '\uFFFD').toWellFormed();

/** The id as the platform writes it; CVE ids in capitals. */
export function refOf(vulnerability: string): string {
  const ref = storable(vulnerability.trim()).slice(0, 100);
  return /^cve-/i.test(ref) ? ref.toUpperCase() : ref;
}

/** What a statement says beyond status and justification. */
export const detailOf = ({ impact, action }: VexStatement): string =>
  [impact, action?.text ?? action?.kind].filter((text) => text).join('\n');

/** A product as people name it. */
export function productInWords(product: VexProduct): string {
  const { id, purl, cpe, hashes, vendor, name, version, versionRange, subcomponents } = product;
  const range = version ?? versionRange;
  const named = name === undefined ? undefined : [vendor, name, range].filter((part) => part).join(' ');
  const [hash] = hashes ?? [];
  const own = named ?? purl ?? cpe ?? id ?? (hash ? `${hash.algorithm} ${hash.value}` : 'an unnamed product');
  const [part, ...more] = subcomponents ?? [];
  if (!part) return own;
  return `${productInWords(part)}${more.length > 0 ? ` and ${more.length} more` : ''} in ${own}`;
}

/** Equal for products with the same identifiers, whatever id the document gave them. */
export function productKey(product: VexProduct): string {
  return createHash('sha256')
    .update(canonicalJson(identityOf(product)))
    .digest('base64url');
}

function identityOf(product: VexProduct): Json {
  const { id, purl, cpe, hashes, vendor, name, version, versionRange, subcomponents } = product;
  const identified = purl ?? cpe ?? name ?? hashes?.length;
  return {
    ...(identified === undefined ? { id } : {}),
    purl,
    cpe,
    hashes: hashes?.map(({ algorithm, value }) => `${algorithm}:${value}`).toSorted(),
    vendor,
    name,
    version,
    versionRange,
    subcomponents: subcomponents?.map(identityOf),
  };
}
