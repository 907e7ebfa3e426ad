import { createHash } from 'node:crypto';
import { type Advisory, packageKeysOf } from '@bulkhead/advisories';
import { newId } from '@bulkhead/kernel';
import type { Db } from '../../platform/db/database.ts';
import type { VulnerabilityDeps } from './deps.ts';
import { mergeRecords, type RecordHead } from './domain/merge-records.ts';
import { subjectsOf } from './domain/subjects.ts';
import { createRecordStore, type NewRecord } from './record-store.ts';
import { createSignalStore, type EpssRow, type KevRow } from './signal-store.ts';

export interface IntakeResult {
  readonly changed: number;
  readonly unchanged: number;
}

function headOf(advisory: Advisory): RecordHead {
  const { title, summary, aliases, related, severities, cwes, references, exploitation, kevMark } = advisory;
  const { published, modified, remedies } = advisory;
  return {
    title,
    summary,
    aliases,
    related,
    severities,
    cwes,
    references,
    ...(exploitation ? { exploitation } : {}),
    ...(kevMark ? { kevMark } : {}),
    ...(published ? { published } : {}),
    ...(modified ? { modified } : {}),
    ...(remedies ? { remedies } : {}),
  };
}

/** What JSON cannot carry into the database: NUL and half surrogates become the replacement character. */
const storable = (text: string) => text.replaceAll('\\u0000', '\\ufffd').toWellFormed();

function recordOf(advisory: Advisory): NewRecord {
  const head = storable(JSON.stringify(headOf(advisory)));
  const affected = storable(JSON.stringify(advisory.affected));
  const withdrawn = advisory.withdrawn ?? null;
  const hash = createHash('sha256')
    .update(JSON.stringify([advisory.id, advisory.format, withdrawn]))
    .update(head)
    .update(affected)
    .digest('hex');
  return {
    id: newId(),
    ref: advisory.id,
    format: advisory.format,
    hash,
    head,
    affected,
    withdrawn,
    modified: advisory.modified ?? null,
    subjects: subjectsOf(advisory),
    keys: [...new Set(packageKeysOf(advisory))],
  };
}

/** Takes what sources bring. Idempotent: the same record again changes nothing and is not matched again. */
export const createIntake = ({ clock, wake }: Pick<VulnerabilityDeps, 'clock' | 'wake'>) => ({
  /** At most a few hundred records at once; runs in the caller's transaction, which also holds how far the source was read. */
  records: async (tx: Db, sourceId: string, advisories: readonly Advisory[]): Promise<IntakeResult> => {
    // the last one of a batch that names an id twice is the one that holds
    const given = [...new Map(advisories.map((advisory) => [advisory.id, advisory])).values()].map(recordOf);
    const store = createRecordStore(tx);
    const changed = await store.changed(sourceId, given);
    const records = given.filter(({ ref }) => changed.has(ref));
    if (records.length > 0) await storeRecords(tx, sourceId, records, clock.now());
    if (records.length > 0) await wake(tx);
    return { changed: records.length, unchanged: given.length - records.length };
  },

  /** Records that the source does not have any more. */
  removed: async (tx: Db, sourceId: string, refs: readonly string[] | 'all'): Promise<number> => {
    const store = createRecordStore(tx);
    const { records, vulnerabilityIds } = await store.remove(sourceId, refs);
    await refreshFacts(tx, vulnerabilityIds, clock.now());
    await store.enqueue('vulnerability', vulnerabilityIds);
    if (records > 0) await wake(tx);
    return records;
  },

  /** Known exploited vulnerabilities. With `complete` the rows are the whole catalogue, and what it does not name is none any more. */
  kev: async (tx: Db, rows: readonly KevRow[], complete: boolean): Promise<number> => {
    const changed = await createSignalStore(tx).saveKev(rows, complete, clock.now());
    await createRecordStore(tx).enqueue('rerank', changed);
    if (changed.length > 0) await wake(tx);
    return changed.length;
  },

  /** Exploit prediction scores, kept for vulnerabilities that come later as well. Answers how many known ones changed with findings. */
  epss: async (tx: Db, on: string, rows: readonly EpssRow[]): Promise<number> => {
    const changed = await createSignalStore(tx).saveEpss(on, rows);
    await createRecordStore(tx).enqueue('rerank', changed);
    if (changed.length > 0) await wake(tx);
    return changed.length;
  },

  /** The source of the scores is gone. */
  forgetEpss: async (tx: Db): Promise<void> => {
    const changed = await createSignalStore(tx).forgetEpss();
    await createRecordStore(tx).enqueue('rerank', changed);
    if (changed.length > 0) await wake(tx);
  },
});
export type Intake = ReturnType<typeof createIntake>;

async function storeRecords(tx: Db, sourceId: string, records: readonly NewRecord[], now: Date): Promise<void> {
  const store = createRecordStore(tx);
  const ids = await store.upsert(sourceId, records, now);
  const links = records.map(({ ref, subjects, keys }) => ({ recordId: ids.get(ref) ?? '', subjects, keys }));
  const refs = new Set(records.flatMap(({ subjects }) => subjects));
  const touched = await store.link(links, new Map([...refs].map((ref) => [ref, newId()])), now);
  await refreshFacts(tx, touched, now);
  await store.enqueue('vulnerability', touched);
}

async function refreshFacts(tx: Db, vulnerabilityIds: readonly string[], now: Date): Promise<void> {
  if (vulnerabilityIds.length === 0) return;
  const store = createRecordStore(tx);
  const known = await store.recordsOf(vulnerabilityIds);
  await store.saveFacts(
    [...known].map(([id, { ref, records }]) => ({ id, ...mergeRecords(ref, records) })),
    now,
  );
}
