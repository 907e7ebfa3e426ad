import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { QueueKind } from './record-store.ts';

/** Takes work off the queue in the order it came; other replicas pass over what is taken until the transaction ends. */
export const createQueueStore = (db: Db) => ({
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
    const { rows } = await sql<{ subject: string }>`
      delete from vulnerabilities_queue where id in (
        select id from vulnerabilities_queue where kind = ${kind} order by id limit ${most[kind]} for update skip locked)
      returning subject`.execute(db);
    return { kind, subjects: rows.map(({ subject }) => subject) };
  },
  size: async (): Promise<number> => {
    const { rows } = await sql<{ n: string }>`select count(*)::text as n from vulnerabilities_queue`.execute(db);
    return Number(rows[0]?.n ?? 0);
  },
});
