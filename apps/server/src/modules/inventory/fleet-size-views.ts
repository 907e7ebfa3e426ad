import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

/** Up to this many ECUs every figure is counted when asked for; above, figures are those of the last count. */
const liveEcus = 300_000;

/** Whether counting takes too long for a page; by what the planner believes (-1 before the first analyze). */
export async function isLargeFleet(db: Db): Promise<boolean> {
  const { rows } = await sql<{
    n: number;
  }>`select reltuples::float8 as n from pg_class where oid = 'inventory_ecu'::regclass`.execute(db);
  return (rows[0]?.n ?? 0) > liveEcus;
}
