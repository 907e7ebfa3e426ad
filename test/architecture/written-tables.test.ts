import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tablesOfMigration, tablesWrittenBy } from './written-tables.ts';

test('a migration is asked for every table, view, type and function it makes or fills', () => {
  const sql = `
    -- create table comment_only ();
    create table identity_certificate (serial text primary key);
    CREATE UNLOGGED TABLE IF NOT EXISTS identity_nonce ();
    alter table only inventory_ecu add column x int;
    create or replace view identity_view as select 1;
    create index on identity_certificate (serial);
    insert into "public"."access_role" values (1) on conflict (id) do update set id = 1;
    update monitoring_event e set seen = true;
    /* drop table gone; */ drop table if exists identity_old;`;

  assert.deepEqual([...tablesOfMigration(sql)].sort(), [
    'access_role',
    'identity_certificate',
    'identity_nonce',
    'identity_old',
    'identity_view',
    'inventory_ecu',
    'monitoring_event',
  ]);
});

test('a store is asked for every table it writes, by Kysely or in SQL', () => {
  const source = `
    // db.insertInto('comment_only')
    db.insertInto('identity_certificate').values(row).onConflict((c) => c.doUpdateSet({}));
    db
      .updateTable('identity_ca as a').set({});
    db.deleteFrom(table).execute();
    db.selectFrom('inventory_ecu').forUpdate();
    sql\`insert into inventory_ecu (id) select id from other\`;
    sql\`update only monitoring_event as e set seen = true\`;
    client.query('delete from access_token where id = $1', [id]);`;

  assert.deepEqual([...tablesWrittenBy(source)].sort(), [
    '?table',
    'access_token',
    'identity_ca',
    'identity_certificate',
    'inventory_ecu',
    'monitoring_event',
  ]);
});
