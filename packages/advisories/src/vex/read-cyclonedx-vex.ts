import {
  type JsonObject,
  numberIn,
  objectIn,
  objectsIn,
  type Placed,
  proseIn,
  quote,
  refuse,
  requiredText,
  textIn,
  textsIn,
} from '../json/fields.ts';
import { inside, pathOf, root } from '../json/place.ts';
import { recordBounds } from '../limits.ts';
import { compact, distinct, plainText, utc } from '../text.ts';
import { readCycloneDxProducts } from './cyclonedx-products.ts';
import type { VexAction, VexDefaults, VexProduct, VexStatement, VexStatus } from './model.ts';
import { mapJustification, statusOfWord } from './vocabulary.ts';

const { maxIdLength, maxNameLength, maxAliases, maxProducts, maxSummary, maxStatementsOfDocument } = recordBounds;

interface Source {
  readonly author: string;
  readonly at: string | undefined;
  readonly documentId: string;
  readonly products: ReadonlyMap<string, VexProduct>;
}

/**
 * Reads the verdicts of a CycloneDX document (1.4 to 1.7), usually one of vulnerabilities alone that points into another.
 * A vulnerability without analysis is a mention and no verdict. `affects.versions` may name versions with a status of
 * their own.
 * @throws AdvisoryError
 */
export function readCycloneDxVex(json: JsonObject, defaults: VexDefaults = {}): VexStatement[] {
  const version = requiredText(json, 'specVersion', root, maxIdLength);
  if (!/^1\.[4-7]$/.test(version)) {
    throw refuse(
      'advisory.unsupported-version',
      inside(root, 'specVersion'),
      `${quote(version)} has no vulnerabilities; 1.4 to 1.7 have`,
    );
  }
  const metadata = objectIn(json, 'metadata', root);
  const source: Source = {
    author: authorOf(metadata) ?? defaults.author ?? missingAuthor(),
    at: (metadata && utc(textIn(metadata.value, 'timestamp', metadata.at, maxIdLength))) ?? defaults.at,
    documentId: documentIdOf(json) ?? defaults.documentId ?? 'unnamed CycloneDX document',
    products: readCycloneDxProducts(json),
  };
  let uses = 0;
  return objectsIn(json, 'vulnerabilities', root, maxStatementsOfDocument).flatMap((vulnerability) => {
    const statements = statementsOf(vulnerability, source);
    uses += statements.reduce((sum, { products }) => sum + products.length, 0);
    if (uses > recordBounds.maxProductUses)
      throw refuse('advisory.too-many', vulnerability.at, `more than ${recordBounds.maxProductUses} products`);
    return statements;
  });
}

function missingAuthor(): never {
  throw refuse(
    'advisory.missing-field',
    inside(root, 'metadata'),
    'nobody signs the document; add metadata.authors or metadata.supplier',
  );
}

function authorOf(metadata: Placed<JsonObject> | undefined): string | undefined {
  if (!metadata) return undefined;
  const { value, at } = metadata;
  const parties = [
    ...objectsIn(value, 'authors', at, maxAliases),
    ...['supplier', 'manufacturer', 'manufacture'].flatMap((key) => objectIn(value, key, at) ?? []),
  ];
  return parties.map((party) => textIn(party.value, 'name', party.at, maxNameLength)?.trim()).find((name) => name);
}

function documentIdOf(json: JsonObject): string | undefined {
  const serial = textIn(json, 'serialNumber', root, maxNameLength);
  const version = numberIn(json, 'version', root);
  return serial === undefined || version === undefined ? serial : `${serial}/${version}`;
}

function statementsOf(vulnerability: Placed<JsonObject>, source: Source): VexStatement[] {
  const { value, at } = vulnerability;
  const id = textIn(value, 'id', at, maxIdLength)?.trim();
  const analysis = objectIn(value, 'analysis', at);
  const state = analysis && textIn(analysis.value, 'state', analysis.at, maxNameLength);
  if (!id || !analysis || state === undefined) return [];
  const status = statusOfWord('cyclonedx', state);
  if (!status)
    throw refuse('advisory.wrong-value', inside(analysis.at, 'state'), `${quote(state)} is no state of CycloneDX`);
  const when = whenSaid(analysis, vulnerability) ?? source.at;
  if (when === undefined)
    throw refuse(
      'advisory.missing-field',
      inside(analysis.at, 'lastUpdated'),
      'neither analysis nor document says when; add a timestamp',
    );
  const justification = textIn(analysis.value, 'justification', analysis.at, maxNameLength);
  const detail = proseIn(analysis.value, 'detail', analysis.at);
  const products = affectedProducts(vulnerability, status, source.products);
  const base = {
    vulnerability: id,
    aliases: aliasesOf(vulnerability, id),
    author: source.author,
    at: when,
    documentId: source.documentId,
    format: 'cyclonedx',
    path: pathOf(at),
  } as const;
  const own = compact<VexStatement>({
    ...base,
    status,
    statusWord: state,
    justification,
    mappedJustification: justification === undefined ? undefined : mapJustification(justification)?.to,
    impact: detail === undefined || detail === '' ? undefined : plainText(detail, maxSummary),
    action: actionOf(analysis, vulnerability),
    products: products.filter((product) => product.status === undefined).map(({ product }) => product),
  });
  const others = (['affected', 'not_affected', 'under_investigation'] as const).flatMap((other): VexStatement[] => {
    const meant = products.filter((product) => product.status === other).map(({ product }) => product);
    return meant.length > 0 ? [{ ...base, status: other, products: meant }] : [];
  });
  return own.products.length > 0 || others.length === 0 ? [own, ...others] : others;
}

function whenSaid(analysis: Placed<JsonObject>, vulnerability: Placed<JsonObject>): string | undefined {
  const date = ({ value, at }: Placed<JsonObject>, key: string) => utc(textIn(value, key, at, maxIdLength));
  return (
    date(analysis, 'lastUpdated') ??
    date(analysis, 'firstIssued') ??
    date(vulnerability, 'updated') ??
    date(vulnerability, 'published')
  );
}

function aliasesOf({ value, at }: Placed<JsonObject>, id: string): string[] {
  const ids = objectsIn(value, 'references', at, maxAliases).map(
    (other) => textIn(other.value, 'id', other.at, maxIdLength) ?? '',
  );
  return distinct(ids).filter((alias) => alias !== id);
}

function actionOf(analysis: Placed<JsonObject>, { value, at }: Placed<JsonObject>): VexAction | undefined {
  const responses = textsIn(analysis.value, 'response', analysis.at, 20, maxNameLength);
  const texts = [proseIn(value, 'recommendation', at), proseIn(value, 'workaround', at)].filter((text) => text);
  if (responses.length === 0 && texts.length === 0) return undefined;
  const text = plainText(texts.join('\n'), maxSummary);
  return { ...(responses.length > 0 ? { kind: responses.join(',') } : {}), ...(text === '' ? {} : { text }) };
}

interface AffectedProduct {
  readonly product: VexProduct;
  /** Set where `versions` gives a status of its own. */
  readonly status?: VexStatus;
}

function affectedProducts(
  { value, at }: Placed<JsonObject>,
  said: VexStatus,
  known: ReadonlyMap<string, VexProduct>,
): AffectedProduct[] {
  return objectsIn(value, 'affects', at, maxProducts).flatMap((affected) => {
    const ref = requiredText(affected.value, 'ref', affected.at, maxNameLength);
    const product = known.get(ref) ?? { id: ref };
    const versions = objectsIn(affected.value, 'versions', affected.at, maxProducts);
    return versions.length === 0 ? [{ product }] : versions.map((version) => withVersion(product, said, version));
  });
}

const statusOfVersion: ReadonlyMap<string, readonly VexStatus[]> = new Map<string, readonly VexStatus[]>([
  ['affected', ['affected']],
  ['unaffected', ['not_affected', 'fixed']],
  ['unknown', ['under_investigation']],
]);

/** A version whose own status agrees with the analysis, or is not given, belongs to the analysis. */
function withVersion(product: VexProduct, said: VexStatus, { value, at }: Placed<JsonObject>): AffectedProduct {
  const { version: _version, ...bare } = product;
  const version = textIn(value, 'version', at, maxNameLength);
  const range = textIn(value, 'range', at, recordBounds.maxPurlLength);
  const word = textIn(value, 'status', at, maxIdLength);
  const named =
    version !== undefined ? { ...bare, version } : range !== undefined ? { ...bare, versionRange: range } : product;
  const meant = word === undefined ? [said] : (statusOfVersion.get(word) ?? []);
  const [other] = meant;
  return meant.includes(said) || other === undefined ? { product: named } : { product: named, status: other };
}
