import type { CompactRange, Hash } from '@bulkhead/merkle';
import { type Insertable, sql } from 'kysely';
import type { Db } from '../db/database.ts';
import { contentColumns, type EntryContent } from './leaf.ts';
import type { AuditCheckpointTable } from './tables.ts';

/** An entry's place in the tree. */
export interface Leaf {
  readonly id: string;
  readonly index: number;
  readonly hash: Hash;
}

/** "audt": one replica at a time extends the tree. */
const sequencerLock = 0x61756474;

/** The only SQL that writes the audit log, its tree and its checkpoints. */
export const createAuditStore = (db: Db) =>
  Object.freeze({
    /** One array per column: the statement stays the same for any number of rows, and is parsed as fast as for one. */
    insertEntries: async (rows: readonly EntryContent[]): Promise<void> => {
      await sql`insert into platform_audit_entry (id, at, action, subject, actor_kind, actor_id, actor_name, details)
        select * from unnest(${rows.map((row) => row.id)}::uuid[], ${rows.map((row) => row.at.toISOString())}::timestamptz[],
          ${rows.map((row) => row.action)}::text[], ${rows.map((row) => row.subject)}::text[],
          ${rows.map((row) => row.actor_kind)}::text[], ${rows.map((row) => row.actor_id)}::text[],
          ${rows.map((row) => row.actor_name)}::text[], ${rows.map((row) => row.details)}::text[])`.execute(db);
    },
    /** Committed entries that the tree does not hold yet, oldest first. */
    unsequenced: (limit: number) =>
      db
        .selectFrom('platform_audit_entry')
        .select(contentColumns)
        .where('leaf_index', 'is', null)
        .orderBy('id')
        .limit(limit)
        .execute(),
    countUnsequenced: async (): Promise<number> => {
      const { n } = await db
        .selectFrom('platform_audit_entry')
        .select(({ fn }) => fn.countAll<string>().as('n'))
        .where('leaf_index', 'is', null)
        .executeTakeFirstOrThrow();
      return Number(n);
    },
    ...treeOf(db),
  });

export type AuditStore = ReturnType<typeof createAuditStore>;

const treeOf = (db: Db) => ({
  /** Until the transaction ends; false when another replica extends the tree right now. */
  lockTree: async (): Promise<boolean> => {
    const { rows } = await sql<{
      mine: boolean;
    }>`select pg_try_advisory_xact_lock(${sequencerLock}::bigint) as mine`.execute(db);
    return rows[0]?.mine ?? false;
  },
  tree: async () => {
    const row = await db.selectFrom('platform_audit_tree').select(['size', 'range']).executeTakeFirst();
    return row && { size: Number(row.size), hashes: row.range };
  },
  saveTree: async (range: CompactRange, added: readonly Leaf[]): Promise<void> => {
    await sql`update platform_audit_entry as e set leaf_index = leaf.index, leaf_hash = leaf.hash
      from unnest(${added.map(({ id }) => id)}::uuid[], ${added.map(({ index }) => index)}::bigint[], ${added.map(({ hash }) => hash)}::bytea[])
        as leaf (id, index, hash)
      where e.id = leaf.id`.execute(db);
    await sql`update platform_audit_tree set size = ${range.size}, range = ${[...range.hashes]}::bytea[]`.execute(db);
  },
  newestCheckpoint: async () => {
    const row = await db
      .selectFrom('platform_audit_checkpoint')
      .selectAll()
      .orderBy('size', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row && { ...row, size: Number(row.size) };
  },
  insertCheckpoint: (row: Insertable<AuditCheckpointTable>) =>
    db.insertInto('platform_audit_checkpoint').values(row).execute(),
});
