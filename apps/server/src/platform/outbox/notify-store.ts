import { sql } from 'kysely';
import type { Db } from '../db/database.ts';

export const busChannel = 'bulkhead_bus';

/** Sends when the transaction of `tx` commits (PostgreSQL, NOTIFY). */
export async function notifyBus(tx: Db, text: string): Promise<void> {
  await sql`select pg_notify(${busChannel}, ${text})`.execute(tx);
}
