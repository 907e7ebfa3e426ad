import { licenceExpressionFault } from '../licence/expression.ts';
import type { Sbom, SbomComponent } from '../model.ts';
import { parsePurl } from '../purl/parse-purl.ts';

export type QualityStandard = 'NTIA' | 'BSI TR-03183-2' | 'Bulkhead';

interface RuleWords {
  readonly id: string;
  readonly standard: QualityStandard;
  readonly title: string;
  /** What to write to the supplier when it fails. */
  readonly ask: string;
  /** Share in the score. */
  readonly weight: number;
}

/** A rule about the document, or one that each component keeps or not. */
export type QualityRule = RuleWords &
  (
    | { readonly about: 'document'; readonly holds: (sbom: Sbom) => boolean }
    | { readonly about: 'components'; readonly keeps: (component: SbomComponent, facts: DocumentFacts) => boolean }
  );

/** What a rule about a component must know of the document. */
export interface DocumentFacts {
  /** Components that stand at either end of an edge, or inside another component. */
  readonly related: ReadonlySet<string>;
}

/**
 * A component that advisories can be matched to: a CPE, or a package URL of an ecosystem that has advisories. Package
 * URLs of Yocto name a layer and a recipe, which no database of vulnerabilities knows.
 */
export function isMatchable({ purl, cpe }: Pick<SbomComponent, 'purl' | 'cpe'>): boolean {
  return cpe !== undefined || (purl !== undefined && !purl.startsWith('pkg:yocto/'));
}

function hasVersion(component: SbomComponent): boolean {
  if (component.version !== undefined) return true;
  return component.purl !== undefined && parsePurl(component.purl, 'lenient').version !== undefined;
}

function hasLicence({ licences }: SbomComponent): boolean {
  return licences.some(
    ({ id, expression }) => id !== undefined || (expression !== undefined && !licenceExpressionFault(expression)),
  );
}

function hasSha512({ delivery, hashes }: SbomComponent): boolean {
  return delivery?.sha512 !== undefined || hashes.some(({ algorithm }) => algorithm === 'SHA-512');
}

/** What TR-03183-2 v2.1.0 accepts: CycloneDX from 1.6, SPDX from 3.0.1. */
function isRecentFormat({ format, specVersion }: Sbom): boolean {
  const [major = 0, minor = 0, patch = 0] = specVersion.split('.').map(Number);
  if (format === 'CycloneDX') return major > 1 || minor >= 6;
  return major > 3 || (major === 3 && (minor > 0 || patch >= 1));
}

const ntia = 'NTIA';
const bsi = 'BSI TR-03183-2';

/**
 * NTIA: the minimum elements of an SBOM (2021). BSI: TR-03183-2 v2.1.0, required data fields of the document and of
 * each component. The last ones are ours: without them the document cannot do its work here. Weights are our judgement
 * of what a vulnerability analyst misses most.
 */
export const qualityRules: readonly QualityRule[] = Object.freeze([
  {
    id: 'ntia.supplier',
    standard: ntia,
    title: 'Supplier of each component',
    ask: 'State the supplier (or manufacturer) of every component.',
    weight: 8,
    about: 'components',
    keeps: ({ supplier }) => supplier !== undefined,
  },
  {
    id: 'ntia.version',
    standard: ntia,
    title: 'Version of each component',
    ask: 'State the exact version of every component.',
    weight: 10,
    about: 'components',
    keeps: hasVersion,
  },
  {
    id: 'ntia.identifier',
    standard: ntia,
    title: 'Unique identifier of each component',
    ask: 'Give every component a package URL or a CPE 2.3 name.',
    weight: 8,
    about: 'components',
    keeps: ({ purl, cpe }) => purl !== undefined || cpe !== undefined,
  },
  {
    id: 'ntia.dependency',
    standard: ntia,
    title: 'Relationships between components',
    ask: 'State for every component what contains it or depends on it.',
    weight: 8,
    about: 'components',
    keeps: ({ ref }, { related }) => related.has(ref),
  },
  {
    id: 'ntia.author',
    standard: ntia,
    title: 'Author of the document',
    ask: 'Name the person or organisation that answers for the SBOM, not only the tool.',
    weight: 4,
    about: 'document',
    holds: ({ authors }) => authors.some(({ name }) => name !== undefined),
  },
  {
    id: 'ntia.timestamp',
    standard: ntia,
    title: 'Time of creation',
    ask: 'State when the SBOM was made.',
    weight: 4,
    about: 'document',
    holds: ({ created }) => created !== undefined,
  },
  {
    id: 'bsi.format',
    standard: bsi,
    title: 'CycloneDX 1.6 or SPDX 3.0.1, or newer',
    ask: 'Export CycloneDX 1.6 or newer, or SPDX 3.0.1 or newer.',
    weight: 5,
    about: 'document',
    holds: isRecentFormat,
  },
  {
    id: 'bsi.creator',
    standard: bsi,
    title: 'E-mail address or URL of who made the SBOM',
    ask: 'Give an e-mail address or URL of the maker of the SBOM.',
    weight: 2,
    about: 'document',
    holds: ({ authors }) => authors.some(({ contact }) => contact !== undefined),
  },
  {
    id: 'bsi.component-creator',
    standard: bsi,
    title: 'E-mail address or URL of the maker of each component',
    ask: 'Give an e-mail address or URL of the maker of every component.',
    weight: 2,
    about: 'components',
    keeps: ({ supplierContact }) => supplierContact !== undefined,
  },
  {
    id: 'bsi.filename',
    standard: bsi,
    title: 'File name of each component',
    ask: 'State the file name of every component (bsi:component:filename, or the distribution artifact).',
    weight: 3,
    about: 'components',
    keeps: ({ delivery }) => delivery?.filename !== undefined,
  },
  {
    id: 'bsi.sha512',
    standard: bsi,
    title: 'SHA-512 of the deployable component',
    ask: 'Give the SHA-512 of every deployable component (external reference "distribution").',
    weight: 6,
    about: 'components',
    keeps: hasSha512,
  },
  {
    id: 'bsi.executable',
    standard: bsi,
    title: 'Executable or not',
    ask: 'State for every component whether it is executable (bsi:component:executable).',
    weight: 1,
    about: 'components',
    keeps: ({ delivery }) => delivery?.executable !== undefined,
  },
  {
    id: 'bsi.archive',
    standard: bsi,
    title: 'Archive or not',
    ask: 'State for every component whether it is an archive (bsi:component:archive).',
    weight: 1,
    about: 'components',
    keeps: ({ delivery }) => delivery?.archive !== undefined,
  },
  {
    id: 'bsi.structured',
    standard: bsi,
    title: 'Structured or not',
    ask: 'State for every component whether its parts can be told apart (bsi:component:structured).',
    weight: 1,
    about: 'components',
    keeps: ({ delivery }) => delivery?.structured !== undefined,
  },
  {
    id: 'bsi.licence',
    standard: bsi,
    title: 'Licence of each component as SPDX id or expression',
    ask: 'State the licence of every component by its SPDX id or as an SPDX expression.',
    weight: 6,
    about: 'components',
    keeps: hasLicence,
  },
  {
    id: 'bsi.completeness',
    standard: bsi,
    title: 'Says whether the dependencies are complete',
    ask: 'State whether the listed dependencies are complete (compositions, or completeness of relationships).',
    weight: 5,
    about: 'document',
    holds: ({ completeness }) => completeness === 'complete' || completeness === 'incomplete',
  },
  {
    id: 'bsi.no-vulnerabilities',
    standard: bsi,
    title: 'No vulnerability data in the SBOM',
    ask: 'Send vulnerability statements as a document of their own (VEX or CSAF).',
    weight: 1,
    about: 'document',
    holds: ({ statements }) => statements.length === 0,
  },
  {
    id: 'bulkhead.subject',
    standard: 'Bulkhead',
    title: 'Says which software it describes',
    ask: 'Name the one software that the SBOM describes, with its version.',
    weight: 5,
    about: 'document',
    holds: ({ subject }) => subject !== undefined,
  },
  {
    id: 'bulkhead.matchable',
    standard: 'Bulkhead',
    title: 'Advisories can be matched to each component',
    ask: 'Give every component a CPE 2.3 name or a package URL of its ecosystem; a Yocto URL names a recipe, which no advisory does.',
    weight: 20,
    about: 'components',
    keeps: (component) => isMatchable(component) && hasVersion(component),
  },
] satisfies QualityRule[]);
