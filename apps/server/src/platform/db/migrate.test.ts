import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { sql } from 'kysely';
import { inTransaction, openDatabase } from './database.ts';
import { type MigrationSource, migrate, planMigrations } from './migrate.ts';
import { platformMigrations } from './platform-migrations.ts';
import { type TestDatabase, testDatabase } from './testing.ts';

declare module './tables.ts' {
  interface Tables {
    sample_thing: { id: string; size: string; day: string };
  }
}

let database: TestDatabase;
const folders: string[] = [];
before(async () => {
  database = await testDatabase();
});
after(async () => {
  await database.close();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function sampleSource(module: string, files: Record<string, string>): MigrationSource {
  const directory = mkdtempSync(join(tmpdir(), 'bulkhead-migrations-'));
  folders.push(directory);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return { module, directory };
}

const things = 'create table sample_thing (id text primary key, size int8 not null, day date not null);';

test('pending migrations are planned, applied once and then gone from the plan', async () => {
  const source = sampleSource('sample', {
    '0001-things.sql': things,
    '0002-more.sql': `insert into sample_thing values ('a', 9007199254740993, '2026-03-01'); select 1;`,
  });
  const sources = [...platformMigrations, source];

  const planned = await planMigrations(database.db, sources);
  const applied = await migrate(database.db, sources);
  const again = await migrate(database.db, sources);

  assert.deepEqual(
    planned.map(({ name }) => name),
    ['things', 'more'],
  );
  assert.deepEqual(applied, planned);
  assert.deepEqual(again, []);
  const row = await database.db.selectFrom('sample_thing').selectAll().executeTakeFirstOrThrow();
  assert.deepEqual(
    row,
    { id: 'a', size: '9007199254740993', day: '2026-03-01' },
    'int8 stays text, a date stays a date',
  );
});

test('two replicas that migrate at the same time apply each file once', async () => {
  const fresh = await testDatabase();
  const source = sampleSource('race', {
    '0001-slow.sql': 'select pg_sleep(0.2); create table race_once (id int);',
    '0002-fast.sql': 'create table race_twice (id int);',
  });
  const sources = [...platformMigrations, source];
  const other = await openDatabase({ url: fresh.url });

  const [first, second] = await Promise.all([migrate(fresh.db, sources), migrate(other.db, sources)]);

  assert.deepEqual([first.length, second.length].sort(), [0, 2]);
  await other.close();
  await fresh.close();
});

test('a migration changed after it was applied, an unknown one and a late one are refused', async () => {
  const fresh = await testDatabase();
  const original = sampleSource('m', {
    '0001-a.sql': 'create table m_a (id int);',
    '0003-c.sql': 'create table m_c (id int);',
  });
  const changed = sampleSource('m', {
    '0001-a.sql': 'create table m_a (id text);',
    '0003-c.sql': 'create table m_c (id int);',
  });
  const late = sampleSource('m', {
    '0001-a.sql': 'create table m_a (id int);',
    '0002-b.sql': 'create table m_b (id int);',
    '0003-c.sql': 'create table m_c (id int);',
  });
  await migrate(fresh.db, [...platformMigrations, original]);

  await assert.rejects(migrate(fresh.db, [...platformMigrations, changed]), {
    code: 'platform.migration-changed',
    message: /m\/0001-a was changed/,
  });
  await assert.rejects(migrate(fresh.db, platformMigrations), { code: 'platform.schema-newer', message: /m\/0001-a/ });
  await assert.rejects(planMigrations(fresh.db, platformMigrations), { code: 'platform.schema-newer' });
  await assert.rejects(migrate(fresh.db, [...platformMigrations, late]), {
    code: 'platform.migration-invalid',
    message: /m\/0002-b/,
  });
  await fresh.close();
});

test('a failing migration leaves nothing behind and keeps those before it', async () => {
  const fresh = await testDatabase();
  const source = sampleSource('f', {
    '0001-good.sql': 'create table f_good (id int);',
    '0002-bad.sql': 'create table f_half (id int); select no_such_function();',
  });
  const sources = [...platformMigrations, source];

  await assert.rejects(migrate(fresh.db, sources), { code: 'platform.migration-failed', message: /f\/0002-bad/ });

  assert.deepEqual(
    (await planMigrations(fresh.db, sources)).map(({ name }) => name),
    ['bad'],
  );
  const { rows } = await sql<{ half: string | null }>`select to_regclass('f_half')::text as half`.execute(fresh.db);
  assert.equal(rows[0]?.half, null);
  await fresh.close();
});

test('a file with another kind of name and a number used twice are refused', async () => {
  const misnamed = sampleSource('n', { '1-a.sql': 'select 1;' });
  const twice = sampleSource('n', { '0001-a.sql': 'select 1;', '0001-b.sql': 'select 1;' });

  await assert.rejects(migrate(database.db, [misnamed]), { code: 'platform.migration-invalid', message: /NNNN-name/ });
  await assert.rejects(migrate(database.db, [twice]), { code: 'platform.migration-invalid', message: /number 1/ });
});

test('inTransaction joins the transaction of its caller and rolls back with it', async () => {
  const attempt = inTransaction(database.db, async (tx) => {
    await inTransaction(tx, (inner) =>
      inner.insertInto('sample_thing').values({ id: 'lost', size: '1', day: '2026-01-01' }).execute(),
    );
    throw new Error('the use case failed');
  });

  await assert.rejects(attempt, /the use case failed/);
  assert.equal(
    await database.db.selectFrom('sample_thing').selectAll().where('id', '=', 'lost').executeTakeFirst(),
    undefined,
  );
});

test('an unreachable database is named without its password', async () => {
  const opening = openDatabase({ url: 'postgres://someone:hunter2@127.0.0.1:1/fleet' });

  await assert.rejects(opening, (error: Error & { code?: string }) => {
    assert.equal(error.code, 'platform.database-unreachable');
    assert.match(error.message, /127\.0\.0\.1:1\/fleet/);
    assert.doesNotMatch(error.message, /hunter2|someone/);
    return true;
  });
});
