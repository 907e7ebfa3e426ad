import { sql } from 'kysely';
import type pg from 'pg';
import type { Db } from '../db/database.ts';

const channel = 'bulkhead_bus';

/** Sends when the transaction of `tx` commits (PostgreSQL, NOTIFY). */
export async function notifyBus(tx: Db, text: string): Promise<void> {
  await sql`select pg_notify(${channel}, ${text})`.execute(tx);
}

/** From now on the client is told of each message that is sent; what came before is lost to it. */
export async function listenToBus(client: pg.Client): Promise<void> {
  await client.query(`listen ${channel}`);
}
