import { readCsaf } from './csaf/read-csaf.ts';
import { readCve5 } from './cve5/read-cve5.ts';
import { AdvisoryError } from './error.ts';
import { asObject, isObject, type JsonObject } from './json/fields.ts';
import { root } from './json/place.ts';
import { readJsonText } from './json/read-text.ts';
import { type AdvisoryLimits, recordBounds } from './limits.ts';
import type { Advisory, AdvisoryFormat, AffectedPackage } from './model.ts';
import { readOsv } from './osv/read-osv.ts';
import { readOwn } from './own/read-own.ts';

/** The format of a parsed document, by what only that format has; nothing when it is none of them. */
export function detectFormat(json: JsonObject): AdvisoryFormat | undefined {
  const has = (key: string) => Object.hasOwn(json, key);
  if (has('bulkheadAdvisory')) return 'own';
  if (json['dataType'] === 'CVE_RECORD' || (has('cveMetadata') && has('containers'))) return 'cve5';
  if (isObject(json['document']) && Object.hasOwn(json['document'], 'csaf_version')) return 'csaf';
  if (has('id') && (has('affected') || has('modified') || has('schema_version'))) return 'osv';
  return undefined;
}

/**
 * Reads a parsed advisory of any format. A CSAF document may describe several vulnerabilities, all others give one.
 * For text from outside use `readAdvisoryText`, which bounds it before it is parsed.
 * @throws AdvisoryError naming the place in the record
 */
export function readAdvisory(json: unknown, hint?: AdvisoryFormat): Advisory[] {
  const record = asObject(json, root);
  const advisories = readAs(record, hint ?? detectFormat(record));
  const statements = advisories.flatMap(({ affected }) => affected).reduce(countStatements, 0);
  if (statements <= recordBounds.maxStatements) return advisories;
  const detail = `${statements} version statements are more than the limit of ${recordBounds.maxStatements}`;
  throw new AdvisoryError('advisory.too-many', '$', detail);
}

function countStatements(sum: number, { versions, listed = [] }: AffectedPackage): number {
  return sum + versions.length + listed.length;
}

function readAs(record: JsonObject, format: AdvisoryFormat | undefined): Advisory[] {
  switch (format) {
    case 'cve5':
      return [readCve5(record)];
    case 'osv':
      return [readOsv(record)];
    case 'csaf':
      return readCsaf(record);
    case 'own':
      return [readOwn(record)];
    case undefined:
      throw new AdvisoryError(
        'advisory.unknown-format',
        '$',
        'this is no CVE 5 record, OSV record, CSAF 2.0 document or own advisory ("bulkheadAdvisory": 1)',
      );
  }
}

/**
 * Reads the text of one advisory under bounds of size, depth and number of values.
 * @throws AdvisoryError
 */
export function readAdvisoryText(
  text: Uint8Array | string,
  hint?: AdvisoryFormat,
  limits?: Partial<AdvisoryLimits>,
): Advisory[] {
  return readAdvisory(readJsonText(text, limits), hint);
}
