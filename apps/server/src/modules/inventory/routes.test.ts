import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { inventoryOperations } from '@bulkhead/contract';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import type { RawResponse, RequestContext } from '../../platform/http/handlers.ts';
import { inventoryMigrations, inventoryRoutes } from './index.ts';
import { architecture, ecusOf, tester, testInventory, vinOf } from './testing.ts';

let database: TestDatabase;
let routes: ReturnType<typeof inventoryRoutes>;
before(async () => {
  database = await testDatabase([inventoryMigrations]);
  const { inventory } = testInventory(database.db);
  routes = inventoryRoutes(inventory);
  await inventory.models.put('aria', { name: '=1+1', brand: 'Bulk', year: 2026, architecture }, tester);
  for (let i = 1; i <= 3; i++)
    await inventory.vehicles.create(
      { vin: vinOf(i), model: 'aria', region: i === 1 ? 'us' : 'eu', ecus: ecusOf(i) },
      tester,
    );
});
after(() => database.close());

const context = {
  actor: { kind: 'operator', id: tester.id, name: tester.name, may: () => true },
  content: Readable.from([]),
} as unknown as RequestContext;
const exported = async (query: { filter?: string; format: 'csv' | 'ndjson' }) => {
  const { body, contentType } = (await routes.exportVehicles(
    { params: undefined, query, body: undefined },
    context,
  )) as RawResponse;
  return { contentType, lines: (await text(body as Readable)).trim().split(/\r?\n/) };
};

test('there is a route for every operation of the contract', () => {
  assert.deepEqual(Object.keys(routes).sort(), Object.keys(inventoryOperations).sort());
});

test('an export covers the filter, not the page, and holds no formula', async () => {
  const csv = await exported({ filter: 'region = eu', format: 'csv' });
  assert.equal(csv.contentType, 'text/csv; charset=utf-8');
  assert.equal(csv.lines.length, 3);
  assert.match(csv.lines[0] ?? '', /^vin,model,modelName/);
  assert.match(csv.lines[1] ?? '', /,aria,'=1\+1,eu,/);
  const ndjson = await exported({ format: 'ndjson' });
  assert.deepEqual(
    ndjson.lines.map((line) => (JSON.parse(line) as { vin: string }).vin).sort(),
    [1, 2, 3].map(vinOf).sort(),
  );
});

test('a bad filter of an export is refused before the first byte', async () => {
  await assert.rejects(exported({ filter: 'roof = 1', format: 'csv' }), { code: 'request.bad-filter' });
});
