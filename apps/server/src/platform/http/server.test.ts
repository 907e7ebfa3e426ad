import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { Empty, type Operation, operation } from '@bulkhead/contract';
import { Problem, systemClock } from '@bulkhead/kernel';
import { Type } from 'typebox';
import { silentLog } from '../telemetry/log.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import type { Actor, RequestContext } from './handlers.ts';
import { createHttp } from './server.ts';

const body = Type.Object({ count: Type.Integer() }, { additionalProperties: false });
const operations: Record<string, Operation> = {
  open: operation({
    method: 'GET',
    path: '/open',
    summary: '',
    permission: 'public',
    problems: [],
    query: Type.Object({ n: Type.Optional(Type.Integer()) }, { additionalProperties: false }),
    ok: Type.Unknown(),
  }),
  change: operation({
    method: 'POST',
    path: '/change',
    summary: '',
    permission: 'inventory.write',
    problems: [],
    body,
    ok: Type.Unknown(),
  }),
  upload: operation({
    method: 'PUT',
    path: '/upload',
    summary: '',
    permission: 'inventory.write',
    problems: [],
    ok: Type.Unknown(),
    raw: { request: ['application/json'] },
  }),
  broken: operation({ method: 'GET', path: '/broken', summary: '', permission: 'public', problems: [], ok: Empty }),
  known: operation({
    method: 'GET',
    path: '/known',
    summary: '',
    permission: 'public',
    problems: ['x.known'],
    ok: Empty,
  }),
};
const actors: Record<string, Actor> = {
  writer: { kind: 'token', id: '1', name: 'writer', may: () => true },
  reader: { kind: 'token', id: '2', name: 'reader', may: (permission) => permission === 'inventory.read' },
};
const handlers = {
  open: (input: { query: unknown }) => input.query,
  change: (input: { body: unknown }) => input.body,
  upload: async (_: unknown, context: RequestContext) => ({ size: (await text(context.content)).length }),
  broken: () => {
    throw new Error('secret inner text');
  },
  known: () => {
    throw new Problem('x.known', 'what to do', { cause: new Error('hidden cause') });
  },
};

let origin: string;
let close: () => void;
before(async () => {
  const http = await createHttp({
    operations,
    handlers,
    problems: { 'x.known': [409, 'Known'] },
    authenticate: async ({ session, bearer }) => actors[bearer ?? session ?? ''],
    clock: systemClock,
    metrics: createMetrics(),
    maxUploadBytes: 1000,
    hostnames: [],
    consoleDirectory: mkdtempSync(`${tmpdir()}/console-`),
    log: silentLog,
    ready: async () => [{ name: 'database', ok: false, detail: 'down' }],
  });
  const server = createServer(http.listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => server.close();
});
after(() => close());

const call = async (method: string, path: string, init: { headers?: Record<string, string>; body?: string } = {}) => {
  const response = await fetch(`${origin}${path}`, { method, ...init });
  return {
    status: response.status,
    headers: response.headers,
    json: (await response.json()) as Record<string, unknown>,
  };
};
const writer = { authorization: 'Bearer writer', 'content-type': 'application/json' };

test('text in path and query is converted to its type, a JSON body never is', async () => {
  assert.deepEqual((await call('GET', '/api/v1/open?n=5')).json, { n: 5 });

  const wrong = await call('POST', '/api/v1/change', { headers: writer, body: '{"count":"5"}' });

  assert.equal(wrong.status, 400);
  assert.equal(wrong.json.code, 'request.invalid');
  assert.match(JSON.stringify(wrong.json.fields), /count/);
});

test('an unknown body field is refused by its name, not dropped', async () => {
  const { status, json } = await call('POST', '/api/v1/change', {
    headers: writer,
    body: '{"count":1,"colour":"red"}',
  });

  assert.equal(status, 400);
  assert.deepEqual(json.fields, { colour: 'is not a known field' });
});

test('without credentials the answer is 401, without the permission 403 that names it', async () => {
  const nobody = await call('POST', '/api/v1/change', {
    headers: { 'content-type': 'application/json' },
    body: '{"count":1}',
  });
  const reader = await call('POST', '/api/v1/change', {
    headers: { ...writer, authorization: 'Bearer reader' },
    body: '{"count":1}',
  });

  assert.deepEqual([nobody.status, nobody.json.code], [401, 'access.unauthenticated']);
  assert.deepEqual([reader.status, reader.json.code], [403, 'access.forbidden']);
  assert.match(String(reader.json.detail), /inventory\.write/);
});

test('a change by session cookie without our own header, or from another origin, is refused', async () => {
  const cookie = { cookie: 'bulkhead_session=writer', 'content-type': 'application/json' };

  const plain = await call('POST', '/api/v1/change', { headers: cookie, body: '{"count":1}' });
  const foreign = await call('POST', '/api/v1/change', {
    headers: { ...cookie, 'x-bulkhead-request': '1', origin: 'https://evil.example' },
    body: '{"count":1}',
  });
  const own = await call('POST', '/api/v1/change', {
    headers: { ...cookie, 'x-bulkhead-request': '1', origin },
    body: '{"count":1}',
  });

  assert.deepEqual(
    [plain.json.code, foreign.json.code, own.status],
    ['access.forged-request', 'access.forged-request', 200],
  );
});

test('an unexpected failure is a 500 with an id and nothing of its text', async () => {
  const { status, json } = await call('GET', '/api/v1/broken');

  assert.equal(status, 500);
  assert.doesNotMatch(JSON.stringify(json), /secret inner text/);
  assert.match(String(json.requestId), /^[0-9a-f-]{36}$/);
});

test('an expected failure carries status, code and remedy, never its cause', async () => {
  const { status, json, headers } = await call('GET', '/api/v1/known');

  assert.deepEqual([status, json.code, json.detail], [409, 'x.known', 'what to do']);
  assert.doesNotMatch(JSON.stringify(json), /hidden/);
  assert.equal(headers.get('content-type'), 'application/problem+json');
});

test('an upload over the limit is refused, also when it does not announce its length', async () => {
  const announced = await call('PUT', '/api/v1/upload', { headers: writer, body: 'x'.repeat(2000) });
  const streamed = await fetch(`${origin}/api/v1/upload`, {
    method: 'PUT',
    headers: writer,
    duplex: 'half',
    body: new ReadableStream({
      start(c) {
        for (let i = 0; i < 20; i++) c.enqueue(new TextEncoder().encode('y'.repeat(100)));
        c.close();
      },
    }),
  } as RequestInit);

  assert.deepEqual([announced.status, announced.json.code], [413, 'request.too-large']);
  assert.equal(streamed.status, 413);
});

test('a name that this server is not known by is refused (DNS rebinding)', async () => {
  const { request } = await import('node:http');
  const status = await new Promise((resolve) =>
    request(`${origin}/healthz`, { headers: { host: 'evil.example' } }, (r) => resolve(r.resume().statusCode)).end(),
  );

  assert.equal(status, 403);
});

test('each answer carries the strict content security policy', async () => {
  const { headers } = await call('GET', '/healthz');

  assert.match(headers.get('content-security-policy') ?? '', /default-src 'self'; style-src 'self'/);
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
});

test('readiness says which check fails', async () => {
  const { status, json } = await call('GET', '/readyz');

  assert.equal(status, 503);
  assert.deepEqual(json.checks, [{ name: 'database', ok: false, detail: 'down' }]);
});

test('an unknown address is a problem document too', async () => {
  const { status, json } = await call('GET', '/api/v1/nothing');

  assert.deepEqual([status, json.code], [404, 'request.not-found']);
});
