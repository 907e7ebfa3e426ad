import {
  type JsonObject,
  objectsIn,
  type Placed,
  quote,
  refuse,
  requiredObject,
  requiredText,
  textIn,
} from '../json/fields.ts';
import { inside, root } from '../json/place.ts';
import { recordBounds } from '../limits.ts';
import { utc } from '../text.ts';
import { type ProductTree, readProductTree } from './product-tree.ts';

const { maxIdLength, maxNameLength, maxTitle, maxVulnerabilities } = recordBounds;

/** The head of a CSAF document, its products, and its vulnerabilities not yet read. */
export interface CsafDocument {
  readonly category: string;
  readonly title: string;
  readonly publisher: string;
  readonly trackingId: string;
  readonly revision: string;
  readonly published: string | undefined;
  readonly modified: string | undefined;
  readonly tree: ProductTree;
  readonly vulnerabilities: readonly Placed<JsonObject>[];
}

/**
 * Reads head and product tree of a CSAF 2.0 document; of 2.1 what it shares with 2.0.
 * @throws AdvisoryError
 */
export function readCsafDocument(json: JsonObject): CsafDocument {
  const { value, at } = requiredObject(json, 'document', root);
  const version = requiredText(value, 'csaf_version', at, maxIdLength);
  if (version !== '2.0' && version !== '2.1') {
    const detail = `CSAF ${quote(version)} is not known; 2.0 is, and of 2.1 what it shares with 2.0`;
    throw refuse('advisory.unsupported-version', inside(at, 'csaf_version'), detail);
  }
  const publisher = requiredObject(value, 'publisher', at);
  const tracking = requiredObject(value, 'tracking', at);
  const date = (key: string) => utc(textIn(tracking.value, key, tracking.at, maxIdLength));
  return {
    category: requiredText(value, 'category', at, maxNameLength),
    title: requiredText(value, 'title', at, Number.POSITIVE_INFINITY).slice(0, maxTitle),
    publisher: requiredText(publisher.value, 'name', publisher.at, maxNameLength),
    trackingId: requiredText(tracking.value, 'id', tracking.at, maxIdLength),
    revision: requiredText(tracking.value, 'version', tracking.at, maxIdLength),
    published: date('initial_release_date'),
    modified: date('current_release_date'),
    tree: readProductTree(json, root),
    vulnerabilities: objectsIn(json, 'vulnerabilities', root, maxVulnerabilities),
  };
}
