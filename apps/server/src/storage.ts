import { type Config } from './platform/config/schema.ts';
import { lockDataDirectory } from './platform/db/data-lock.ts';
import { openDatabase } from './platform/db/database.ts';
import { type MigrationSource, migrate } from './platform/db/migrate.ts';
import { superviseEmbedded } from './platform/db/supervise-postgres.ts';
import type { Log } from './platform/telemetry/log.ts';

/**
 * The data directory, locked, and the migrated database: the embedded PostgreSQL, or the one that `database.url` names.
 * `close` undoes it all in the opposite order; a failure on the way leaves nothing running.
 */
export async function openStorage(config: Config, migrations: readonly MigrationSource[], log: Log) {
  const undo: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const lock = await lockDataDirectory(config.data.directory);
    undo.push(async () => lock.release());
    const embedded =
      config.database.url === '' ? await superviseEmbedded({ dataDirectory: lock.directory, log }) : undefined;
    if (embedded) undo.push(() => embedded.stop());
    const url = embedded?.url ?? config.database.url;
    const database = await openDatabase({ url, maxConnections: config.database.maxConnections, log });
    undo.push(() => database.close());
    await migrate(database.db, migrations, log);
    return Object.freeze({
      directory: lock.directory,
      url,
      db: database.db,
      kind: embedded ? ('embedded' as const) : ('external' as const),
      close,
    });
  } catch (error) {
    await close();
    throw error;
  }
}
export type Storage = Awaited<ReturnType<typeof openStorage>>;
