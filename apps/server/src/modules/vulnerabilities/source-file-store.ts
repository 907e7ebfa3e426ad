import { newId } from '@bulkhead/kernel';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { SourceFault } from './domain/source-fault.ts';
import './tables.ts';

export interface FileKey {
  readonly folder: string;
  readonly name: string;
}
export interface OpenFile extends FileKey {
  readonly id: string;
  readonly generation: number;
}
export interface ReadFile {
  readonly id: string;
  readonly size: number;
  readonly stamp: string;
  /** Hex; null = to be read again next time. */
  readonly hash: string | null;
  readonly records: number;
  readonly problems: number;
}
export type PlacedFault = SourceFault & { readonly fileId: string; readonly generation: number };

/** Of each source; what is set aside beyond is counted only, because then the source is wrong as a whole. */
export const keptProblems = 1_000;

/** Writes what the files of sources held: which record is in which file, and what could not be read. */
export const createSourceFileStore = (db: Db) => ({
  /** Begins a new reading of files; those seen for the first time are made. */
  open: async (sourceId: string, files: readonly FileKey[]): Promise<OpenFile[]> => {
    if (files.length === 0) return [];
    const json = JSON.stringify(files.map(({ folder, name }) => ({ id: newId(), folder, name })));
    const { rows } = await sql<OpenFile>`
      insert into vulnerabilities_source_file as f (id, source_id, folder, name)
      select id, ${sourceId}, folder, name from jsonb_to_recordset(${json}::jsonb) as g(id uuid, folder text, name text)
      on conflict (source_id, folder, name) do update set generation = f.generation + 1
      returning id, folder, name, generation`.execute(db);
    return rows;
  },

  close: async (files: readonly ReadFile[], now: Date): Promise<void> => {
    if (files.length === 0) return;
    await sql`update vulnerabilities_source_file f set size = g.size, stamp = g.stamp, hash = decode(g.hash, 'hex'),
        records = g.records, problems = g.problems, read_at = ${now}
      from jsonb_to_recordset(${JSON.stringify(files)}::jsonb)
        as g(id uuid, size bigint, stamp bigint, hash text, records int, problems int)
      where f.id = g.id`.execute(db);
    // what was wrong before and is not any more
    await sql`delete from vulnerabilities_source_problem p using vulnerabilities_source_file f
      where f.id = any(${files.map(({ id }) => id)}::uuid[]) and p.file_id = f.id and p.generation < f.generation`.execute(
      db,
    );
  },

  /** The same content as before, under another time. */
  touch: (id: string, size: number, stamp: string) =>
    db.updateTable('vulnerabilities_source_file').set({ size, stamp }).where('id', '=', id).execute(),

  ...marksOf(db),
  ...problemsOf(db),
});

const marksOf = (db: Db) => ({
  mark: async (
    sourceId: string,
    marks: readonly { readonly ref: string; readonly fileId: string; readonly generation: number }[],
  ): Promise<void> => {
    const distinct = [...new Map(marks.map((mark) => [`${mark.fileId} ${mark.ref}`, mark])).values()];
    if (distinct.length === 0) return;
    await sql`insert into vulnerabilities_source_record (source_id, ref, file_id, generation)
      select ${sourceId}, ref, "fileId", generation
      from jsonb_to_recordset(${JSON.stringify(distinct)}::jsonb) as g(ref text, "fileId" uuid, generation int)
      on conflict (source_id, ref, file_id) do update set generation = excluded.generation`.execute(db);
  },

  /**
   * Takes marks of records that files do not hold any more, but for those `except`, at most `limit` at a time. `refs` are those that no other file
   * of the source holds; the others are left with what those files say of them, which has to be read again.
   */
  takeGone: async (sourceId: string, fileIds: readonly string[], except: readonly string[], limit: number) => {
    const { rows } = await sql<{ ref: string }>`
      delete from vulnerabilities_source_record where (source_id, ref, file_id) in (
        select m.source_id, m.ref, m.file_id from vulnerabilities_source_record m
        join vulnerabilities_source_file f on f.id = m.file_id
        where m.file_id = any(${[...fileIds]}::uuid[]) and m.generation < f.generation
          and not (m.ref = any(${[...except]}::text[])) limit ${limit})
      returning ref`.execute(db);
    return splitHeld(
      db,
      sourceId,
      rows.map(({ ref }) => ref),
      limit,
    );
  },

  /** Takes the marks of one file that is gone; with none left the file is deleted. */
  takeFile: async (sourceId: string, fileId: string, limit: number) => {
    const { rows } = await sql<{ ref: string }>`
      delete from vulnerabilities_source_record where (source_id, ref, file_id) in (
        select source_id, ref, file_id from vulnerabilities_source_record where file_id = ${fileId} limit ${limit})
      returning ref`.execute(db);
    if (rows.length < limit) await db.deleteFrom('vulnerabilities_source_file').where('id', '=', fileId).execute();
    return splitHeld(
      db,
      sourceId,
      rows.map(({ ref }) => ref),
      limit,
    );
  },

  /** Drops the marks of records that are removed with their source. */
  forget: (sourceId: string, refs: readonly string[] | 'all') =>
    db
      .deleteFrom('vulnerabilities_source_record')
      .where('source_id', '=', sourceId)
      .$if(refs !== 'all', (query) => query.where(sql<boolean>`ref = any(${refs === 'all' ? [] : [...refs]}::text[])`))
      .execute(),
});

async function splitHeld(db: Db, sourceId: string, refs: readonly string[], limit: number) {
  const { rows } = await sql<{ ref: string; id: string }>`
    select m.ref, m.file_id as id from vulnerabilities_source_record m
    where m.source_id = ${sourceId} and m.ref = any(${[...refs]}::text[])`.execute(db);
  const held = new Set(rows.map(({ ref }) => ref));
  const others = [...new Set(rows.map(({ id }) => id))];
  if (others.length > 0)
    await sql`update vulnerabilities_source_file set hash = null where id = any(${others}::uuid[])`.execute(db);
  return { refs: refs.filter((ref) => !held.has(ref)), again: others.length, more: refs.length === limit };
}

const problemsOf = (db: Db) => ({
  setAside: async (sourceId: string, faults: readonly PlacedFault[], now: Date): Promise<void> => {
    const distinct = [...new Map(faults.map((fault) => [`${fault.fileId} ${fault.record}`, fault])).values()];
    if (distinct.length === 0) return;
    const json = JSON.stringify(distinct.map((fault) => ({ ...fault, id: newId() })));
    await sql`
      with given as (
        select g.*, p.id is not null as known from jsonb_to_recordset(${json}::jsonb)
          as g(id uuid, "fileId" uuid, record text, code text, reason text, excerpt text, generation int)
        left join vulnerabilities_source_problem p on p.file_id = g."fileId" and p.record = g.record),
      kept as (select count(*) as n from vulnerabilities_source_problem where source_id = ${sourceId}),
      chosen as (select *, row_number() over (partition by known) as nth from given)
      insert into vulnerabilities_source_problem as p
        (id, source_id, file_id, record, code, reason, excerpt, generation, first_at, last_at)
      select id, ${sourceId}, "fileId", record, code, reason, excerpt, generation, ${now}, ${now}
      from chosen where known or nth + (select n from kept) <= ${keptProblems}
      on conflict (file_id, record) do update set code = excluded.code, reason = excluded.reason, excerpt = excluded.excerpt,
        generation = excluded.generation, last_at = excluded.last_at, count = p.count + 1`.execute(db);
  },

  /** These records were read well, wherever they were broken before. */
  clear: async (sourceId: string, refs: readonly string[], exceptFiles: readonly string[]): Promise<void> => {
    await sql`with gone as (
        delete from vulnerabilities_source_problem
        where source_id = ${sourceId} and record = any(${[...refs]}::text[]) and not (file_id = any(${[...exceptFiles]}::uuid[]))
        returning file_id)
      update vulnerabilities_source_file f set problems = greatest(0, f.problems - g.n)
      from (select file_id, count(*)::int as n from gone group by file_id) g where f.id = g.file_id`.execute(db);
  },
});
