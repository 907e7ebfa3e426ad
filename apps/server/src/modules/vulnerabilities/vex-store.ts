import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { StatementState } from './tables.ts';
import './tables.ts';

const json = (value: unknown) => JSON.stringify(value);
const batch = 2_000;

export interface NewDocument {
  readonly id: string;
  readonly sha256: Buffer;
  readonly authorKey: string;
  readonly author: string;
  readonly ref: string;
  readonly format: 'openvex' | 'csaf' | 'cyclonedx' | 'sbom';
  readonly signature: 'valid' | 'invalid' | 'unknown-key' | 'none';
  readonly statementCount: number;
  readonly receivedBy: string;
}

export interface NewStatement {
  readonly id: string;
  readonly documentId: string;
  readonly authorKey: string;
  readonly author: string;
  readonly ref: string;
  readonly aliases: readonly string[];
  readonly status: string;
  readonly justification: string | null;
  readonly mappedJustification: string | null;
  readonly detail: string;
  readonly product: string;
  readonly productKey: string;
  readonly received: unknown;
  readonly statedAt: string;
}

/** What became of a statement. */
export interface StatementOutcome {
  readonly id: string;
  readonly state: StatementState;
  readonly note: string;
  readonly vulnerabilityId: string | null;
  readonly componentIds: readonly string[];
  readonly softwareIds: readonly string[] | null;
  readonly sure: boolean;
  readonly decisionId: string | null;
}

/** Writes documents and statements of others. Nothing received is ever deleted. */
export const createVexStore = (db: Db) => ({
  insertDocument: async (document: NewDocument, now: Date): Promise<void> => {
    await db
      .insertInto('vulnerabilities_document')
      .values({
        id: document.id,
        sha256: document.sha256,
        author_key: document.authorKey,
        author: document.author,
        ref: document.ref,
        format: document.format,
        signature: document.signature,
        statement_count: document.statementCount,
        received_at: now,
        received_by: document.receivedBy,
      })
      .execute();
  },

  insertStatements: async (statements: readonly NewStatement[], now: Date): Promise<void> => {
    for (let i = 0; i < statements.length; i += batch)
      await sql`insert into vulnerabilities_statement (id, document_id, author_key, author, ref, aliases, status, justification,
          mapped_justification, detail, product, product_key, received, stated_at, received_at, state, note)
        select id, "documentId", "authorKey", author, ref, array(select jsonb_array_elements_text(aliases)), status, justification,
          "mappedJustification", detail, product, "productKey", received, "statedAt", ${now}, 'unresolved', ''
        from jsonb_to_recordset(${json(statements.slice(i, i + batch))}::jsonb) as r(id uuid, "documentId" uuid, "authorKey" text, author text,
          ref text, aliases jsonb, status text, justification text, "mappedJustification" text, detail text, product text, "productKey" text,
          received jsonb, "statedAt" timestamptz)`.execute(db);
  },

  saveOutcomes: async (outcomes: readonly StatementOutcome[]): Promise<void> => {
    for (let i = 0; i < outcomes.length; i += batch)
      await sql`update vulnerabilities_statement t set state = r.state, note = r.note, vulnerability_id = r."vulnerabilityId", sure = r.sure,
          component_ids = array(select jsonb_array_elements_text(r."componentIds")::uuid), decision_id = coalesce(r."decisionId", t.decision_id),
          software_ids = case when jsonb_typeof(r."softwareIds") = 'array' then array(select jsonb_array_elements_text(r."softwareIds")::uuid) end
        from jsonb_to_recordset(${json(outcomes.slice(i, i + batch))}::jsonb) as r(id uuid, state text, note text, "vulnerabilityId" uuid,
          "componentIds" jsonb, "softwareIds" jsonb, sure boolean, "decisionId" uuid) where t.id = r.id`.execute(db);
  },

  setState: async (ids: readonly string[], state: StatementState, note: string): Promise<void> => {
    await sql`update vulnerabilities_statement set state = ${state}, note = ${note} where id = any(${[...ids]}::uuid[])`.execute(
      db,
    );
  },

  /** What a person made of a statement that waited. */
  decide: async (
    id: string,
    change: { state: 'applied' | 'rejected'; note: string; decisionId: string | null; by: string; reason: string },
  ): Promise<void> => {
    await db
      .updateTable('vulnerabilities_statement')
      .set({
        state: change.state,
        note: change.note,
        decision_id: change.decisionId,
        decided_by: change.by,
        decided_because: change.reason,
      })
      .where('id', '=', id)
      .execute();
  },

  /** Replaces the keys by which statements that name nothing known are found later. */
  setKeys: async (
    ids: readonly string[],
    keys: readonly { readonly id: string; readonly key: string }[],
  ): Promise<void> => {
    await sql`delete from vulnerabilities_statement_key where statement_id = any(${[...ids]}::uuid[])`.execute(db);
    for (let i = 0; i < keys.length; i += batch * 5)
      await sql`insert into vulnerabilities_statement_key (key, statement_id)
        select distinct left(key, 1000), id from jsonb_to_recordset(${json(keys.slice(i, i + batch * 5))}::jsonb) as k(id uuid, key text)`.execute(
        db,
      );
  },
});
export type VexStore = ReturnType<typeof createVexStore>;

/** Writes whose signatures count. */
export const createAuthorStore = (db: Db) => ({
  insert: async (author: {
    id: string;
    name: string;
    keyId: string;
    publicKey: string;
    supplier: string | null;
    autoApply: boolean;
    at: Date;
    by: string;
  }): Promise<boolean> => {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('vulnerabilities_author')
      .values({
        id: author.id,
        name: author.name,
        key_id: author.keyId,
        public_key: author.publicKey,
        supplier: author.supplier,
        auto_apply: author.autoApply,
        created_at: author.at,
        created_by: author.by,
      })
      .onConflict((oc) => oc.doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows === 1n;
  },
  delete: async (id: string) =>
    db.deleteFrom('vulnerabilities_author').where('id', '=', id).returningAll().executeTakeFirst(),
});
