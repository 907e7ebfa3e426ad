import type { EmbeddedStatement, Sbom, SbomComponent } from '@bulkhead/sbom';
import { recordBounds } from '../limits.ts';
import { compact, plainText } from '../text.ts';
import type { VexDefaults, VexProduct, VexStatement, VexStatus } from './model.ts';
import { mapJustification, statusOfWord } from './vocabulary.ts';

const { maxSummary } = recordBounds;

/** A component of an SBOM as a product of a statement. */
function productOf({ ref, name, version, purl, cpe, hashes, supplier }: SbomComponent): VexProduct {
  return compact<VexProduct>({
    id: ref,
    purl,
    cpe,
    hashes: hashes.length > 0 ? hashes : undefined,
    vendor: supplier,
    name,
    version,
    versionRange: undefined,
    subcomponents: undefined,
  });
}

/**
 * The verdicts that an SBOM carried, with their products resolved. Bare mentions are left out. Nothing vouches for who
 * said them: the author is that of the document, or the one given ("build system").
 */
export function statementsOfSbom(sbom: Sbom, defaults: VexDefaults): VexStatement[] {
  const known = new Map(
    [...sbom.components, ...(sbom.subject ? [sbom.subject] : [])].map((component) => [component.ref, component]),
  );
  const author = defaults.author ?? sbom.authors.find(({ name }) => name)?.name ?? 'unknown';
  const documentId = sbom.serial ?? defaults.documentId ?? 'unnamed SBOM';
  return sbom.statements.flatMap((statement, i) => {
    const status = statusOf(sbom, statement);
    const at = statement.at ?? sbom.created ?? defaults.at;
    if (!status || at === undefined) return [];
    const { justification, detail, responses, refs } = statement;
    return [
      compact<VexStatement>({
        vulnerability: statement.vulnerability,
        aliases: [],
        status,
        statusWord: statement.status,
        justification,
        mappedJustification: justification === undefined ? undefined : mapJustification(justification)?.to,
        impact: detail === undefined ? undefined : plainText(detail, maxSummary),
        action: responses.length > 0 ? { kind: responses.join(',') } : undefined,
        products: refs.map((ref) => {
          const component = known.get(ref);
          return component ? productOf(component) : { id: ref };
        }),
        author,
        at,
        documentId,
        format: sbom.format === 'CycloneDX' ? 'cyclonedx' : 'spdx',
        path: `$.statements[${i}]`,
      }),
    ];
  });
}

function statusOf({ format }: Sbom, { status }: EmbeddedStatement): VexStatus | undefined {
  return status === undefined ? undefined : statusOfWord(format === 'CycloneDX' ? 'cyclonedx' : 'spdx', status);
}
