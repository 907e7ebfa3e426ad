import { type JsonObject, numberIn, objectIn, objectsIn, type Placed, proseIn, textIn } from '../json/fields.ts';
import { recordBounds } from '../limits.ts';
import type { Advisory, AdvisoryReference, AdvisorySeverity } from '../model.ts';
import { compact, distinct, plainText, safeUrl } from '../text.ts';
import { toAffected } from './affected.ts';
import { type CsafDocument, readCsafDocument } from './document.ts';
import { aboutProducts, readProductStatus, type UseCounter } from './product-status.ts';

const { maxNameLength, maxAliases, maxSeverities, maxTitle, maxSummary, keptReferences, maxIdLength } = recordBounds;

/**
 * Reads a CSAF 2.0 document: one advisory for each of its vulnerabilities, its id made of the document's tracking id and
 * the vulnerability's own, so that it stays the same in the next revision.
 * @throws AdvisoryError
 */
export function readCsaf(json: JsonObject): Advisory[] {
  const document = readCsafDocument(json);
  const counter: UseCounter = { used: 0 };
  return document.vulnerabilities.map((vulnerability, i) => readVulnerability(document, vulnerability, i, counter));
}

/** CVE id, else the first id of another system, else its number in the document. */
export function vulnerabilityIds({ value, at }: Placed<JsonObject>, i: number): { id: string; aliases: string[] } {
  const cve = textIn(value, 'cve', at, maxIdLength)?.trim();
  const others = objectsIn(value, 'ids', at, maxAliases).map(
    (other) => textIn(other.value, 'text', other.at, maxIdLength)?.trim() ?? '',
  );
  const aliases = distinct([cve ?? '', ...others]);
  return { id: aliases[0] ?? `${i + 1}`, aliases };
}

function readVulnerability(
  document: CsafDocument,
  vulnerability: Placed<JsonObject>,
  i: number,
  counter: UseCounter,
): Advisory {
  const { value, at } = vulnerability;
  const { id, aliases } = vulnerabilityIds(vulnerability, i);
  const stated = readProductStatus(vulnerability, document.tree, counter);
  const notes = objectsIn(value, 'notes', at, maxAliases).map((note) => ({
    category: textIn(note.value, 'category', note.at, maxNameLength) ?? '',
    text: plainText(proseIn(note.value, 'text', note.at) ?? '', maxSummary),
  }));
  const summary = notes.find(({ category }) => category === 'description' || category === 'summary') ?? notes[0];
  const remedies = remediesOf(document, vulnerability);
  const title = plainText(proseIn(value, 'title', at) ?? '', maxTitle);
  return compact<Advisory>({
    id: `${document.trackingId}/${id}`,
    format: 'csaf',
    aliases,
    related: [],
    title: title || plainText(document.title, maxTitle),
    summary: summary?.text ?? '',
    published: document.published,
    modified: document.modified,
    withdrawn: document.category === 'csaf_withdrawn' ? (document.modified ?? '1970-01-01T00:00:00.000Z') : undefined,
    severities: severitiesOf(vulnerability),
    exploitation: undefined,
    kevMark: undefined,
    cwes: cwesOf(vulnerability),
    references: referencesOf(vulnerability),
    affected: toAffected(stated),
    remedies: remedies.length > 0 ? remedies : undefined,
    document: { id: document.trackingId, publisher: document.publisher, revision: document.revision },
  });
}

function remediesOf(document: CsafDocument, vulnerability: Placed<JsonObject>): string[] {
  return aboutProducts(vulnerability, 'remediations', document.tree)
    .slice(0, 20)
    .map(({ entry: { value, at } }) => {
      const category = textIn(value, 'category', at, maxNameLength) ?? 'remedy';
      return plainText(`${category}: ${proseIn(value, 'details', at) ?? ''}`, maxSummary);
    });
}

const vectors = [
  ['cvss_v2', /^\(?AV:/, '2.0'],
  ['cvss_v3', /^CVSS:3\.0\//, '3.0'],
  ['cvss_v3', /^CVSS:3\.1\//, '3.1'],
  ['cvss_v4', /^CVSS:4\.0\//, '4.0'],
] as const;

/** `scores` of 2.0, `metrics[].content` of 2.1; products may share a score, so that each vector is kept once. */
function severitiesOf({ value, at }: Placed<JsonObject>): AdvisorySeverity[] {
  const scores = [
    ...objectsIn(value, 'scores', at, maxSeverities),
    ...objectsIn(value, 'metrics', at, maxSeverities).flatMap(
      (metric) => objectIn(metric.value, 'content', metric.at) ?? [],
    ),
  ];
  const kept = new Map<string, AdvisorySeverity>();
  for (const score of scores) {
    for (const [key, pattern, version] of vectors) {
      const cvss = objectIn(score.value, key, score.at);
      const vector = cvss && textIn(cvss.value, 'vectorString', cvss.at, maxNameLength);
      if (!cvss || vector === undefined || !pattern.test(vector)) continue;
      const base = numberIn(cvss.value, 'baseScore', cvss.at);
      kept.set(vector, { version, vector, ...(base === undefined ? {} : { score: base }), source: 'vendor' });
    }
  }
  return [...kept.values()];
}

function cwesOf({ value, at }: Placed<JsonObject>): string[] {
  const one = objectIn(value, 'cwe', at);
  const all = [...(one ? [one] : []), ...objectsIn(value, 'cwes', at, maxAliases)];
  return distinct(
    all.flatMap((cwe) => /^CWE-\d{1,6}$/.exec(textIn(cwe.value, 'id', cwe.at, maxNameLength) ?? '')?.[0] ?? []),
  );
}

function referencesOf({ value, at }: Placed<JsonObject>): AdvisoryReference[] {
  return objectsIn(value, 'references', at, maxAliases)
    .flatMap((reference) => {
      const url = proseIn(reference.value, 'url', reference.at) ?? '';
      const kind = textIn(reference.value, 'category', reference.at, maxNameLength);
      return safeUrl(url) ? [{ url, ...(kind === undefined ? {} : { kind }) }] : [];
    })
    .slice(0, keptReferences);
}
