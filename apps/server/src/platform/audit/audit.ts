import { canonicalJson, type Json, newId, Problem } from '@bulkhead/kernel';
import type { Db } from '../db/database.ts';
import { createAuditStore } from './audit-store.ts';
import type { EntryContent } from './leaf.ts';
import type { actorKinds } from './tables.ts';

export type AuditCode = 'audit.details-too-large';
export class AuditError extends Problem<AuditCode> {}

/** Who did it: a person, an API token, a vehicle, a job, or the system itself. */
export interface Actor {
  readonly kind: (typeof actorKinds)[number];
  readonly id: string;
  readonly name: string;
}

export interface AuditRecord {
  /** What was done, `module.verb`: `identity.revoke`. */
  readonly action: string;
  /** What it was done to: a VIN, a certificate serial, an email. */
  readonly subject: string;
  readonly by: Actor;
  readonly details?: { readonly [key: string]: Json | undefined };
  readonly at: Date;
}

export interface Audit {
  append(record: AuditRecord): Promise<void>;
  /** Many entries in one statement, for bulk work. */
  appendAll(records: readonly AuditRecord[]): Promise<void>;
}

const longestDetails = 64 * 1024;
const longestText = 500;

/** Bounds the memory of one statement; details have up to 64 KiB each. */
const rowsPerStatement = 1_000;

/**
 * Writes audit entries on the handle of the caller's transaction: the change and its entry are committed together or
 * not at all. The sequencer takes committed entries into the Merkle tree.
 */
export function createAudit(db: Db): Audit {
  const store = createAuditStore(db);
  const appendAll = async (records: readonly AuditRecord[]) => {
    for (let i = 0; i < records.length; i += rowsPerStatement)
      await store.insertEntries(records.slice(i, i + rowsPerStatement).map(rowOf));
  };
  return Object.freeze({ append: (record: AuditRecord) => appendAll([record]), appendAll });
}

function rowOf({ action, subject, by, details = {}, at }: AuditRecord): EntryContent {
  const text = canonicalJson(details);
  if (text.length > longestDetails) {
    throw new AuditError(
      'audit.details-too-large',
      `The details of ${action} exceed 64 KiB: keep identifiers, not contents`,
    );
  }
  return {
    id: newId(),
    at,
    action: storable(action),
    subject: storable(subject),
    actor_kind: by.kind,
    actor_id: storable(by.id),
    actor_name: storable(by.name),
    details: text,
  };
}

/** PostgreSQL refuses NUL and lone surrogates; a foreign name must not be able to make its audit entry fail. */
function storable(text: string): string {
  return text.slice(0, longestText).replaceAll('\0', '\uFFFD').toWellFormed();
}
