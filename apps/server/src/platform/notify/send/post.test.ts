import assert from 'node:assert/strict';
import { createServer as createTls } from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { startReceiver } from '../testing.ts';
import { testCertificate } from '../testing-tls.ts';
import { type PostDeps, postJson } from './post.ts';

const deps: PostDeps = {
  rules: { allowHosts: [], allowLoopback: true },
  resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  timeout: 600,
  userAgent: 'Bulkhead-Notifications/1',
};

/** A receiver that writes bytes of its own making. */
async function startRaw(t: { after(fn: () => unknown): void }, talk: (socket: Socket) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.once('data', () => talk(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, sockets };
}

test('what is posted arrives with its type, its length and who sent it', async (t) => {
  const receiver = await startReceiver();
  t.after(receiver.close);

  const outcome = await postJson(deps, receiver.url, '{"a":"ü"}', { 'webhook-id': '1' });

  assert.deepEqual(outcome, { delivered: true, detail: 'The receiver answered 200' });
  const [{ headers, body }] = receiver.received as [(typeof receiver.received)[0]];
  assert.equal(body, '{"a":"ü"}');
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers['user-agent'], 'Bulkhead-Notifications/1');
  assert.equal(headers['webhook-id'], '1');
});

test('each status blames whom it is about, and its first words are kept without control characters', async (t) => {
  let status = 200;
  const receiver = await startReceiver((response) => void response.writeHead(status).end('bad\r\nthing\u0007'));
  t.after(receiver.close);
  const blames: readonly (readonly [number, string])[] = [
    [400, 'message'],
    [401, 'receiver'],
    [403, 'receiver'],
    [404, 'receiver'],
    [410, 'receiver'],
    [413, 'message'],
    [422, 'message'],
    [429, 'receiver'],
    [500, 'unclear'],
    [502, 'receiver'],
    [503, 'receiver'],
  ];
  for (const [code, blame] of blames) {
    status = code;
    const outcome = await postJson(deps, receiver.url, '{}');
    assert.deepEqual(outcome, { delivered: false, detail: `The receiver answered ${code}: bad thing`, blame });
  }
  assert.equal(receiver.received.length, blames.length);
});

test('a redirect is a failure and is not followed', async (t) => {
  const secret = await startReceiver();
  t.after(secret.close);
  const receiver = await startReceiver((response) => void response.writeHead(307, { location: secret.url }).end());
  t.after(receiver.close);

  const outcome = await postJson(deps, receiver.url, '{}');

  assert.equal(outcome.delivered, false);
  assert.match(outcome.detail, /307: redirects are not followed/);
  assert.equal(secret.received.length, 0);
});

test('when the receiver asks for patience it is asked again then, but within the hour', async (t) => {
  const receiver = await startReceiver(
    (response, { body }) => void response.writeHead(429, { 'retry-after': JSON.parse(body) as string }).end(),
  );
  t.after(receiver.close);
  const asked = async (value: string) => {
    const outcome = await postJson(deps, receiver.url, JSON.stringify(value));
    return outcome.delivered ? undefined : outcome.retryAfter;
  };

  assert.equal(await asked('120'), 120_000);
  assert.equal(await asked('99999999'), 3_600_000);
  assert.equal(await asked('-5'), undefined);
  assert.equal(await asked('Wed, 21 Oct 2026 07:28:00 GMT'), undefined);
});

test('a receiver that takes the request and says nothing costs no more than the time-out', async (t) => {
  const { url } = await startRaw(t, () => {});
  const started = performance.now();

  const outcome = await postJson(deps, url, '{}');

  assert.deepEqual(outcome, { delivered: false, detail: 'No answer within 0.6 s', blame: 'receiver' });
  assert.ok(performance.now() - started < 3_000);
});

test('a receiver that answers byte by byte is cut at the time-out', async (t) => {
  const { url } = await startRaw(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nx-slow: ');
    const timer = setInterval(() => socket.write('a'), 20);
    socket.on('close', () => clearInterval(timer));
  });

  const outcome = await postJson(deps, url, '{}');

  assert.deepEqual(outcome, { delivered: false, detail: 'No answer within 0.6 s', blame: 'receiver' });
});

test('of an answer without end 4 KiB are read, then the connection is closed', async (t) => {
  let written = 0;
  const { url, sockets } = await startRaw(t, (socket) => {
    socket.write('HTTP/1.1 400 Bad\r\ntransfer-encoding: chunked\r\n\r\n');
    const pour = () => {
      while (!socket.destroyed && socket.write(`400\r\n${'x'.repeat(1024)}\r\n`)) written += 1024;
    };
    socket.on('drain', pour);
    pour();
  });

  const outcome = await postJson({ ...deps, timeout: 5_000 }, url, '{}');

  assert.equal(outcome.delivered, false);
  assert.equal(outcome.detail.length, 'The receiver answered 400: '.length + 160);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(sockets[0]?.destroyed);
  assert.ok(written < 20_000_000, `${written} bytes went out`);
});

test('headers without end and what is no HTTP are failures', async (t) => {
  const headers = await startRaw(t, (socket) => void socket.write(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(10_000)}`));
  const garbage = await startRaw(t, (socket) => void socket.write('SSH-2.0-OpenSSH_9.6\r\n'));
  for (const { url } of [headers, garbage]) {
    const outcome = await postJson(deps, url, '{}');
    assert.match(outcome.detail, /^The receiver cannot be reached: .*HPE_/);
    assert.equal(outcome.delivered, false);
  }
});

test('a receiver that nobody runs, and a name that nobody knows, are failures with a reason', async () => {
  const refused = await postJson(deps, 'http://127.0.0.1:1/', '{}');
  assert.match(refused.detail, /ECONNREFUSED/);
  const unknown = await postJson(
    {
      ...deps,
      resolve: () => Promise.reject(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })),
    },
    'https://nowhere.example/',
    '{}',
  );
  assert.match(unknown.detail, /ENOTFOUND/);
  const hanging = await postJson({ ...deps, resolve: () => new Promise(() => {}) }, 'https://slow.example/', '{}');
  assert.match(hanging.detail, /No answer within/);
});

test('the name is looked up once, and the connection goes to the address that was checked', async (t) => {
  const receiver = await startReceiver();
  t.after(receiver.close);
  let lookups = 0;
  const rebinding: PostDeps = {
    ...deps,
    rules: { allowHosts: ['rebind.example'], allowLoopback: true },
    // the first answer is fine; one that asked again would be sent elsewhere
    resolve: async () => [{ address: ++lookups === 1 ? '127.0.0.1' : '127.0.0.9', family: 4 }],
  };

  const outcome = await postJson(rebinding, receiver.url.replace('127.0.0.1', 'rebind.example'), '{}');

  assert.deepEqual(outcome, { delivered: true, detail: 'The receiver answered 200' });
  assert.equal(lookups, 1);
  assert.equal(receiver.received[0]?.headers.host, `rebind.example:${receiver.port}`);
});

test('when the first of the checked addresses does not answer the next is tried', async (t) => {
  const receiver = await startReceiver();
  t.after(receiver.close);
  const resolve = async () => [
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ];

  const outcome = await postJson(
    { ...deps, timeout: 5_000, resolve },
    receiver.url.replace('127.0.0.1', 'localhost'),
    '{}',
  );

  assert.equal(outcome.delivered, true, outcome.detail);
});

test('a name whose address turned private is not connected to, although it was public when it was entered', async (t) => {
  const receiver = await startReceiver();
  t.after(receiver.close);
  const strict = { ...deps, rules: { allowHosts: [], allowLoopback: false } };

  const outcome = await postJson(strict, `https://rebind.example:${receiver.port}/`, '{}');

  assert.match(outcome.detail, /127\.0\.0\.1 \(loopback\)/);
  assert.equal(receiver.received.length, 0);
});

test('the certificate of the receiver must be trusted and bear its name', async (t) => {
  const { cert, key } = testCertificate('hooks.example');
  let requests = 0;
  const server = createTls({ cert, key }, (request, response) => {
    requests += 1;
    request.resume().on('end', () => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;

  const untrusted = await postJson(deps, `https://hooks.example:${port}/`, '{}');
  assert.match(untrusted.detail, /self-signed certificate/);
  const otherName = await postJson({ ...deps, ca: cert }, `https://other.example:${port}/`, '{}');
  assert.match(otherName.detail, /ERR_TLS_CERT_ALTNAME_INVALID/);
  assert.equal(requests, 0);
  const trusted = await postJson({ ...deps, ca: cert }, `https://hooks.example:${port}/`, '{}');
  assert.deepEqual(trusted, { delivered: true, detail: 'The receiver answered 200' });
});
