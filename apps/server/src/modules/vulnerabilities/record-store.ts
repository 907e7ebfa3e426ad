import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { KnownRecord, MergedFacts, RecordHead } from './domain/merge-records.ts';
import './tables.ts';

export interface NewRecord {
  readonly id: string;
  readonly ref: string;
  readonly format: 'cve5' | 'osv' | 'csaf' | 'own';
  /** SHA-256 in hex of what follows. */
  readonly hash: string;
  readonly head: string;
  readonly affected: string;
  readonly withdrawn: string | null;
  readonly modified: string | null;
  readonly subjects: readonly string[];
  readonly keys: readonly string[];
}

export type QueueKind = 'case' | 'vulnerability' | 'component' | 'software' | 'rerank' | 'context';

const json = (value: unknown) => JSON.stringify(value);

/** Writes records, what they are about, and the facts of vulnerabilities that follow from them. */
export const createRecordStore = (db: Db) => ({ ...records(db), ...facts(db) });
export type RecordStore = ReturnType<typeof createRecordStore>;

const records = (db: Db) => ({
  /** Of the given (ref, hash) pairs those that a source does not have in exactly this form. */
  changed: async (sourceId: string, records: readonly Pick<NewRecord, 'ref' | 'hash'>[]): Promise<Set<string>> => {
    const { rows } = await sql<{ ref: string }>`
      select g.ref from jsonb_to_recordset(${json(records.map(({ ref, hash }) => ({ ref, hash })))}::jsonb) as g(ref text, hash text)
      left join vulnerabilities_record r on r.source_id = ${sourceId} and r.ref = g.ref
      where r.id is null or r.hash <> decode(g.hash, 'hex')`.execute(db);
    return new Set(rows.map(({ ref }) => ref));
  },

  upsert: async (sourceId: string, records: readonly NewRecord[], now: Date): Promise<Map<string, string>> => {
    const { rows } = await sql<{ id: string; ref: string }>`
      insert into vulnerabilities_record (id, source_id, ref, format, hash, head, affected, withdrawn_at, modified_at, received_at)
      select id, ${sourceId}, ref, format, decode(hash, 'hex'), head, affected, withdrawn, modified, ${now}
      from jsonb_to_recordset(${json(records)}::jsonb)
        as r(id uuid, ref text, format text, hash text, head text, affected text, withdrawn timestamptz, modified timestamptz)
      order by ref
      on conflict (source_id, ref) do update set format = excluded.format, hash = excluded.hash, head = excluded.head,
        affected = excluded.affected, withdrawn_at = excluded.withdrawn_at, modified_at = excluded.modified_at, received_at = excluded.received_at
      returning id, ref`.execute(db);
    return new Map(rows.map(({ id, ref }) => [ref, id]));
  },

  /** Replaces what records are about and under which keys they are found; answers every vulnerability touched, before or after. */
  link: async (
    links: readonly {
      readonly recordId: string;
      readonly subjects: readonly string[];
      readonly keys: readonly string[];
    }[],
    newIds: ReadonlyMap<string, string>,
    now: Date,
  ): Promise<string[]> => {
    const ids = links.map(({ recordId }) => recordId);
    const before = await db
      .deleteFrom('vulnerabilities_subject')
      .where(sql<boolean>`record_id = any(${ids}::uuid[])`)
      .returning('vulnerability_id')
      .execute();
    await ensureVulnerabilities(db, newIds, now);
    const subjects = links.flatMap(({ recordId, subjects }) => subjects.map((ref) => ({ recordId, ref })));
    const { rows } = await sql<{ vulnerability_id: string }>`
      insert into vulnerabilities_subject (record_id, vulnerability_id)
      select l."recordId", v.id from jsonb_to_recordset(${json(subjects)}::jsonb) as l("recordId" uuid, ref text)
      join vulnerabilities_vulnerability v on v.ref = l.ref returning vulnerability_id`.execute(db);
    await sql`delete from vulnerabilities_record_key where record_id = any(${ids}::uuid[])`.execute(db);
    const keys = links.flatMap(({ recordId, keys }) => keys.map((key) => ({ recordId, key })));
    await sql`insert into vulnerabilities_record_key (key, record_id)
      select k.key, k."recordId" from jsonb_to_recordset(${json(keys)}::jsonb) as k("recordId" uuid, key text)
      on conflict do nothing`.execute(db);
    return [...new Set([...before, ...rows].map((row) => row.vulnerability_id))];
  },
});

const facts = (db: Db) => ({
  /** Everything that the records of these vulnerabilities say beside the versions. */
  recordsOf: async (
    vulnerabilityIds: readonly string[],
  ): Promise<Map<string, { ref: string; records: KnownRecord[] }>> => {
    const { rows } = await sql<{
      vulnerability_id: string;
      ref: string;
      record: string | null;
      format: KnownRecord['format'];
      withdrawn: boolean;
      head: string;
    }>`
      select v.id as vulnerability_id, v.ref, r.ref as record, r.format, r.withdrawn_at is not null as withdrawn, r.head
      from vulnerabilities_vulnerability v
      left join vulnerabilities_subject s on s.vulnerability_id = v.id left join vulnerabilities_record r on r.id = s.record_id
      where v.id = any(${[...vulnerabilityIds]}::uuid[])`.execute(db);
    const found = new Map<string, { ref: string; records: KnownRecord[] }>();
    for (const row of rows) {
      const entry = found.get(row.vulnerability_id) ?? { ref: row.ref, records: [] };
      found.set(row.vulnerability_id, entry);
      if (row.record !== null)
        entry.records.push({
          ref: row.record,
          format: row.format,
          withdrawn: row.withdrawn,
          head: JSON.parse(row.head) as RecordHead,
        });
    }
    return found;
  },

  saveFacts: async (facts: readonly ({ readonly id: string } & MergedFacts)[], now: Date): Promise<void> => {
    await sql`update vulnerabilities_vulnerability v set title = f.title, summary = f.summary, severity = f.severity, cvss = f.cvss,
        scores = f.scores, exploitation = f.exploitation, exploitation_source = f."exploitationSource", automatable = f.automatable,
        published_at = f.published, modified_at = f.modified,
        withdrawn_at = case when f.withdrawn then coalesce(v.withdrawn_at, ${now}) end
      from jsonb_to_recordset(${json(facts)}::jsonb) as f(id uuid, title text, summary text, severity text, cvss real, scores jsonb,
        exploitation text, "exploitationSource" text, automatable boolean, published timestamptz, modified timestamptz, withdrawn boolean)
      where v.id = f.id`.execute(db);
  },

  /** Records of a source that are gone from it; answers the vulnerabilities they were about. */
  remove: async (
    sourceId: string,
    refs: readonly string[] | 'all',
  ): Promise<{ records: number; vulnerabilityIds: string[] }> => {
    const gone = await db
      .deleteFrom('vulnerabilities_record')
      .where('source_id', '=', sourceId)
      .$if(refs !== 'all', (query) => query.where(sql<boolean>`ref = any(${refs === 'all' ? [] : [...refs]}::text[])`))
      .returning('id')
      .execute();
    const ids = gone.map(({ id }) => id);
    await sql`delete from vulnerabilities_record_key where record_id = any(${ids}::uuid[])`.execute(db);
    const subjects = await db
      .deleteFrom('vulnerabilities_subject')
      .where(sql<boolean>`record_id = any(${ids}::uuid[])`)
      .returning('vulnerability_id')
      .execute();
    return { records: ids.length, vulnerabilityIds: [...new Set(subjects.map((row) => row.vulnerability_id))] };
  },

  /** Of these vulnerabilities those that have a case, or are urgent somewhere, so that one may open. */
  enqueueCases: async (vulnerabilityIds: readonly string[]): Promise<void> => {
    if (vulnerabilityIds.length === 0) return;
    await sql`insert into vulnerabilities_queue (kind, subject)
      select 'case', v.id from unnest(${[...vulnerabilityIds].sort()}::uuid[]) as v(id)
      where exists (select from vulnerabilities_case c where c.vulnerability_id = v.id) or exists (
        select from vulnerabilities_finding f where f.vulnerability_id = v.id and f.outcome in ('immediate', 'out-of-cycle'))
      on conflict (kind, subject) do nothing`.execute(db);
  },

  enqueue: async (kind: QueueKind, subjects: readonly string[]): Promise<void> => {
    if (subjects.length === 0) return;
    await sql`insert into vulnerabilities_queue (kind, subject) select ${kind}, s from unnest(${[...subjects].sort()}::uuid[]) as s
      on conflict (kind, subject) do nothing`.execute(db);
  },
});

/** In the order of refs, so that two batches that name the same new ids do not wait for each other in a ring. */
async function ensureVulnerabilities(db: Db, ids: ReadonlyMap<string, string>, now: Date): Promise<void> {
  const rows = [...ids].map(([ref, id]) => ({ ref, id }));
  await sql`insert into vulnerabilities_vulnerability (id, ref, epss, epss_percentile, epss_on, created_at)
    select n.id, n.ref, e.score, e.percentile, e.day, ${now} from jsonb_to_recordset(${json(rows)}::jsonb) as n(id uuid, ref text)
    left join vulnerabilities_epss e on e.ref = n.ref order by n.ref
    on conflict (ref) do nothing`.execute(db);
}
