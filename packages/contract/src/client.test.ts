import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { Problem } from '@bulkhead/kernel';
import { ApiProblem, createClient, operationUrl } from './client.ts';
import { type OperationId, operations } from './operations.ts';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let seen: Seen;
let answer: (response: ServerResponse) => void;
const server = createServer((request, response) => {
  const { method, url, headers } = request;
  text(request).then(
    (body) => {
      seen = { method, url, headers, body };
      answer(response);
    },
    (error: Error) => response.destroy(error),
  );
});
let baseUrl = '';
before(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close());

const json = (status: number, body: unknown) => (response: ServerResponse) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const vin = 'WVWZZZ1KZAW000001';

/** What a call that must fail failed with. */
async function problemOf(call: Promise<unknown>): Promise<ApiProblem> {
  const problem = await call.then(
    () => assert.fail('the call succeeded'),
    (error: unknown) => error,
  );
  assert.ok(problem instanceof ApiProblem, String(problem));
  return problem;
}

describe('the typed client', () => {
  it('has a function for every operation', () => {
    const client = createClient({ baseUrl });
    for (const id of Object.keys(operations) as OperationId[]) assert.equal(typeof client[id], 'function', id);
  });

  it('fills in the path, the query and the token, and answers what the server said', async () => {
    answer = json(200, { items: [], next: null });
    const client = createClient({ baseUrl, token: 'secret' });

    assert.deepEqual(await client.listVehicles({ query: { filter: 'vin : "A&B"', limit: 5, count: true } }), {
      items: [],
      next: null,
    });
    assert.equal(seen.method, 'GET');
    assert.equal(seen.url, '/api/v1/vehicles?filter=vin+%3A+%22A%26B%22&limit=5&count=true');
    assert.equal(seen.headers.authorization, 'Bearer secret');
    assert.equal(seen.headers['x-bulkhead-request'], '1');
    await client.getVehicle({ params: { vin } });
    assert.equal(seen.url, `/api/v1/vehicles/${vin}`);
  });

  it('sends a body as JSON, and an empty one where the operation has one', async () => {
    answer = json(200, {});
    const client = createClient({ baseUrl });

    await client.createSoftware({ body: { name: 'app', version: '1', supplier: 'A', function: 'other' } });
    assert.deepEqual(JSON.parse(seen.body), { name: 'app', version: '1', supplier: 'A', function: 'other' });
    assert.equal(seen.headers['content-type'], 'application/json');
    assert.equal(seen.headers.authorization, undefined);
    await client.retireVehicle({ params: { vin }, body: {} });
    assert.deepEqual([seen.method, seen.body], ['POST', '{}']);
  });

  it('sends bytes with their media type and answers text where the operation does', async () => {
    answer = json(200, {});
    const client = createClient({ baseUrl });
    const params = { id: '01890000-0000-7000-8000-000000000000' };

    await client.uploadSbom({ params, content: '{"bomFormat":"CycloneDX"}', contentType: 'application/spdx+json' });
    assert.deepEqual([seen.body, seen.headers['content-type']], ['{"bomFormat":"CycloneDX"}', 'application/spdx+json']);
    await client.uploadSbom({ params, content: new Uint8Array([65, 66]) });
    assert.deepEqual([seen.body, seen.headers['content-type']], ['AB', 'application/octet-stream']);
    answer = (response) => response.end('vin,model\r\n');
    assert.equal(await client.exportVehicles({ query: { format: 'csv' } }), 'vin,model\r\n');
    const response = await client.raw('exportVehicles', { query: { format: 'csv' } });
    assert.equal(await response.text(), 'vin,model\r\n');
  });

  it('throws what the server described: code, detail, fields, status and the id to quote', async () => {
    answer = json(404, {
      type: '/problems/inventory.unknown-vehicle',
      title: 'No such vehicle',
      status: 404,
      code: 'inventory.unknown-vehicle',
      detail: 'There is no vehicle X',
      fields: { vin: 'is unknown' },
      requestId: 'r-1',
    });

    const problem = await problemOf(createClient({ baseUrl }).getVehicle({ params: { vin } }));

    assert.deepEqual(
      { ...problem, message: problem.message },
      {
        name: 'ApiProblem',
        code: 'inventory.unknown-vehicle',
        message: 'There is no vehicle X',
        fields: { vin: 'is unknown' },
        status: 404,
        title: 'No such vehicle',
        requestId: 'r-1',
      },
    );
  });

  it('throws something useful for an answer that is no problem document', async () => {
    const client = createClient({ baseUrl });
    for (const body of ['<html>Bad gateway</html>', '', 'null', '[]', '"text"']) {
      answer = (response) => response.writeHead(502).end(body);
      const problem = await problemOf(client.getSession({}));
      assert.deepEqual([problem.status, problem.code], [502, 'request.failed'], body);
      assert.equal(problem.message, 'The server answered 502');
    }
  });

  it('ends a call that is aborted', async () => {
    answer = () => {};
    const controller = new AbortController();
    const call = createClient({ baseUrl }).getSession({ signal: controller.signal });
    controller.abort();

    await assert.rejects(call, { name: 'AbortError' });
    server.closeAllConnections();
  });
});

describe('the address of an operation', () => {
  it('keeps a hostile parameter inside its segment', () => {
    for (const serial of ['a/b', '../../setup', '?x=1', '#x', '%2e%2e', 'ü b', '\\..\\'])
      assert.equal(
        new URL(operationUrl(operations.getEcu, { params: { serial } }), 'https://a.example').pathname.split('/')
          .length,
        5,
        serial,
      );
  });

  it('is refused where a parameter is missing, empty or made of dots, which URL parsers resolve', () => {
    for (const serial of [undefined, null, '', '.', '..', {}, ['A']])
      assert.throws(
        () => operationUrl(operations.getEcu, { params: { serial } }),
        (error) => error instanceof Problem && error.code === 'request.invalid' && /"serial"/.test(error.message),
      );
  });

  it('leaves out what is undefined in the query and refuses what is no plain value', () => {
    assert.equal(operationUrl(operations.listEcus, { query: { filter: undefined } }), '/api/v1/ecus');
    assert.throws(() => operationUrl(operations.listEcus, { query: { filter: { a: 1 } } }), /"filter"/);
  });
});
