import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { QueueKind } from './record-store.ts';

const matcherLock = 'vulnerabilities.matcher';

/** Findings of one pair come from several kinds of work: one transaction at a time changes them, in the whole platform. */
export const createQueueStore = (db: Db) => ({
  /** False while another transaction holds the matcher; until this one ends it is ours. */
  claim: async (): Promise<boolean> => {
    const { rows } = await sql<{ ours: boolean }>`
      select pg_try_advisory_xact_lock(hashtext(${matcherLock})) as ours`.execute(db);
    return rows[0]?.ours === true;
  },
  /** Waits for the matcher: for changes that people make, which must not be refused. */
  hold: async (): Promise<void> => {
    await sql`select pg_advisory_xact_lock(hashtext(${matcherLock}))`.execute(db);
  },

  take: async (
    most: Readonly<Record<QueueKind, number>>,
  ): Promise<{ kind: QueueKind; subjects: string[] } | undefined> => {
    const first = await db
      .selectFrom('vulnerabilities_queue')
      .select('kind')
      .orderBy('id')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (!first) return undefined;
    const kind = first.kind as QueueKind;
    // an array is read once; a list to be joined may be read again for every row, of a queue that grew before it was analysed
    const { rows } = await sql<{ subject: string }>`
      delete from vulnerabilities_queue where id = any(array(
        select id from vulnerabilities_queue where kind = ${kind} order by id limit ${most[kind]} for update skip locked))
      returning subject`.execute(db);
    return { kind, subjects: rows.map(({ subject }) => subject) };
  },
  /** Takes these off the queue because they are carried out elsewhere. */
  drop: (kind: QueueKind, subjects: readonly string[]) =>
    db
      .deleteFrom('vulnerabilities_queue')
      .where('kind', '=', kind)
      .where(sql<boolean>`subject = any(${[...subjects]}::uuid[])`)
      .execute(),
  size: async (): Promise<number> => {
    const { rows } = await sql<{ n: string }>`select count(*)::text as n from vulnerabilities_queue`.execute(db);
    return Number(rows[0]?.n ?? 0);
  },
});
