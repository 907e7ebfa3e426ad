import { createLosses, type Losses } from './losses.ts';
import type { VexDocumentHead, VexProduct, VexStatement, VexStatus, WrittenVex } from './model.ts';
import { displayName } from './product-identity.ts';
import { wordOfStatus, writtenAction, writtenJustification } from './vocabulary.ts';

/**
 * Writes a CycloneDX 1.6 document of vulnerabilities alone, the products being its only components, and says what it
 * could not carry. It stands apart from every SBOM (BSI TR-03183-2 wants no vulnerability data inside one).
 */
export function writeCycloneDxVex(statements: readonly VexStatement[], head: VexDocumentHead): WrittenVex {
  const losses = createLosses(statements, head);
  const components = new Map<string, Record<string, unknown>>();
  const vulnerabilities = statements.flatMap((statement, i) => writeVulnerability(statement, i, components, losses));
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    ...(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(head.id) ? { serialNumber: head.id } : {}),
    version: head.version,
    metadata: { timestamp: head.at, authors: [{ name: head.author }] },
    components: [...components.values()],
    vulnerabilities,
  };
  return { document, losses: losses.list() };
}

function writeVulnerability(
  statement: VexStatement,
  i: number,
  components: Map<string, Record<string, unknown>>,
  losses: Losses,
): Record<string, unknown>[] {
  const affects = statement.products.flatMap((product) =>
    writeProduct(product, statement.status, i, components, losses),
  );
  if (affects.length === 0 && statement.products.length > 0) return [];
  const { vulnerability, aliases, action, status, statusWord, impact, at } = statement;
  const state = wordOfStatus('cyclonedx', status, statusWord);
  if (statusWord === 'first_affected' || statusWord === 'last_affected' || statusWord === 'first_fixed') {
    losses.add(i, `the status word ${statusWord} became ${state}`);
  }
  const justification = justificationOf(statement, i, losses);
  const response = responsesOf(statement, i, losses);
  return [
    {
      id: vulnerability,
      ...(aliases.length > 0 ? { references: aliases.map((id) => ({ id, source: { name: sourceOf(id) } })) } : {}),
      ...(action?.text === undefined ? {} : { recommendation: action.text }),
      analysis: {
        state,
        ...(justification === undefined ? {} : { justification }),
        ...(response.length > 0 ? { response } : {}),
        ...(impact === undefined ? {} : { detail: impact }),
        lastUpdated: at,
      },
      affects,
    },
  ];
}

function sourceOf(id: string): string {
  if (id.startsWith('CVE-')) return 'CVE';
  return id.startsWith('GHSA-') ? 'GitHub' : 'other';
}

function justificationOf({ justification }: VexStatement, i: number, losses: Losses): string | undefined {
  if (justification === undefined) return undefined;
  const written = writtenJustification('cyclonedx', justification);
  losses.add(i, written.loss);
  return written.word;
}

function responsesOf({ action }: VexStatement, i: number, losses: Losses): string[] {
  if (action?.kind === undefined) return [];
  return action.kind.split(',').flatMap((kind) => {
    const written = writtenAction('cyclonedx', kind.trim());
    losses.add(i, written.loss);
    return written.word ?? [];
  });
}

function writeProduct(
  product: VexProduct,
  status: VexStatus,
  i: number,
  components: Map<string, Record<string, unknown>>,
  losses: Losses,
): Record<string, unknown>[] {
  if (product.subcomponents?.length) {
    losses.add(i, `that the component is meant only as a part of ${displayName(product)} has no place`);
    return product.subcomponents.flatMap((part) => writeProduct(part, status, i, components, losses));
  }
  const { versionRange } = product;
  if (versionRange !== undefined && !versionRange.startsWith('vers:')) {
    // Without its range the statement would speak of every version.
    losses.add(i, `a product was left out: its range ${versionRange} is not in "vers:" notation`);
    return [];
  }
  const ref = refOf(product, components);
  return [
    {
      ref,
      ...(versionRange === undefined ? {} : { versions: [{ range: versionRange, status: versionStatus[status] }] }),
    },
  ];
}

const versionStatus = {
  affected: 'affected',
  not_affected: 'unaffected',
  fixed: 'unaffected',
  under_investigation: 'unknown',
} as const satisfies Record<VexStatus, string>;

/** Products of the same identity share a component; its reference is the one they came with, if it is free. */
function refOf(product: VexProduct, components: Map<string, Record<string, unknown>>): string {
  const { id, purl, cpe, hashes, vendor, version } = product;
  if (id !== undefined && purl === undefined && cpe === undefined && hashes === undefined && product.name === undefined)
    return id;
  const body = {
    type: 'library',
    ...(vendor === undefined ? {} : { supplier: { name: vendor } }),
    name: displayName(product),
    ...(version === undefined ? {} : { version }),
    ...(hashes ? { hashes: hashes.map(({ algorithm, value }) => ({ alg: algorithm, content: value })) } : {}),
    ...(cpe === undefined ? {} : { cpe }),
    ...(purl === undefined ? {} : { purl }),
  };
  const key = JSON.stringify(body);
  for (let n = 0; ; n++) {
    const ref = n === 0 && id !== undefined ? id : `product-${components.size + n}`;
    const holder = components.get(ref);
    if (holder === undefined) {
      components.set(ref, { ...body, 'bom-ref': ref });
      return ref;
    }
    const { 'bom-ref': _ref, ...other } = holder;
    if (JSON.stringify(other) === key) return ref;
  }
}
