import { type CsafDocument, readCsafDocument } from '../csaf/document.ts';
import { aboutProducts, readProductStatus, type StatedProduct, type UseCounter } from '../csaf/product-status.ts';
import type { CsafProduct } from '../csaf/product-tree.ts';
import { vulnerabilityIds } from '../csaf/read-csaf.ts';
import { type JsonObject, type Placed, proseIn, refuse, textIn } from '../json/fields.ts';
import { inside, pathOf, root } from '../json/place.ts';
import { recordBounds } from '../limits.ts';
import { compact, plainText, utc } from '../text.ts';
import type { VexAction, VexProduct, VexStatement, VexStatus } from './model.ts';
import { hashAlgorithm, mapJustification } from './vocabulary.ts';

const { maxNameLength, maxSummary, maxIdLength } = recordBounds;

/** What flags, threats and remediations say about one product of a vulnerability. */
interface Remarks {
  readonly label?: string;
  readonly impact?: string;
  readonly action?: VexAction;
  readonly at?: string;
}

interface Remark {
  readonly kind: 'flag' | 'impact' | 'action';
  readonly ids: ReadonlySet<string> | undefined;
  readonly remarks: Remarks;
}

/**
 * Reads the verdicts of a CSAF 2.0 document, of the VEX profile or any other that states product status. Products with
 * the same verdict and the same reasons make one statement.
 * @throws AdvisoryError
 */
export function readCsafVex(json: JsonObject): VexStatement[] {
  const document = readCsafDocument(json);
  if (document.modified === undefined) {
    throw refuse(
      'advisory.missing-field',
      inside(root, 'document'),
      'tracking.current_release_date is missing or no date',
    );
  }
  const counter: UseCounter = { used: 0 };
  const at = document.modified;
  return document.vulnerabilities.flatMap((vulnerability, i) => statementsOf(document, vulnerability, i, counter, at));
}

function statementsOf(
  document: CsafDocument,
  vulnerability: Placed<JsonObject>,
  i: number,
  counter: UseCounter,
  at: string,
): VexStatement[] {
  const { id, aliases } = vulnerabilityIds(vulnerability, i);
  const remarks = remarksOf(document, vulnerability);
  const groups = new Map<string, { stated: StatedProduct; remarks: Remarks; products: VexProduct[] }>();
  for (const stated of readProductStatus(vulnerability, document.tree, counter)) {
    if (stated.status === 'recommended') continue;
    const said = aboutOne(stated.product.id, stated.status, remarks);
    const key = JSON.stringify([stated.list, said]);
    const group = groups.get(key) ?? { stated, remarks: said, products: [] };
    group.products.push(toVexProduct(stated.product));
    groups.set(key, group);
  }
  return [...groups.values()].map(({ stated, remarks: said, products }) =>
    compact<VexStatement>({
      vulnerability: id,
      aliases: aliases.filter((alias) => alias !== id),
      status: stated.status as VexStatus,
      statusWord: stated.list,
      justification: said.label,
      mappedJustification: said.label === undefined ? undefined : mapJustification(said.label)?.to,
      impact: said.impact,
      action: said.action,
      products,
      author: document.publisher,
      at: said.at ?? at,
      documentId: document.trackingId,
      format: 'csaf',
      path: `${pathOf(vulnerability.at)}.product_status.${stated.list}`,
    }),
  );
}

function remarksOf({ tree }: CsafDocument, vulnerability: Placed<JsonObject>): Remark[] {
  const text = (entry: Placed<JsonObject>, key: string) => textIn(entry.value, key, entry.at, maxNameLength);
  const date = (entry: Placed<JsonObject>) => {
    const at = utc(textIn(entry.value, 'date', entry.at, maxIdLength));
    return at === undefined ? {} : { at };
  };
  const details = (entry: Placed<JsonObject>) => plainText(proseIn(entry.value, 'details', entry.at) ?? '', maxSummary);
  const flags = aboutProducts(vulnerability, 'flags', tree).flatMap(({ entry, ids }): Remark[] => {
    const label = text(entry, 'label');
    return label === undefined ? [] : [{ kind: 'flag', ids, remarks: { label, ...date(entry) } }];
  });
  const threats = aboutProducts(vulnerability, 'threats', tree).flatMap(({ entry, ids }): Remark[] =>
    text(entry, 'category') === 'impact'
      ? [{ kind: 'impact', ids, remarks: { impact: details(entry), ...date(entry) } }]
      : [],
  );
  const remediations = aboutProducts(vulnerability, 'remediations', tree).map(({ entry, ids }): Remark => {
    const kind = text(entry, 'category');
    const action = { ...(kind === undefined ? {} : { kind }), text: details(entry) };
    return { kind: 'action', ids, remarks: { action, ...date(entry) } };
  });
  return [...flags, ...threats, ...remediations];
}

/** Flags explain "not affected" and remediations the rest; a remark without products is about all of them. */
function aboutOne(id: string, status: StatedProduct['status'], remarks: readonly Remark[]): Remarks {
  const own = remarks.filter(({ ids, kind }) => {
    const fits = status === 'not_affected' ? kind !== 'action' : kind !== 'flag';
    return fits && (ids === undefined ? kind !== 'flag' || status === 'not_affected' : ids.has(id));
  });
  return Object.assign({}, ...own.map(({ remarks: said }) => said).reverse());
}

/** A product made by a relationship is the component in its surroundings: what is meant is the component. */
function toVexProduct(product: CsafProduct): VexProduct {
  const { on, ...core } = product;
  if (!on) return identity(core);
  return { ...identity(on), id: product.id, subcomponents: [identity(core)] };
}

function identity({ id, purl, cpe, hashes, vendor, product, name, version, versionRange }: CsafProduct): VexProduct {
  return compact<VexProduct>({
    id,
    purl,
    cpe,
    hashes: hashes?.map((hash) => ({ algorithm: hashAlgorithm(hash.algorithm), value: hash.value })),
    vendor,
    name: product ?? name,
    version,
    versionRange,
    subcomponents: undefined,
  });
}
