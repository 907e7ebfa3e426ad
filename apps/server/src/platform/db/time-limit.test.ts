import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { openDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { platformMigrations } from './platform-migrations.ts';
import { testDatabase } from './testing.ts';

test('a query is ended after a minute, also on a connection that has migrated', async (t) => {
  const { url, close } = await testDatabase();
  const database = await openDatabase({ url, maxConnections: 1 });
  t.after(async () => {
    await database.close();
    await close();
  });
  const limit = async () =>
    (await sql<{ statement_timeout: string }>`show statement_timeout`.execute(database.db)).rows[0]?.statement_timeout;
  assert.equal(await limit(), '1min');

  await migrate(database.db, platformMigrations);

  assert.equal(await limit(), '1min');
});

test('a query that runs out of its time fails with the code that the API calls unavailable', async (t) => {
  const { db, close } = await testDatabase();
  t.after(close);

  const slow = db.transaction().execute(async (tx) => {
    await sql`set local statement_timeout = 20`.execute(tx);
    await sql`select pg_sleep(5)`.execute(tx);
  });

  await assert.rejects(slow, { code: '57014' });
});
