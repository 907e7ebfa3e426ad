export const actorKinds = ['operator', 'token', 'vehicle', 'job', 'system'] as const;

export interface AuditEntryTable {
  id: string;
  at: Date;
  action: string;
  subject: string;
  actor_kind: (typeof actorKinds)[number];
  actor_id: string;
  actor_name: string;
  details: string;
  leaf_index: string | null;
  leaf_hash: Buffer | null;
}

export interface AuditTreeTable {
  singleton: boolean;
  size: string;
  range: Buffer[];
}

export interface AuditCheckpointTable {
  size: string;
  root: Buffer;
  note: string;
  at: Date;
}

declare module '../db/tables.ts' {
  interface Tables {
    platform_audit_entry: AuditEntryTable;
    platform_audit_tree: AuditTreeTable;
    platform_audit_checkpoint: AuditCheckpointTable;
  }
}
