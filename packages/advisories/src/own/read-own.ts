import { type JsonObject, objectsIn, proseIn, quote, refuse, requiredText, textIn, textsIn } from '../json/fields.ts';
import { inside, root } from '../json/place.ts';
import { recordBounds } from '../limits.ts';
import type { Advisory, AdvisoryReference, AdvisorySeverity } from '../model.ts';
import { compact, distinct, plainText, safeUrl, utc } from '../text.ts';
import { readOwnAffected } from './affected.ts';
import { refuseOtherFields } from './other-fields.ts';

const { maxIdLength, maxNameLength, maxAliases, maxAffected, maxSeverities, maxTitle, maxSummary, keptReferences } =
  recordBounds;

const fields = [
  'bulkheadAdvisory',
  'id',
  'title',
  'summary',
  'aliases',
  'related',
  'published',
  'modified',
  'withdrawn',
  'severities',
  'cwes',
  'references',
  'remedies',
  'affected',
] as const;

/**
 * Reads an advisory typed by hand. Unlike a foreign record it is held to its form: an unknown field is a typing error,
 * and a range that cannot be understood would never match.
 * @throws AdvisoryError that names the place and the remedy
 */
export function readOwn(json: JsonObject): Advisory {
  refuseOtherFields(json, fields, root);
  if (json['bulkheadAdvisory'] !== 1) {
    throw refuse('advisory.unsupported-version', inside(root, 'bulkheadAdvisory'), 'write 1, the version of this form');
  }
  const id = requiredText(json, 'id', root, maxIdLength);
  if (!/^[A-Za-z0-9][A-Za-z0-9._:-]{2,99}$/.test(id)) {
    throw refuse(
      'advisory.wrong-value',
      inside(root, 'id'),
      `${quote(id)}: use 3 to 100 letters, digits, ".", "_", ":" and "-"`,
    );
  }
  if (/^(CVE|GHSA)-/i.test(id)) {
    throw refuse(
      'advisory.wrong-value',
      inside(root, 'id'),
      'give it an id of your own, and name the CVE in "aliases"',
    );
  }
  const affected = objectsIn(json, 'affected', root, maxAffected);
  if (affected.length === 0)
    throw refuse('advisory.missing-field', inside(root, 'affected'), 'name at least one affected product');
  const remedies = textsIn(json, 'remedies', root, 20, maxSummary);
  return compact<Advisory>({
    id,
    format: 'own',
    aliases: distinct(textsIn(json, 'aliases', root, maxAliases, maxIdLength)),
    related: distinct(textsIn(json, 'related', root, maxAliases, maxIdLength)),
    title: plainText(requiredText(json, 'title', root, maxTitle), maxTitle),
    summary: plainText(proseIn(json, 'summary', root) ?? '', maxSummary),
    published: dateIn(json, 'published'),
    modified: dateIn(json, 'modified'),
    withdrawn: dateIn(json, 'withdrawn'),
    severities: severitiesOf(json),
    exploitation: undefined,
    kevMark: undefined,
    cwes: cwesOf(json),
    references: referencesOf(json),
    affected: affected.map(readOwnAffected),
    remedies: remedies.length > 0 ? remedies.map((remedy) => plainText(remedy, maxSummary)) : undefined,
    document: undefined,
  });
}

function dateIn(json: JsonObject, key: string): string | undefined {
  const text = textIn(json, key, root, maxIdLength);
  const date = utc(text);
  if (text !== undefined && date === undefined) {
    throw refuse('advisory.wrong-value', inside(root, key), `${quote(text)} is no date; write 2026-01-31T12:00:00Z`);
  }
  return date;
}

/** Only the form is looked at here: whoever scores the vector refuses one that is wrong inside. */
function severitiesOf(json: JsonObject): AdvisorySeverity[] {
  return objectsIn(json, 'severities', root, maxSeverities).map(({ value, at }) => {
    refuseOtherFields(value, ['vector'], at);
    const vector = requiredText(value, 'vector', at, maxNameLength);
    const named = /^CVSS:(3\.0|3\.1|4\.0)\/AV:/.exec(vector)?.[1] as '3.0' | '3.1' | '4.0' | undefined;
    if (named === undefined && !/^AV:[LAN]\/AC:/.test(vector)) {
      const detail = `${quote(vector)} is no CVSS vector; write CVSS:3.1/AV:..., CVSS:4.0/AV:... or, for 2.0, AV:.../AC:...`;
      throw refuse('advisory.wrong-value', inside(at, 'vector'), detail);
    }
    return { version: named ?? '2.0', vector, source: 'own' };
  });
}

function cwesOf(json: JsonObject): string[] {
  const cwes = textsIn(json, 'cwes', root, maxAliases, maxIdLength);
  const bad = cwes.findIndex((cwe) => !/^CWE-\d{1,6}$/.test(cwe));
  if (bad !== -1) throw refuse('advisory.wrong-value', inside(inside(root, 'cwes'), bad), 'write it as CWE-787');
  return distinct(cwes);
}

function referencesOf(json: JsonObject): AdvisoryReference[] {
  return objectsIn(json, 'references', root, keptReferences).map(({ value, at }) => {
    refuseOtherFields(value, ['url', 'kind'], at);
    const url = requiredText(value, 'url', at, Number.POSITIVE_INFINITY);
    if (!safeUrl(url))
      throw refuse('advisory.wrong-value', inside(at, 'url'), 'write a web address that begins with https://');
    const kind = textIn(value, 'kind', at, maxNameLength);
    return kind === undefined ? { url } : { url, kind };
  });
}
