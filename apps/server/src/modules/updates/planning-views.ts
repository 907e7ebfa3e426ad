import type { Wave } from '@bulkhead/contract';
import { type Expression, type SqlBool, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import './campaign-tables.ts';
import { targetCondition } from './target-filter-views.ts';

/** The wave whose filter a vehicle matches first, or null, over the tables of a target query. */
export function ringOf(
  waves: readonly { readonly ordinal: number; readonly definition: Wave }[],
): Expression<number | null> {
  const filtered = waves.filter(({ definition }) => definition.select.by === 'filter');
  if (filtered.length === 0) return sql<null>`null::int`;
  const cases = filtered.map(
    ({ ordinal, definition }) => sql`when ${targetCondition(definition.select.filter ?? '')} then ${ordinal}::int`,
  );
  return sql<number | null>`case ${sql.join(cases, sql` `)} end`;
}

/** Vehicles that a campaign has updated or may be updating: what its roll-back is for. */
export const touchedBy = (campaignId: string): Expression<SqlBool> =>
  sql<SqlBool>`v.vin in (select p.vin from updates_campaign_vehicle p where p.campaign_id = ${campaignId}
    and p.state in ('succeeded', 'installing', 'installed-awaiting-report', 'cancel-rejected'))`;

/** How many vehicles a target query reaches. */
export async function countTargets(db: Db, condition: Expression<SqlBool>): Promise<number> {
  const { rows } = await sql<{ n: string }>`select count(*)::text as n from inventory_vehicle v
    join inventory_vehicle_status vs on vs.vehicle_id = v.id where vs.state <> 'retired' and (${condition})`.execute(
    db,
  );
  return Number(rows[0]?.n ?? 0);
}
