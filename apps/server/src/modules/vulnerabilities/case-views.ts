import {
  type CaseDetail,
  caseOperations,
  type ListQuery,
  type SlaPolicy,
  type VulnerabilityCase,
} from '@bulkhead/contract';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { compare, defineList, type FilterTest } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';
import { defaultPolicy } from './domain/sla.ts';
import './case-tables.ts';

const overdue = sql`(c.state not in ('closed', 'paused') and c.due_at is not null and c.due_at < now())`;

const list = defineList(
  caseOperations.listCases.list,
  {
    number: 'c.number',
    ref: 'c.ref',
    software: 'c.software_name',
    supplier: 'c.supplier',
    function: 'c.function',
    outcome: 'c.outcome',
    state: 'c.state',
    owner: { test: (test: FilterTest) => compare('string', sql`coalesce(c.owner_name, '')`, test) },
    overdue: { test: (test: FilterTest) => compare('boolean', overdue, test) },
    remaining: 'c.remaining',
    // cases without a clock come last
    due: { column: 'c.due_at', order: sql`coalesce(c.due_at, 'infinity'::timestamptz)` },
    opened: 'c.opened_at',
  },
  'c.id',
);

const select = (db: Db) =>
  db
    .selectFrom('vulnerabilities_case as c')
    .innerJoin('vulnerabilities_vulnerability as v', 'v.id', 'c.vulnerability_id')
    .selectAll('c')
    .select(['v.title', 'v.severity', sql<boolean>`${overdue}`.as('overdue')]);
type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;
const time = (at: Date | null) => at?.toISOString() ?? null;

const caseOf = (row: Row): VulnerabilityCase => ({
  id: row.id,
  number: row.number,
  ref: row.ref,
  title: row.title,
  severity: row.severity,
  software: row.software_name,
  supplier: row.supplier,
  function: row.function as VulnerabilityCase['function'],
  outcome: row.outcome,
  criticality: row.criticality,
  state: row.state,
  closedBecause: row.closed_because,
  owner: row.owner_id === null ? null : { id: row.owner_id, name: row.owner_name ?? '' },
  openedAt: row.opened_at.toISOString(),
  dueAt: time(row.due_at),
  overdue: row.overdue,
  pausedReason: row.paused_reason,
  fix: row.fix_software_id === null ? null : { softwareId: row.fix_software_id, version: row.fix_version ?? '' },
  campaign: row.campaign,
  campaignId: row.campaign_id,
  vehicles: { total: row.total, fixed: row.fixed, remaining: row.remaining, unknown: row.unknown },
  closedAt: time(row.closed_at),
});
const mostEntries = 500;

/** Read models of cases. */
export const createCaseViews = (db: Db) => ({ ...cases(db), ...around(db) });
export type CaseViews = ReturnType<typeof createCaseViews>;

const cases = (db: Db) => ({
  list: async (query: ListQuery) => {
    const { rows, ...page } = await pageOf(select(db), list, query);
    return { items: rows.map(caseOf), ...page };
  },

  byId: async (id: string) => {
    const row = await select(db).where('c.id', '=', id).executeTakeFirst();
    return row && { ...caseOf(row), vulnerabilityId: row.vulnerability_id };
  },

  history: async (id: string): Promise<Pick<CaseDetail, 'requests' | 'timeline'>> => {
    const [requests, entries] = await Promise.all([
      db
        .selectFrom('vulnerabilities_supplier_request')
        .selectAll()
        .where('case_id', '=', id)
        .orderBy('sent_at')
        .execute(),
      db
        .selectFrom('vulnerabilities_case_entry')
        .selectAll()
        .where('case_id', '=', id)
        .orderBy('id', 'desc')
        .limit(mostEntries)
        .execute(),
    ]);
    return {
      requests: requests.map((row) => ({
        id: row.id,
        supplier: row.supplier,
        contact: row.contact,
        question: row.question,
        dueAt: row.due_at.toISOString(),
        sentAt: row.sent_at.toISOString(),
        remindedAt: time(row.reminded_at),
        answeredAt: time(row.answered_at),
        answer: row.answer,
      })),
      timeline: entries.map((row) => ({ at: row.at.toISOString(), by: row.by_name, kind: row.kind, text: row.text })),
    };
  },

  waiting: async (id: string): Promise<boolean> => {
    const row = await db
      .selectFrom('vulnerabilities_supplier_request')
      .select('id')
      .where('case_id', '=', id)
      .where('answered_at', 'is', null)
      .executeTakeFirst();
    return row !== undefined;
  },
});

/** What a case is judged by. */
const around = (db: Db) => ({
  ofVulnerability: (vulnerabilityId: string) =>
    db.selectFrom('vulnerabilities_case').selectAll().where('vulnerability_id', '=', vulnerabilityId).execute(),

  vulnerability: (id: string) =>
    db
      .selectFrom('vulnerabilities_vulnerability')
      .select(['id', 'ref', 'title', 'withdrawn_at'])
      .where('id', '=', id)
      .executeTakeFirst(),

  /** Versions of a program whose contents are known. */
  versions: (name: string) =>
    db
      .selectFrom('vulnerabilities_software')
      .select(['id', 'version'])
      .where('name', '=', name)
      .orderBy('created_at')
      .execute(),

  /** What other clocks would mean for the open cases. Days are of 24 hours, whatever the time zone of the session. */
  policyEffect: async (policy: SlaPolicy, now: Date) => {
    const { rows } = await sql<Record<'open' | 'moved' | 'newlyOverdue' | 'relieved' | 'withoutClock', number>>`
      with clocks as (
        select c.due_at, c.state <> 'paused' as runs, c.clock_from + make_interval(
          secs => (${JSON.stringify(policy)}::jsonb -> c.outcome ->> c.criticality)::int * 86400.0 + c.paused_seconds) as due
        from vulnerabilities_case c where c.state <> 'closed')
      select count(*)::int as open, count(*) filter (where due is distinct from due_at)::int as moved,
        count(*) filter (where runs and due < ${now} and (due_at is null or due_at >= ${now}))::int as "newlyOverdue",
        count(*) filter (where runs and due_at < ${now} and (due is null or due >= ${now}))::int as relieved,
        count(*) filter (where due is null)::int as "withoutClock" from clocks`.execute(db);
    return rows[0] ?? { open: 0, moved: 0, newlyOverdue: 0, relieved: 0, withoutClock: 0 };
  },

  policy: async (): Promise<SlaPolicy> => {
    const row = await db
      .selectFrom('vulnerabilities_setting')
      .select('value')
      .where('name', '=', 'sla')
      .executeTakeFirst();
    return (row?.value as SlaPolicy | undefined) ?? defaultPolicy;
  },
});
