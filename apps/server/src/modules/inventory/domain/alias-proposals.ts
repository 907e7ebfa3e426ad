import { formatPurl, parsePurl, SbomError, suggestAlias } from '@bulkhead/sbom';

/** A component with identifiers that has the name of one without. */
export interface Namesake {
  readonly name: string;
  readonly purl: string | null;
  readonly cpe: string | null;
}

export interface Proposal {
  readonly name: string;
  readonly purl: string | null;
  readonly cpe_vendor: string | null;
  readonly cpe_product: string | null;
  readonly source: 'same-name' | 'recipe';
  readonly because: string;
}

const mostPerName = 3;

/** What namesakes are: the most frequent package URLs and CPE products, without versions. */
export function proposalsOfNamesakes(namesakes: readonly Namesake[]): Proposal[] {
  return [...Map.groupBy(namesakes, ({ name }) => name)].flatMap(([name, group]) => {
    const counts = new Map<string, { proposal: Proposal; n: number }>();
    for (const { purl, cpe } of group) {
      const meaning = meaningOf(purl, cpe);
      if (!meaning) continue;
      const key = JSON.stringify(meaning);
      const known = counts.get(key);
      if (known) known.n++;
      else counts.set(key, { n: 1, proposal: { name, ...meaning, source: 'same-name', because: '' } });
    }
    const best = [...counts.values()].toSorted((a, b) => b.n - a.n).slice(0, mostPerName);
    return best.map(({ proposal, n }) => ({
      ...proposal,
      because: `${n} ${n === 1 ? 'component' : 'components'} of the same name ${n === 1 ? 'says' : 'say'} so`,
    }));
  });
}

/** What the name or its recipe is known to be. */
export function proposalOfName(name: string, source: string | null): Proposal[] {
  const found = suggestAlias(name, source ?? undefined);
  if (!found) return [];
  return [
    {
      name,
      purl: null,
      cpe_vendor: found.vendor,
      cpe_product: found.product,
      source: 'recipe',
      because: found.because,
    },
  ];
}

/** A CPE names what databases of vulnerabilities know, so it goes before a package URL. */
function meaningOf(purl: string | null, cpe: string | null) {
  const [, vendor, product] = cpe?.replace(/^cpe:(2\.3:|\/)/i, '').split(/(?<!\\):/) ?? [];
  if (vendor && product && vendor !== '*' && product !== '*')
    return { purl: null, cpe_vendor: vendor, cpe_product: product };
  if (purl === null) return undefined;
  const general = withoutVersion(purl);
  return general === undefined ? undefined : { purl: general, cpe_vendor: null, cpe_product: null };
}

/** Undefined for what names nothing without its qualifiers, and for Yocto, whose URLs no advisory knows. */
function withoutVersion(purl: string): string | undefined {
  try {
    const { type, namespace, name } = parsePurl(purl, 'lenient');
    return type === 'yocto' ? undefined : formatPurl({ type, namespace, name });
  } catch (error) {
    if (error instanceof SbomError) return undefined;
    throw error;
  }
}
