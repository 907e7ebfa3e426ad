import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createHome, type FakeHandlers, startFake, testToken } from './testing.ts';

const home = createHome();
after(() => home.remove());
const file = join(home.directory, 'ecus.csv');
const content = Buffer.alloc(9_000_000, 'vin,serial,role,partNumber,supplier\n');
writeFileSync(file, content);

/** A server that loses its connection at some pieces and, like the real one, takes a piece only at its end. */
function platform(failAt: readonly number[], result: object, start = 0) {
  let received = Buffer.from(content.subarray(0, start));
  let pieces = 0;
  let state = 'uploading';
  const view = () => ({
    id: 'imp',
    name: 'ecus.csv',
    format: 'csv',
    kind: 'ecus',
    state,
    received: received.length,
    rows: 9,
    accepted: 9,
    refused: 0,
    ...(state === 'uploading' ? {} : result),
  });
  const handlers: FakeHandlers = {
    createImport: view,
    getImport: view,
    appendImport: ({ query, body }) => {
      if (failAt.includes(pieces++)) return 503;
      if (Number(query.offset) !== received.length) return 409;
      received = Buffer.concat([received, body]);
      return view();
    },
    startImport: () => {
      state = 'finished';
      return view();
    },
    listImportErrors: () => ({
      items: [{ row: 3, column: 'vin', message: 'a VIN has 17 characters', text: '\u001b[2J,x' }],
      next: null,
    }),
  };
  return { handlers, received: () => received };
}

async function send(p: ReturnType<typeof platform>, ...args: string[]) {
  const server = await startFake(p.handlers);
  const env = { BULKHEAD_URL: server.url, BULKHEAD_TOKEN: testToken };
  const result = await home.run(['imports', 'create', file, '--kind', 'ecus', '--wait', ...args], { env });
  server.close();
  return { ...result, asked: server.requests.map(({ id }) => id) };
}

test('a file arrives whole, in pieces, although the server fails in between', async () => {
  const p = platform([1, 2], {});

  const { code, asked } = await send(p);

  assert.equal(code, 0);
  assert.ok(p.received().equals(content));
  assert.equal(asked.filter((id) => id === 'appendImport').length, 5);
});

test('an interrupted upload goes on where the server says it stopped', async () => {
  const p = platform([], {}, 5_000_000);

  const { code, asked } = await send(p, '--resume', 'imp');

  assert.equal(code, 0);
  assert.ok(p.received().equals(content));
  assert.deepEqual([asked.includes('createImport'), asked.filter((id) => id === 'appendImport').length], [false, 1]);
});

test('refused rows are shown with their remedy and end with 1', async () => {
  const { code, out, err } = await send(platform([], { accepted: 8, refused: 1 }));

  assert.equal(code, 1);
  assert.equal((JSON.parse(out) as { refused: number }).refused, 1);
  assert.match(err, /3 +vin +a VIN has 17 characters +\\u001b\[2J,x/);
});

test('a server that keeps failing is given up, with the way to go on', async () => {
  const { code, err } = await send(platform([0, 1, 2, 3, 4, 5, 6], {}));

  assert.equal(code, 1);
  assert.match(err, /--resume imp/);
});
