import {
  type JsonObject,
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
import { inside, root } from '../json/place.ts';
import { recordBounds } from '../limits.ts';
import type { Advisory, AdvisorySeverity } from '../model.ts';
import { compact, distinct, headline, plainText, safeUrl, utc } from '../text.ts';
import { readOsvAffected } from './affected.ts';

const { maxIdLength, maxNameLength, maxAliases, maxAffected, maxSeverities, maxTitle, maxSummary, keptReferences } =
  recordBounds;

/**
 * Reads one record of the OSV schema (1.x). Distributions name the CVE ids that an advisory covers in `related` or, from
 * 1.7 on, in `upstream`; both are kept as related and never taken for names of the same vulnerability.
 * @throws AdvisoryError
 */
export function readOsv(record: JsonObject): Advisory {
  const schema = textIn(record, 'schema_version', root, maxIdLength);
  if (schema !== undefined && !/^[01]\./.test(schema)) {
    const detail = `OSV schema ${quote(schema)} is not known; 1.x is`;
    throw refuse('advisory.unsupported-version', inside(root, 'schema_version'), detail);
  }
  const details = proseIn(record, 'details', root) ?? '';
  const summary = plainText(proseIn(record, 'summary', root) ?? '', maxTitle);
  const ids = (key: string) => textsIn(record, key, root, maxAliases, maxIdLength);
  const affected = objectsIn(record, 'affected', root, maxAffected);
  const date = (key: string) => utc(textIn(record, key, root, maxIdLength));
  const withdrawn = textIn(record, 'withdrawn', root, maxIdLength);
  return compact<Advisory>({
    id: requiredText(record, 'id', root, maxIdLength),
    format: 'osv',
    aliases: distinct(ids('aliases')),
    related: distinct([...ids('related'), ...ids('upstream')]),
    title: summary || headline(details, maxTitle),
    summary: plainText(details || summary, maxSummary),
    published: date('published'),
    modified: date('modified'),
    withdrawn: withdrawn ? (utc(withdrawn) ?? withdrawn) : undefined,
    severities: [{ value: record, at: root }, ...affected].flatMap(severitiesOf).slice(0, maxSeverities),
    exploitation: undefined,
    kevMark: undefined,
    cwes: cwesOf(record),
    references: objectsIn(record, 'references', root, maxAliases)
      .flatMap(({ value, at }) => {
        const url = proseIn(value, 'url', at) ?? '';
        const kind = textIn(value, 'type', at, maxNameLength)?.toLowerCase();
        return safeUrl(url) ? [{ url, ...(kind === undefined ? {} : { kind }) }] : [];
      })
      .slice(0, keptReferences),
    affected: affected.flatMap(readOsvAffected),
    remedies: undefined,
    document: undefined,
  });
}

/** `CVSS_V3` covers 3.0 and 3.1, which the vector tells; Ubuntu's own priority words are no scores. */
function severitiesOf({ value, at }: Placed<JsonObject>): AdvisorySeverity[] {
  return objectsIn(value, 'severity', at, maxSeverities).flatMap((severity): AdvisorySeverity[] => {
    const type = textIn(severity.value, 'type', severity.at, maxNameLength) ?? '';
    const vector = textIn(severity.value, 'score', severity.at, maxNameLength)?.trim() ?? '';
    const named = /^CVSS:(3\.0|3\.1|4\.0)\//.exec(vector)?.[1] as '3.0' | '3.1' | '4.0' | undefined;
    if (/^CVSS_V[34]$/.test(type) && named !== undefined) return [{ version: named, vector, source: 'osv' }];
    return type === 'CVSS_V2' && /^\(?AV:/.test(vector) ? [{ version: '2.0', vector, source: 'osv' }] : [];
  });
}

/** GitHub keeps CWE ids in `database_specific`, whose shape is each database's own: what does not fit is passed over. */
function cwesOf(record: JsonObject): string[] {
  const own = record['database_specific'];
  const database =
    own !== null && typeof own === 'object' && !Array.isArray(own)
      ? objectIn(record, 'database_specific', root)
      : undefined;
  const ids = database?.value['cwe_ids'];
  if (!Array.isArray(ids)) return [];
  return distinct(ids.slice(0, 100).flatMap((id) => (typeof id === 'string' && /^CWE-\d{1,6}$/.test(id) ? [id] : [])));
}
