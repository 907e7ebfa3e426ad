import type { Hash } from '@bulkhead/merkle';
import type { Db } from '../db/database.ts';
import { contentColumns, type EntryContent, leafLine } from './leaf.ts';

export interface SequencedEntry extends EntryContent {
  readonly index: number;
  readonly leaf_hash: Buffer | null;
}

export interface StoredCheckpoint {
  readonly size: number;
  readonly root: Hash;
  readonly note: string;
}

const pageSize = 2_000;

/** Sequenced entries in tree order from index `from`, page by page. */
export async function* readEntries(
  db: Db,
  from: number,
  to = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<SequencedEntry, undefined> {
  let next = from;
  for (;;) {
    const rows = await db
      .selectFrom('platform_audit_entry')
      .select([...contentColumns, 'leaf_index', 'leaf_hash'])
      .where('leaf_index', '>=', String(next))
      .where('leaf_index', '<', String(to))
      .orderBy('leaf_index')
      .limit(pageSize)
      .execute();
    for (const { leaf_index, ...row } of rows) {
      next = Number(leaf_index) + 1;
      yield { ...row, index: Number(leaf_index) };
    }
    if (rows.length < pageSize) return;
  }
}

export async function* readCheckpoints(db: Db): AsyncGenerator<StoredCheckpoint, undefined> {
  let last = '0';
  for (;;) {
    const rows = await db
      .selectFrom('platform_audit_checkpoint')
      .select(['size', 'root', 'note'])
      .where('size', '>', last)
      .orderBy('size')
      .limit(pageSize)
      .execute();
    for (const row of rows) {
      last = row.size;
      yield { ...row, size: Number(row.size) };
    }
    if (rows.length < pageSize) return;
  }
}

/**
 * The log as lines of NDJSON, each exactly the bytes that were hashed: `leafHash(line)` of all lines from 0 gives the
 * tree of the signed checkpoint. `to` is exclusive.
 */
export async function* exportLines(db: Db, from = 0, to?: number): AsyncGenerator<string, undefined> {
  for await (const entry of readEntries(db, from, to)) yield leafLine(entry, entry.index);
}
