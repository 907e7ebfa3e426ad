import type { AffectedPackage, VersionStatement } from '@bulkhead/advisories';

const mostLines = 40;

function nameOf({ purl, ecosystem, name, vendor, product, configuration, cpes }: AffectedPackage): string {
  if (purl) return purl;
  if (name) return ecosystem ? `${name} (${ecosystem})` : name;
  if (product) return vendor && vendor !== 'n/a' ? `${vendor} ${product}` : product;
  return cpes?.[0] ?? (configuration ? 'CPE configuration' : 'a product without a name');
}

function statementInWords({ exact, from, before, upTo, words, fromExcluded }: VersionStatement): string {
  if (words) return words;
  if (exact) return exact;
  const start = from && from !== '0' ? `${fromExcluded ? 'after' : 'from'} ${from}` : '';
  const end = before ? `before ${before}` : upTo && upTo !== '*' ? `up to ${upTo}` : '';
  return [start, end].filter(Boolean).join(' ') || 'all versions';
}

/** What a record names, a line per product: for people, never compared. */
export function affectedInWords(affected: string): string[] {
  const packages = JSON.parse(affected) as AffectedPackage[];
  return packages.slice(0, mostLines).map((one) => {
    const stated = one.versions.filter(({ status, type }) => status === 'affected' && type !== 'git').slice(0, 8);
    const versions = stated.map(statementInWords);
    if (one.listed?.length) versions.push(`${one.listed.length} listed versions`);
    if (versions.length === 0 && one.defaultStatus === 'affected') versions.push('all versions that are not excepted');
    return `${nameOf(one)}: ${versions.join('; ') || 'commits only'}`;
  });
}
