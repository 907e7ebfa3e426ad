import { AdvisoryError } from '../error.ts';
import {
  asObject,
  type JsonObject,
  listIn,
  numberIn,
  proseIn,
  quote,
  refuse,
  requiredText,
  textIn,
  textsIn,
} from '../json/fields.ts';
import { inside, type Place, root } from '../json/place.ts';
import { recordBounds } from '../limits.ts';
import { compact, plainText } from '../text.ts';

/** One entry of CISA's catalogue of known exploited vulnerabilities. */
export interface KevEntry {
  readonly cve: string;
  readonly vendor: string;
  readonly product: string;
  readonly name: string;
  /** Dates without time, as the catalogue has them. */
  readonly dateAdded: string;
  readonly dueDate?: string;
  readonly ransomware: boolean;
  readonly requiredAction: string;
  readonly description: string;
  readonly cwes: readonly string[];
}

export interface KevCatalogue {
  readonly version: string;
  readonly released?: string;
  readonly entries: readonly KevEntry[];
  /** Entries that could not be read, each with its reason. */
  readonly setAside: readonly AdvisoryError[];
}

const { maxIdLength, maxKevEntries, maxNameLength, maxTitle, maxSummary } = recordBounds;

/**
 * Reads the catalogue. An entry that is broken is set aside and the rest goes on; a catalogue shorter than its own
 * `count` was cut on the way and is refused, since a missing entry looks like "not exploited".
 * @throws AdvisoryError
 */
export function readKev(document: unknown): KevCatalogue {
  const json = asObject(document, root);
  const version = requiredText(json, 'catalogVersion', root, maxIdLength);
  const list = listIn(json, 'vulnerabilities', root, maxKevEntries);
  const count = numberIn(json, 'count', root);
  if (count !== undefined && count !== list.length) {
    const detail = `the catalogue says ${count} entries and holds ${list.length}; fetch it again`;
    throw refuse('advisory.wrong-value', inside(root, 'count'), detail);
  }
  const entries: KevEntry[] = [];
  const setAside: AdvisoryError[] = [];
  for (const [i, item] of list.entries()) {
    try {
      const at = inside(inside(root, 'vulnerabilities'), i);
      entries.push(readEntry(asObject(item, at), at));
    } catch (error) {
      if (!(error instanceof AdvisoryError)) throw error;
      setAside.push(error);
    }
  }
  return compact<KevCatalogue>({
    version,
    released: textIn(json, 'dateReleased', root, maxIdLength),
    entries,
    setAside,
  });
}

function readEntry(value: JsonObject, at: Place): KevEntry {
  const cve = requiredText(value, 'cveID', at, maxIdLength);
  if (!/^CVE-\d{4}-\d{4,19}$/.test(cve))
    throw refuse('advisory.wrong-value', inside(at, 'cveID'), `${quote(cve)} is no CVE id`);
  const date = (key: string) => {
    const text = textIn(value, key, at, maxIdLength);
    if (text === undefined || /^\d{4}-\d\d-\d\d$/.test(text)) return text;
    throw refuse('advisory.wrong-value', inside(at, key), `${quote(text)} is no date; write 2026-01-31`);
  };
  const dateAdded = date('dateAdded');
  if (dateAdded === undefined)
    throw refuse('advisory.missing-field', inside(at, 'dateAdded'), 'is required and missing; add it');
  return compact<KevEntry>({
    cve,
    vendor: textIn(value, 'vendorProject', at, maxNameLength) ?? '',
    product: textIn(value, 'product', at, maxNameLength) ?? '',
    name: plainText(proseIn(value, 'vulnerabilityName', at) ?? '', maxTitle),
    dateAdded,
    dueDate: date('dueDate'),
    ransomware: textIn(value, 'knownRansomwareCampaignUse', at, maxIdLength)?.toLowerCase() === 'known',
    requiredAction: plainText(proseIn(value, 'requiredAction', at) ?? '', maxSummary),
    description: plainText(proseIn(value, 'shortDescription', at) ?? '', maxSummary),
    cwes: textsIn(value, 'cwes', at, 100, maxIdLength).filter((cwe) => /^CWE-\d{1,6}$/.test(cwe)),
  });
}
