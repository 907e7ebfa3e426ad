import { sql } from 'kysely';
import type { Db } from './database.ts';

export interface ServerFacts {
  /** As PostgreSQL names itself: `17.2`. */
  readonly version: string;
  readonly now: Date;
}

/** What the database server says of itself: its version and its clock. Throws when it does not answer. */
export async function serverFacts(db: Db): Promise<ServerFacts> {
  const { rows } = await sql<ServerFacts>`select current_setting('server_version') as version, now() as now`.execute(
    db,
  );
  const [facts] = rows;
  if (!facts) throw new Error('the database answered without a row');
  return facts;
}
