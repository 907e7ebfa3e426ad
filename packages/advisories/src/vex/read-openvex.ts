import {
  asObject,
  type JsonObject,
  listIn,
  numberIn,
  objectIn,
  objectsIn,
  oneOf,
  type Placed,
  proseIn,
  quote,
  refuse,
  requiredText,
  textIn,
  textsIn,
} from '../json/fields.ts';
import { inside, type Place, pathOf, root } from '../json/place.ts';
import { recordBounds } from '../limits.ts';
import { compact, distinct, plainText, utc } from '../text.ts';
import type { VexHash, VexProduct, VexStatement } from './model.ts';
import { hashAlgorithm, mapJustification, statuses } from './vocabulary.ts';

const { maxIdLength, maxNameLength, maxPurlLength, maxAliases, maxProducts, maxSummary, maxStatementsOfDocument } =
  recordBounds;

interface Document {
  readonly id: string;
  readonly author: string;
  readonly at: string | undefined;
}

/**
 * Reads an OpenVEX document (0.0.1 and 0.2.0). What a statement does not say it inherits from the document: author and
 * time (specification, "inheritance flow").
 * @throws AdvisoryError
 */
export function readOpenVex(json: JsonObject): VexStatement[] {
  const context = requiredText(json, '@context', root, maxNameLength);
  if (!/^https:\/\/openvex\.dev\/ns(\/v0\.(0|2)(\.\d+)?)?$/.test(context)) {
    throw refuse(
      'advisory.unsupported-version',
      inside(root, '@context'),
      `${quote(context)} is not known; OpenVEX 0.2.0 is`,
    );
  }
  numberIn(json, 'version', root);
  const document: Document = {
    id: requiredText(json, '@id', root, maxNameLength),
    author: requiredText(json, 'author', root, maxNameLength),
    at: latest(json, root),
  };
  let products = 0;
  return objectsIn(json, 'statements', root, maxStatementsOfDocument).map((statement) => {
    const read = readStatement(statement, document);
    products += read.products.length;
    if (products > recordBounds.maxProductUses)
      throw refuse('advisory.too-many', statement.at, `more than ${recordBounds.maxProductUses} products`);
    return read;
  });
}

/** `last_updated` outranks `timestamp`. */
function latest(json: JsonObject, at: Place): string | undefined {
  return utc(textIn(json, 'last_updated', at, maxIdLength)) ?? utc(textIn(json, 'timestamp', at, maxIdLength));
}

function readStatement({ value, at }: Placed<JsonObject>, document: Document): VexStatement {
  const when = latest(value, at) ?? document.at;
  if (when === undefined) {
    throw refuse(
      'advisory.missing-field',
      inside(at, 'timestamp'),
      'neither statement nor document says when; add a timestamp',
    );
  }
  const justification = textIn(value, 'justification', at, maxNameLength);
  const action = proseIn(value, 'action_statement', at);
  const impact = [proseIn(value, 'impact_statement', at), proseIn(value, 'status_notes', at)]
    .filter((text) => text !== undefined && text !== '')
    .join('\n');
  const products = listIn(value, 'products', at, maxProducts);
  const subcomponents = listIn(value, 'subcomponents', at, maxProducts); // 0.0.1 has them beside the products
  const place = inside(at, 'products');
  return compact<VexStatement>({
    ...readVulnerability(value, at),
    status: oneOf(requiredText(value, 'status', at, maxIdLength), statuses, inside(at, 'status')),
    statusWord: undefined,
    justification,
    mappedJustification: justification === undefined ? undefined : mapJustification(justification)?.to,
    impact: impact === '' ? undefined : plainText(impact, maxSummary),
    action: action === undefined ? undefined : { text: plainText(action, maxSummary) },
    products: products.map((product, i) => readProduct(product, inside(place, i), subcomponents)),
    author: document.author,
    at: when,
    documentId: document.id,
    format: 'openvex',
    path: pathOf(at),
  });
}

function readVulnerability(value: JsonObject, at: Place): { vulnerability: string; aliases: string[] } {
  const plain = value['vulnerability'];
  if (typeof plain === 'string')
    return { vulnerability: requiredText(value, 'vulnerability', at, maxIdLength), aliases: [] };
  const found = objectIn(value, 'vulnerability', at);
  if (!found) throw refuse('advisory.missing-field', inside(at, 'vulnerability'), 'is required and missing; add it');
  const name =
    textIn(found.value, 'name', found.at, maxIdLength) ?? requiredText(found.value, '@id', found.at, maxNameLength);
  const aliases = textsIn(found.value, 'aliases', found.at, maxAliases, maxIdLength);
  return { vulnerability: name.trim(), aliases: distinct(aliases).filter((alias) => alias !== name) };
}

function readProduct(item: unknown, at: Place, inherited: readonly unknown[]): VexProduct {
  const own =
    typeof item === 'string' ? { id: item, purl: item.startsWith('pkg:') ? item : undefined } : identityOf(item, at);
  const parts =
    typeof item === 'string'
      ? inherited
      : [...listIn(asObject(item, at), 'subcomponents', at, maxProducts), ...inherited];
  const place = inside(at, 'subcomponents');
  const subcomponents = parts.map((part, i) => readProduct(part, inside(place, i), []));
  return compact<VexProduct>({ ...blank, ...own, subcomponents: subcomponents.length > 0 ? subcomponents : undefined });
}

const blank = {
  id: undefined,
  purl: undefined,
  cpe: undefined,
  hashes: undefined,
  vendor: undefined,
  name: undefined,
  version: undefined,
  versionRange: undefined,
};

function identityOf(item: unknown, at: Place): Partial<VexProduct> {
  const value = asObject(item, at);
  const id = textIn(value, '@id', at, maxPurlLength);
  const identifiers = objectIn(value, 'identifiers', at);
  const text = (key: string) =>
    identifiers ? textIn(identifiers.value, key, identifiers.at, maxPurlLength) : undefined;
  const purl = text('purl') ?? (id?.startsWith('pkg:') ? id : undefined);
  const cpe = text('cpe23') ?? text('cpe22');
  const hashes = hashesOf(value, at);
  if (id === undefined && purl === undefined && cpe === undefined && hashes.length === 0) {
    throw refuse('advisory.missing-field', at, 'the product has neither "@id" nor identifiers nor hashes; name it');
  }
  return {
    ...(id === undefined ? {} : { id }),
    ...(purl === undefined ? {} : { purl }),
    ...(cpe === undefined ? {} : { cpe }),
    ...(hashes.length > 0 ? { hashes } : {}),
  };
}

function hashesOf(value: JsonObject, at: Place): VexHash[] {
  const found = objectIn(value, 'hashes', at);
  if (!found) return [];
  return Object.keys(found.value)
    .slice(0, recordBounds.maxHashes)
    .map((algorithm) => ({
      algorithm: hashAlgorithm(algorithm),
      value: requiredText(found.value, algorithm, found.at, 256).toLowerCase(),
    }));
}
