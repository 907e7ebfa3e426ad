import { isKernelProduct } from '../identity/kernel.ts';
import {
  type JsonObject,
  objectsIn,
  type Placed,
  proseIn,
  quote,
  refuse,
  requiredObject,
  requiredText,
  textIn,
  textsIn,
} from '../json/fields.ts';
import { inside, root } from '../json/place.ts';
import { recordBounds } from '../limits.ts';
import type { Advisory, AdvisoryReference, AffectedPackage } from '../model.ts';
import { compact, distinct, headline, plainText, safeUrl, utc } from '../text.ts';
import { readAffected } from './affected.ts';
import { readApplicability } from './applicability.ts';
import { readMetrics } from './metrics.ts';

const { maxIdLength, maxNameLength, maxContainers, maxAliases, maxTitle, maxSummary, keptReferences, maxAffected } =
  recordBounds;

interface Container extends Placed<JsonObject> {
  /** `cna` or `adp:CISA-ADP`. */
  readonly label: string;
}

/**
 * Reads one CVE record (CVE record format 5.0 to 5.2): the container of the numbering authority and those of the
 * authorized data publishers, each kept apart by its label.
 * @throws AdvisoryError
 */
export function readCve5(record: JsonObject): Advisory {
  const version = requiredText(record, 'dataVersion', root, maxIdLength);
  if (!/^5(\.\d+)*$/.test(version)) {
    const detail = `CVE records of version ${quote(version)} are not known; 5.0 to 5.2 are`;
    throw refuse('advisory.unsupported-version', inside(root, 'dataVersion'), detail);
  }
  const metadata = requiredObject(record, 'cveMetadata', root);
  const id = requiredText(metadata.value, 'cveId', metadata.at, maxIdLength);
  if (!/^CVE-\d{4}-\d{4,19}$/.test(id)) {
    throw refuse('advisory.wrong-value', inside(metadata.at, 'cveId'), `${quote(id)} is no CVE id (CVE-2024-1234)`);
  }
  const date = (key: string) => utc(textIn(metadata.value, key, metadata.at, maxIdLength));
  const containers = containersOf(requiredObject(record, 'containers', root));
  const rejected = textIn(metadata.value, 'state', metadata.at, maxIdLength) === 'REJECTED';
  const modified = date('dateUpdated');
  const published = date('datePublished');
  return compact<Advisory>({
    id,
    format: 'cve5',
    aliases: [],
    related: [],
    ...textsOf(containers),
    published,
    modified,
    withdrawn: rejected ? (date('dateRejected') ?? modified ?? published ?? '1970-01-01T00:00:00.000Z') : undefined,
    ...metricsOf(containers),
    cwes: distinct(containers.flatMap(cwesOf)),
    references: containers.flatMap(referencesOf).slice(0, keptReferences),
    affected: affectedOf(containers),
    document: undefined,
  });
}

function containersOf({ value, at }: Placed<JsonObject>): Container[] {
  const cna = requiredObject(value, 'cna', at);
  const adp = objectsIn(value, 'adp', at, maxContainers).map((container) => {
    const provider = requiredObject(container.value, 'providerMetadata', container.at);
    const name =
      textIn(provider.value, 'shortName', provider.at, maxIdLength) ??
      textIn(provider.value, 'orgId', provider.at, maxIdLength);
    return { ...container, label: `adp:${plainText(name ?? 'unnamed', 60)}` };
  });
  return [{ ...cna, label: 'cna' }, ...adp];
}

function affectedOf(containers: readonly Container[]): AffectedPackage[] {
  const all = containers.flatMap((container) => {
    const affected = readAffected(container, container.label);
    const hasKernelRanges = affected.some(
      ({ vendor, product, versions }) => isKernelProduct(vendor, product) && versions.length > 0,
    );
    return [...affected, ...readApplicability(container, container.label, hasKernelRanges)];
  });
  if (all.length <= maxAffected) return all;
  const detail = `${all.length} affected products are more than the limit of ${maxAffected}`;
  throw refuse('advisory.too-many', inside(root, 'containers'), detail);
}

function textsOf(containers: readonly Container[]): Pick<Advisory, 'title' | 'summary' | 'remedies'> {
  const cna = containers[0] as Container;
  const english = (key: string, container = cna) =>
    objectsIn(container.value, key, container.at, maxAliases)
      .filter(({ value, at }) => /^en\b/i.test(textIn(value, 'lang', at, maxIdLength) ?? 'en'))
      .map(({ value, at }) => proseIn(value, 'value', at) ?? '');
  const summary = plainText(english('descriptions')[0] ?? english('rejectedReasons')[0] ?? '', maxSummary);
  const title = plainText(proseIn(cna.value, 'title', cna.at) ?? '', maxTitle);
  const remedies = [...english('solutions'), ...english('workarounds')]
    .slice(0, 10)
    .map((text) => plainText(text, maxSummary));
  return { title: title || headline(summary, maxTitle), summary, ...(remedies.length > 0 ? { remedies } : {}) };
}

function metricsOf(containers: readonly Container[]): Pick<Advisory, 'severities' | 'exploitation' | 'kevMark'> {
  const metrics = containers.map((container) => readMetrics(container, container.label));
  const exploitation = metrics.findLast((one) => one.exploitation)?.exploitation;
  const kevMark = metrics.findLast((one) => one.kevMark)?.kevMark;
  return {
    severities: metrics.flatMap(({ severities }) => severities),
    ...(exploitation ? { exploitation } : {}),
    ...(kevMark ? { kevMark } : {}),
  };
}

function cwesOf({ value, at }: Container): string[] {
  return objectsIn(value, 'problemTypes', at, maxAliases).flatMap((problem) =>
    objectsIn(problem.value, 'descriptions', problem.at, maxAliases).flatMap((description) => {
      const id = textIn(description.value, 'cweId', description.at, maxNameLength);
      const text = proseIn(description.value, 'description', description.at) ?? '';
      return /^CWE-\d{1,6}$/.exec(id ?? '')?.[0] ?? /^CWE-\d{1,6}\b/.exec(text)?.[0] ?? [];
    }),
  );
}

function referencesOf({ value, at }: Container): AdvisoryReference[] {
  return objectsIn(value, 'references', at, maxAliases).flatMap((reference) => {
    const url = proseIn(reference.value, 'url', reference.at) ?? '';
    const kind = textsIn(reference.value, 'tags', reference.at, maxContainers, maxNameLength).find(
      (tag) => !tag.startsWith('x_'),
    );
    return safeUrl(url) ? [{ url, ...(kind === undefined ? {} : { kind }) }] : [];
  });
}
