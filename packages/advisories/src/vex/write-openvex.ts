import { createLosses, type Losses } from './losses.ts';
import type { VexDocumentHead, VexProduct, VexStatement, WrittenVex } from './model.ts';
import { nameAsPurl, versionedCpe, versionedPurl } from './product-identity.ts';
import { writtenJustification } from './vocabulary.ts';

export const noAction = 'No action has been named yet.';
export const noReason = 'No reason was given.';

/** Writes an OpenVEX 0.2.0 document and says what the format could not carry. */
export function writeOpenVex(statements: readonly VexStatement[], head: VexDocumentHead): WrittenVex {
  const losses = createLosses(statements, head);
  const document = {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': head.id,
    author: head.author,
    timestamp: head.at,
    version: head.version,
    statements: statements.flatMap((statement, i) => writeStatement(statement, i, losses)),
  };
  return { document, losses: losses.list() };
}

function writeStatement(statement: VexStatement, i: number, losses: Losses): Record<string, unknown>[] {
  const { status, statusWord, action, aliases } = statement;
  const products = statement.products.flatMap((product) => writeProduct(product, i, losses));
  if (products.length === 0 && statement.products.length > 0) return [];
  if (statusWord !== undefined && statusWord !== status)
    losses.add(i, `the status word ${statusWord} became ${status}`);
  if (action?.kind !== undefined) losses.add(i, `the kind of action (${action.kind}) has no place`);
  return [
    {
      vulnerability: { name: statement.vulnerability, ...(aliases.length > 0 ? { aliases } : {}) },
      timestamp: statement.at,
      products,
      status,
      ...reasonOf(statement, i, losses),
      ...actionOf(statement, i, losses),
    },
  ];
}

/** "For not_affected a justification or an impact statement is required"; an impact statement belongs to it alone. */
function reasonOf({ status, justification, impact }: VexStatement, i: number, losses: Losses): Record<string, string> {
  const written = justification === undefined ? {} : writtenJustification('openvex', justification);
  if (status !== 'not_affected') {
    if (justification !== undefined) losses.add(i, `the justification ${justification} has no place beside ${status}`);
    return impact === undefined ? {} : { status_notes: impact };
  }
  losses.add(i, written.loss);
  const word = written.word === undefined ? {} : { justification: written.word };
  if (impact !== undefined) return { ...word, impact_statement: impact };
  if (written.word !== undefined) return word;
  losses.add(i, 'not_affected without a reason: the document says that none was given');
  return { impact_statement: noReason };
}

/** "For affected an action statement is required." */
function actionOf({ status, action }: VexStatement, i: number, losses: Losses): Record<string, string> {
  if (action?.text !== undefined) return { action_statement: action.text };
  if (status !== 'affected') return {};
  losses.add(i, 'affected without an action: the document says that none has been named');
  return { action_statement: noAction };
}

function writeProduct(product: VexProduct, i: number, losses: Losses): Record<string, unknown>[] {
  if (product.versionRange !== undefined) {
    // Without its range the statement would speak of every version.
    losses.add(i, `a product was left out: its range ${product.versionRange} has no place`);
    return [];
  }
  const isNamed = product.purl !== undefined || product.cpe !== undefined || product.hashes !== undefined;
  const purl = isNamed ? versionedPurl(product) : nameAsPurl(product);
  if (!isNamed && purl !== undefined) losses.add(i, `name and version of ${product.name} are written as ${purl}`);
  if (isNamed && product.vendor !== undefined) losses.add(i, `the vendor ${product.vendor} has no place`);
  const cpe = versionedCpe(product);
  const identifiers = {
    ...(purl === undefined ? {} : { purl }),
    ...(cpe === undefined ? {} : { [cpe.startsWith('cpe:2.3:') ? 'cpe23' : 'cpe22']: cpe }),
  };
  const id = product.id ?? purl;
  const hashes = product.hashes?.map(({ algorithm, value }) => [algorithm.toLowerCase(), value] as const);
  return [
    {
      ...(id === undefined ? {} : { '@id': id }),
      ...(Object.keys(identifiers).length > 0 ? { identifiers } : {}),
      ...(hashes ? { hashes: Object.fromEntries(hashes) } : {}),
      ...(product.subcomponents
        ? { subcomponents: product.subcomponents.flatMap((part) => writeProduct(part, i, losses)) }
        : {}),
    },
  ];
}
