import { canonicalJson, type Json } from '@bulkhead/kernel';
import { type Hash, leafHash } from '@bulkhead/merkle';
import type { AuditEntryTable } from './tables.ts';

export type EntryContent = Omit<AuditEntryTable, 'leaf_index' | 'leaf_hash'>;

export const contentColumns = [
  'id',
  'at',
  'action',
  'subject',
  'actor_kind',
  'actor_id',
  'actor_name',
  'details',
] as const;

/**
 * The bytes that the tree hashes, one line of canonical JSON (RFC 8785). The index is part of them, so that two entries
 * cannot change places. An export holds these very lines: whoever has them hashes what is there, and needs no code of ours.
 */
export function leafLine(entry: EntryContent, index: number): string {
  const details: Json = JSON.parse(entry.details);
  return canonicalJson({
    v: 1,
    index,
    id: entry.id,
    at: entry.at.toISOString(),
    action: entry.action,
    subject: entry.subject,
    by: { kind: entry.actor_kind, id: entry.actor_id, name: entry.actor_name },
    details,
  });
}

export function entryHash(entry: EntryContent, index: number): Hash {
  return leafHash(leafLine(entry, index));
}
