import { type AuditEntry, type ListQuery, systemOperations } from '@bulkhead/contract';
import { formatNoteKey, type NoteKey } from '@bulkhead/merkle';
import type { Db } from '../db/database.ts';
import { defineList } from '../db/filter-sql.ts';
import { pageOf } from '../db/page.ts';
import { createAuditStore } from './audit-store.ts';
import { contentColumns, type EntryContent } from './leaf.ts';
import { exportLines } from './log-views.ts';

const auditList = defineList(
  systemOperations.listAudit.list,
  { action: 'e.action', subject: 'e.subject', actor: 'e.actor_name', actorKind: 'e.actor_kind', at: 'e.at' },
  'e.id',
);

/** Read models of the audit log. */
export const createAuditViews = (db: Db) =>
  Object.freeze({
    entriesPage: async (query: ListQuery) => {
      const select = db
        .selectFrom('platform_audit_entry as e')
        .select([...contentColumns.map((name) => `e.${name}` as const), 'e.leaf_index']);
      const { rows, ...page } = await pageOf(select, auditList, query);
      return { ...page, items: rows.map(entryOf) };
    },
    /** The newest signed checkpoint, or null before the first entry. */
    latestCheckpoint: async (key: NoteKey) => {
      const row = await createAuditStore(db).newestCheckpoint();
      return {
        checkpoint: row?.note ?? null,
        size: row?.size ?? 0,
        rootHash: row?.root.toString('base64') ?? '',
        key: formatNoteKey(key),
        at: row?.at.toISOString() ?? null,
      };
    },
    /** How many entries the newest checkpoint covers, and when it was signed. */
    size: async (): Promise<{ size: number; at: Date | null }> => {
      const row = await createAuditStore(db).newestCheckpoint();
      return { size: row?.size ?? 0, at: row?.at ?? null };
    },
    exportLines: (from?: number, to?: number) => exportLines(db, from, to),
  });

function entryOf(row: EntryContent & { leaf_index: string | null }): AuditEntry {
  return {
    id: row.id,
    index: row.leaf_index === null ? null : Number(row.leaf_index),
    at: row.at.toISOString(),
    action: row.action,
    subject: row.subject,
    by: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
    details: readDetails(row.details),
  };
}

/** A row that somebody changed must still be shown: that is when the log is read most. */
function readDetails(text: string): AuditEntry['details'] {
  try {
    return JSON.parse(text) as AuditEntry['details'];
  } catch {
    return { unreadable: text };
  }
}
