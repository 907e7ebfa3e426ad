import type { SlaPolicy } from '@bulkhead/contract';
import { type Insertable, type Selectable, sql, type Updateable } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { CaseTable, SupplierRequestTable } from './case-tables.ts';

export type CaseRow = Selectable<CaseTable>;

/** Writes cases, their timeline and what was asked of suppliers. */
export const createCaseStore = (db: Db) => ({ ...cases(db), ...around(db) });

const cases = (db: Db) => ({
  insert: (row: Insertable<CaseTable>) =>
    db
      .insertInto('vulnerabilities_case')
      .values(row)
      .onConflict((conflict) => conflict.columns(['vulnerability_id', 'software_name']).doNothing())
      .returningAll()
      .executeTakeFirst(),

  hold: (id: string) =>
    db.selectFrom('vulnerabilities_case').selectAll().where('id', '=', id).forUpdate().executeTakeFirst(),

  /** Cases about these vulnerabilities that are not closed, locked in the order of their ids. */
  holdOpen: (refs: readonly string[]) =>
    db
      .selectFrom('vulnerabilities_case')
      .selectAll()
      .where(sql<boolean>`ref = any(${[...refs]}::text[])`)
      .where('state', '<>', 'closed')
      .orderBy('id')
      .forUpdate()
      .execute(),

  holdShippedBy: (campaignId: string) =>
    db
      .selectFrom('vulnerabilities_case')
      .selectAll()
      .where('campaign_id', '=', campaignId)
      .where('state', '<>', 'closed')
      .orderBy('id')
      .forUpdate()
      .execute(),

  update: (id: string, change: Updateable<CaseTable>) =>
    db.updateTable('vulnerabilities_case').set(change).where('id', '=', id).execute(),

  entry: (caseId: string, at: Date, by: string, kind: string, text: string) =>
    db.insertInto('vulnerabilities_case_entry').values({ case_id: caseId, at, by_name: by, kind, text }).execute(),

  /** Vehicles reported other versions of these programs: their cases are to be looked at. */
  markDirty: (names: readonly string[]) =>
    db
      .updateTable('vulnerabilities_case')
      .set({ dirty: true })
      .where(sql<boolean>`software_name = any(${[...names]}::text[])`)
      .where('dirty', '=', false)
      .execute(),

  /** Cases to look at, which no other replica looks at; oldest look first. */
  takeDue: (before: Date, limit: number) =>
    db
      .selectFrom('vulnerabilities_case')
      .selectAll()
      .where((where) =>
        where.or([
          where('dirty', '=', true),
          where.and([where('state', '<>', 'closed'), where('looked_at', '<', before)]),
        ]),
      )
      .orderBy('looked_at')
      .limit(limit)
      .forUpdate()
      .skipLocked()
      .execute(),
});

/** Questions to suppliers, and the policy of the clocks. */
const around = (db: Db) => ({
  ask: (row: Insertable<SupplierRequestTable>) =>
    db.insertInto('vulnerabilities_supplier_request').values(row).execute(),

  answer: (caseId: string, answer: string, at: Date) =>
    db
      .updateTable('vulnerabilities_supplier_request')
      .set({ answer, answered_at: at })
      .where('case_id', '=', caseId)
      .where('answered_at', 'is', null)
      .returning('id')
      .execute(),

  /** Requests whose date has passed without an answer, each once a week. */
  takeReminders: (now: Date) =>
    db
      .updateTable('vulnerabilities_supplier_request')
      .set({ reminded_at: now })
      .where('answered_at', 'is', null)
      .where('due_at', '<', now)
      .where(sql<boolean>`coalesce(reminded_at, '-infinity') < ${now}::timestamptz - interval '7 days'`)
      .returningAll()
      .execute(),

  savePolicy: (policy: SlaPolicy) =>
    db
      .insertInto('vulnerabilities_setting')
      .values({ name: 'sla', value: JSON.stringify(policy) })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: JSON.stringify(policy) }))
      .execute(),

  /** Every open clock is set anew at the next look. */
  markAllDirty: () =>
    db.updateTable('vulnerabilities_case').set({ dirty: true }).where('state', '<>', 'closed').execute(),
});
export type CaseStore = ReturnType<typeof createCaseStore>;
