import type { Advisory, AdvisorySeverity } from '@bulkhead/advisories';
import { tryScoreCvss } from '@bulkhead/scoring';
import type { StoredScore } from './stored.ts';

/** What a record says beside the versions; stored as JSON and never queried inside. */
export type RecordHead = Pick<
  Advisory,
  'title' | 'summary' | 'aliases' | 'related' | 'severities' | 'exploitation' | 'kevMark' | 'cwes' | 'references'
> & { readonly published?: string; readonly modified?: string; readonly remedies?: readonly string[] };

export interface KnownRecord {
  readonly ref: string;
  readonly format: Advisory['format'];
  readonly withdrawn: boolean;
  readonly head: RecordHead;
}

/** The facts of a vulnerability that come from records; KEV and EPSS have sources of their own. */
export interface MergedFacts {
  readonly title: string;
  readonly summary: string;
  readonly severity: 'unknown' | StoredScore['severity'];
  readonly cvss: number | null;
  readonly scores: readonly StoredScore[];
  readonly exploitation: 'none' | 'poc' | 'active';
  readonly exploitationSource: string | null;
  readonly automatable: boolean | null;
  readonly published: string | null;
  readonly modified: string | null;
  readonly withdrawn: boolean;
}

const formatOrder: Readonly<Record<Advisory['format'], number>> = { own: 0, cve5: 1, csaf: 2, osv: 3 };
const exploitationOrder = ['none', 'poc', 'active'] as const;

/** Ours before the one who assigned the id, before others; the newer CVSS version first within one source. */
const sourceOrder = (source: string) =>
  source === 'own' ? 0 : source === 'cna' ? 1 : source.startsWith('adp') ? 2 : 3;

/** A record whose own id is the vulnerability's knows it best; then by format. */
function inOrder(ref: string, records: readonly KnownRecord[]): readonly KnownRecord[] {
  const weight = (record: KnownRecord) => (record.ref === ref ? 0 : 10) + formatOrder[record.format];
  return records.toSorted((a, b) => weight(a) - weight(b) || (a.ref < b.ref ? -1 : 1));
}

function scoreOf({ vector, source }: AdvisorySeverity): StoredScore[] {
  const cvss = tryScoreCvss(vector);
  return cvss
    ? [{ version: cvss.version, vector: cvss.vector, score: cvss.base, severity: cvss.severity, source }]
    : [];
}

function scoresOf(records: readonly KnownRecord[]): StoredScore[] {
  const all = records.flatMap(({ head }) => head.severities.flatMap(scoreOf));
  const unique = [...new Map(all.map((score) => [`${score.source} ${score.vector}`, score])).values()];
  return unique
    .toSorted((a, b) => sourceOrder(a.source) - sourceOrder(b.source) || (a.version > b.version ? -1 : 1))
    .slice(0, 20);
}

/** Every score is kept with its source and vector; none is merged with another (CVSS versions do not compare). */
export function mergeRecords(ref: string, all: readonly KnownRecord[]): MergedFacts {
  const standing = all.filter(({ withdrawn }) => !withdrawn);
  const records = inOrder(ref, standing.length > 0 ? standing : all);
  const scores = scoresOf(records);
  const marks = records.flatMap(({ head }) => (head.exploitation ? [head.exploitation] : []));
  const worst = marks
    .filter(({ exploitation }) => exploitation !== undefined)
    .toSorted(
      (a, b) =>
        exploitationOrder.indexOf(b.exploitation ?? 'none') - exploitationOrder.indexOf(a.exploitation ?? 'none'),
    )
    .at(0);
  const times = (pick: (head: RecordHead) => string | undefined) =>
    records.flatMap(({ head }) => pick(head) ?? []).toSorted();
  return {
    title: records.find(({ head }) => head.title !== '')?.head.title ?? '',
    summary: records.find(({ head }) => head.summary !== '')?.head.summary ?? '',
    severity: scores[0]?.severity ?? 'unknown',
    cvss: scores[0]?.score ?? null,
    scores,
    exploitation: worst?.exploitation ?? 'none',
    exploitationSource: worst?.source ?? null,
    automatable: marks.find(({ automatable }) => automatable !== undefined)?.automatable ?? null,
    published: times((head) => head.published).at(0) ?? null,
    modified: times((head) => head.modified).at(-1) ?? null,
    withdrawn: standing.length === 0,
  };
}
