import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from 'kysely';
import { defineList, type SqlList } from './filter-sql.ts';
import { PageError, pageOf } from './page.ts';
import { type TestDatabase, testDatabase } from './testing.ts';

const spec = {
  defaultSort: 'name',
  fields: {
    name: { type: 'string', label: 'Name' },
    state: { type: 'enum', label: 'State', values: ['on', 'off'] },
    size: { type: 'number', label: 'Size' },
    seen: { type: 'time', label: 'Seen' },
    good: { type: 'boolean', label: 'Good' },
    tag: { type: 'string', label: 'Tag', sortable: false },
  },
} as const;
const things: SqlList = defineList(
  spec,
  {
    name: 't.name',
    state: 't.state',
    size: 't.size',
    seen: { column: 't.seen', nullable: true },
    good: 't.good',
    tag: {
      test: ({ values }) =>
        sql<boolean>`exists (select from thing_tag g where g.thing = t.id and g.tag = ${values[0]})`,
    },
  },
  't.id',
);

let database: TestDatabase;
before(async () => {
  database = await testDatabase();
  const { db } = database;
  await sql`create table thing (id uuid primary key default gen_random_uuid(), name text not null, state text not null,
    size int not null, seen timestamptz, good boolean not null)`.execute(db);
  await sql`create table thing_tag (thing uuid, tag text)`.execute(db);
  await sql`insert into thing (name, state, size, seen, good) values
    ('100%', 'on', 1, '2026-01-01T10:00:00.123456Z', true), ('1000', 'off', 2, '2026-01-02T00:00:00Z', false),
    ('a_b', 'on', 3, null, true), ('aXb', 'off', 4, null, false), ('it''s "q" \\', 'on', 4, '2026-01-01T23:59:59Z', true)`.execute(
    db,
  );
  await sql`insert into thing_tag select id, 'red' from thing where size = 4`.execute(db);
});
after(() => database.close());

const select = () =>
  (database.db as unknown as import('kysely').Kysely<{ thing: { id: string; name: string } }>)
    .selectFrom('thing as t')
    .select('t.name');
const names = async (filter: string, sort = 'size') =>
  (await pageOf(select(), things, { filter, sort })).rows.map(({ name }) => name);

test('text is compared exactly, and contains ignores case and takes wildcards literally', async () => {
  assert.deepEqual(await names('name = "1000"'), ['1000']);
  assert.deepEqual(await names('name : "0%"'), ['100%']);
  assert.deepEqual(await names('name : "A_B"'), ['a_b']);
  assert.deepEqual(await names('name : "it\'s \\"q\\" \\\\"'), ['it\'s "q" \\']);
});

test('numbers, states and truth values are compared by their type', async () => {
  assert.deepEqual(await names('size >= 2.5 and state = on'), ['a_b', 'it\'s "q" \\']);
  assert.deepEqual(await names('size in (1, 2) and good = false'), ['1000']);
  assert.deepEqual(await names('not (state = on or size = 4)'), ['1000']);
});

test('a time names the span that is written, and its negation holds for rows without a time', async () => {
  assert.deepEqual(await names('seen = 2026-01-01'), ['100%', 'it\'s "q" \\']);
  assert.deepEqual(await names('seen > 2026-01-01'), ['1000']);
  assert.deepEqual((await names('not seen = 2026-01-01')).sort(), ['1000', 'aXb', 'a_b']);
  assert.deepEqual((await names('seen != 2026-01-01')).sort(), ['1000', 'aXb', 'a_b']);
});

test('a field may bring its own test', async () => {
  assert.deepEqual((await names('tag = red')).length, 2);
  assert.deepEqual((await names('not tag = red')).length, 3);
});

test('pages follow each other without gap or repetition in every order, also over equal and missing values', async () => {
  for (const field of ['name', 'state', 'size', 'seen', 'good']) {
    for (const sort of [field, `-${field}`]) {
      const all = await pageOf(select(), things, { sort, count: true });
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await pageOf(select(), things, { sort, limit: 2, ...(cursor ? { cursor } : {}) });
        seen.push(...page.rows.map(({ name }) => name));
        cursor = page.next ?? undefined;
      } while (cursor);
      assert.deepEqual(
        seen,
        all.rows.map(({ name }) => name),
        sort,
      );
      assert.equal(all.total, 5);
    }
  }
});

test('an "or" stays inside the conditions of the list and moves on with its cursor', async () => {
  const filter = 'size = 1 or size > 2';
  const first = await pageOf(select(), things, { filter, sort: 'size', limit: 2 });
  const second = await pageOf(select(), things, { filter, sort: 'size', limit: 5, cursor: first.next ?? '' });
  const all = [...first.rows, ...second.rows].map(({ name }) => name);
  assert.deepEqual(all.toSorted(), ['100%', 'a_b', 'aXb', 'it\'s "q" \\'].toSorted());

  const allowed = select().where(sql<boolean>`t.good`);
  const { rows } = await pageOf(allowed, things, { filter: 'size = 1 or size = 2', sort: 'size' });
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['100%'],
  );
});

test('rows without a time come last when the newest come first', async () => {
  const rows = await names('size > 0', '-seen');
  assert.deepEqual(rows.slice(0, 3), ['1000', 'it\'s "q" \\', '100%']);
});

test('a cursor of another filter or order, or a forged one, is refused', async () => {
  const { next } = await pageOf(select(), things, { sort: 'size', limit: 1 });
  const forged = Buffer.from(JSON.stringify(['x', "1'; drop table thing", 'y'])).toString('base64url');
  const bad = (query: object) =>
    assert.rejects(
      pageOf(select(), things, query),
      (error) => error instanceof PageError && error.code === 'request.bad-cursor',
    );

  await bad({ sort: '-size', cursor: next });
  await bad({ sort: 'size', filter: 'good = true', cursor: next });
  await bad({ sort: 'size', cursor: forged });
  await bad({ sort: 'size', cursor: 'AAAA' });
  await bad({ sort: 'size', cursor: '' });
});

test('an order by a field that does not allow it is refused by name', async () => {
  await assert.rejects(names('size > 0', 'tag'), {
    code: 'request.bad-filter',
    message: /cannot be sorted by "tag": use name/,
  });
  await assert.rejects(names('seen = 0000-01-01'), { code: 'request.bad-filter' });
});
