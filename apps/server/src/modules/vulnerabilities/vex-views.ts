import { type ListQuery, type VexStatement, vexOperations } from '@bulkhead/contract';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { compare, defineList } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';
import type { Standing } from './domain/judge-statement.ts';

const list = defineList(
  vexOperations.listVexStatements.list,
  {
    ref: 't.ref',
    status: 't.status',
    state: 't.state',
    author: 't.author',
    product: 't.product',
    signature: 'd.signature',
    document: { test: (test) => compare('string', sql`t.document_id::text`, test) },
    receivedAt: 't.received_at',
  },
  't.id',
);

const select = (db: Db) =>
  db
    .selectFrom('vulnerabilities_statement as t')
    .innerJoin('vulnerabilities_document as d', 'd.id', 't.document_id')
    .selectAll('t')
    .select(['d.ref as document_ref', 'd.format', 'd.signature']);
export type StatementRow = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

export const statementOf = (row: StatementRow): VexStatement => ({
  id: row.id,
  documentId: row.document_ref,
  importId: row.document_id,
  format: row.format,
  ref: row.ref,
  status: row.status,
  justification: row.justification,
  detail: row.detail,
  product: row.product,
  author: row.author,
  statedAt: row.stated_at.toISOString(),
  receivedAt: row.received_at.toISOString(),
  signature: row.signature,
  state: row.state,
  note: row.note,
  components: row.component_ids.length,
  decisionId: row.decision_id,
  decidedBy: row.decided_by,
  decidedBecause: row.decided_because,
});

/** Read models of what others state. */
export const createVexViews = (db: Db) => ({ ...shown(db), ...related(db) });

const shown = (db: Db) => ({
  list: async (query: ListQuery) => {
    const { rows, ...page } = await pageOf(select(db), list, query);
    return { items: rows.map(statementOf), ...page };
  },
  byId: async (id: string): Promise<StatementRow | undefined> => select(db).where('t.id', '=', id).executeTakeFirst(),
  byIds: async (ids: readonly string[]): Promise<StatementRow[]> =>
    select(db)
      .where(sql<boolean>`t.id = any(${[...ids]}::uuid[])`)
      .orderBy('t.id')
      .execute(),

  document: async (sha256: Buffer, authorKey: string) =>
    db
      .selectFrom('vulnerabilities_document')
      .selectAll()
      .where('sha256', '=', sha256)
      .where('author_key', '=', authorKey)
      .executeTakeFirst(),

  /** How many statements of a document stand where. */
  counts: async (documentId: string): Promise<Map<string, number>> => {
    const rows = await db
      .selectFrom('vulnerabilities_statement')
      .select(['state', sql<string>`count(*)`.as('n')])
      .where('document_id', '=', documentId)
      .groupBy('state')
      .execute();
    return new Map(rows.map(({ state, n }) => [state, Number(n)]));
  },
});

const related = (db: Db) => ({
  /** Statements about these vulnerabilities that have not been overtaken or turned down. */
  standing: async (refs: readonly string[], vulnerabilityIds: readonly string[]): Promise<Standing[]> => {
    const { rows } = await sql<Standing>`
      select id, author_key as "authorKey", author, ref, vulnerability_id as "vulnerabilityId", status, state, product_key as "productKey",
        stated_at as "statedAt", document_id as "documentId", component_ids as "componentIds", software_ids as "softwareIds"
      from vulnerabilities_statement
      where (ref = any(${[...refs]}::text[]) or vulnerability_id = any(${[...vulnerabilityIds]}::uuid[]))
        and state in ('proposed', 'applied', 'conflicting', 'unresolved') order by stated_at, id`.execute(db);
    return rows;
  },

  /** Statements that named nothing known and may be met by what these software versions contain. */
  waitingFor: async (softwareIds: readonly string[], most: number): Promise<string[]> => {
    const { rows } = await sql<{ id: string }>`
      select distinct k.statement_id as id from vulnerabilities_statement_key k where k.key in (
        select ck.key from vulnerabilities_use u join vulnerabilities_component_key ck on ck.component_id = u.component_id
          where u.software_id = any(${[...softwareIds]}::uuid[])
        union select 'software:' || lower(s.name) from vulnerabilities_software s where s.id = any(${[...softwareIds]}::uuid[]))
      order by 1 limit ${most}`.execute(db);
    return rows.map(({ id }) => id);
  },

  /** Statements that wait for a vulnerability, or for a finding of it. */
  waitingForVulnerabilities: async (vulnerabilityIds: readonly string[], most: number): Promise<string[]> => {
    const { rows } = await sql<{ id: string }>`
      select t.id from vulnerabilities_vulnerability v join vulnerabilities_statement t on t.ref = v.ref
      where v.id = any(${[...vulnerabilityIds]}::uuid[]) and t.state = 'unresolved'
      union select t.id from vulnerabilities_vulnerability v join vulnerabilities_statement t on t.aliases @> array[v.ref]
      where v.id = any(${[...vulnerabilityIds]}::uuid[]) and t.state = 'unresolved' order by 1 limit ${most}`.execute(
      db,
    );
    return rows.map(({ id }) => id);
  },

  /** Statements of an author that stand, but for what a person took over. */
  standingOf: async (authorKey: string): Promise<string[]> => {
    const rows = await db
      .selectFrom('vulnerabilities_statement')
      .select('id')
      .where('author_key', '=', authorKey)
      .where('state', 'in', ['proposed', 'applied', 'conflicting', 'unresolved'])
      .where('decided_by', 'is', null)
      .execute();
    return rows.map(({ id }) => id);
  },

  /** The decisions that statements led to. */
  decisionsOf: async (statementIds: readonly string[]): Promise<string[]> => {
    const rows = await db
      .selectFrom('vulnerabilities_decision')
      .select('id')
      .where(sql<boolean>`statement_id = any(${[...statementIds]}::uuid[])`)
      .where('state', '=', 'active')
      .execute();
    return rows.map(({ id }) => id);
  },
});
