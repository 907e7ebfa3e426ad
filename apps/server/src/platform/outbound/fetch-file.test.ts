import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type FetchRequest, fetchFile } from './fetch-file.ts';
import type { GetDeps } from './get.ts';

const content = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i % 251));
const directory = mkdtempSync(join(tmpdir(), 'bulkhead-fetch-'));
let server: Server;
let port = 0;
let answer: (request: IncomingMessage, response: ServerResponse, n: number) => void;
let seen: IncomingMessage['headers'][] = [];
let path = '';

before(async () => {
  server = createServer((request, response) => {
    seen.push(request.headers);
    answer(request, response, seen.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
after(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  seen = [];
  path = join(mkdtempSync(join(directory, 'f-')), 'file');
});

const deps = (more: Partial<GetDeps> = {}): GetDeps => ({
  rules: { allowHosts: [], allowLoopback: true, who: 'a source', setting: 'vulnerabilities.allowHosts' },
  resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  userAgent: 'test',
  ...more,
});
const fetch = (more: Partial<FetchRequest> = {}, how: Partial<GetDeps> = {}) =>
  fetchFile(deps(how), {
    url: `http://localhost:${port}/feed.json`,
    path,
    maxBytes: 1_000_000,
    signal: new AbortController().signal,
    firstPauseMs: 5,
    pace: { windowMs: 250, windowBytes: 500, totalMs: 10_000 },
    ...more,
  });

/** Serves the content as a careful server does: strong ETag, ranges, conditions. */
function whole(
  request: IncomingMessage,
  response: ServerResponse,
  { cutAfter, etag = '"v1"', bytes = content }: { cutAfter?: number; etag?: string; bytes?: Buffer } = {},
) {
  if (request.headers['if-none-match'] === etag) return response.writeHead(304).end();
  const from =
    request.headers['if-range'] === etag ? Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
  const range = from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {};
  response.writeHead(from > 0 ? 206 : 200, { etag, 'content-length': bytes.length - from, ...range });
  if (cutAfter === undefined) return response.end(bytes.subarray(from));
  return response.write(bytes.subarray(from, from + cutAfter), () => response.destroy());
}

test('a file is fetched once and then asked for only when it is new', async () => {
  answer = (request, response) => whole(request, response);
  const progress: [number, number | null][] = [];

  const first = await fetch({ onProgress: (...step) => progress.push(step) });
  const second = await fetch({ known: { etag: '"v1"' } });

  assert.deepEqual(first, { kind: 'fetched', size: content.length, validators: { etag: '"v1"' } });
  assert.deepEqual(readFileSync(path), content);
  assert.deepEqual(progress.at(-1), [content.length, content.length]);
  assert.deepEqual(second, { kind: 'unchanged' });
  assert.equal(seen[1]?.['if-none-match'], '"v1"');
});

test('a transfer that is cut off goes on where it was, again and again', async () => {
  answer = (request, response, n) => whole(request, response, n < 4 ? { cutAfter: 50_000 } : {});

  await fetch();

  assert.deepEqual(readFileSync(path), content);
  assert.ok(seen.length >= 4, String(seen.length));
  const begun = seen.map(({ range }) => Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0));
  assert.ok(
    begun.every((at, i) => i === 0 || at > (begun[i - 1] ?? 0)),
    String(begun),
  );
  assert.ok(!existsSync(`${path}.part`));
});

test('another process goes on with what one before it had got, and begins anew when the content has changed', async () => {
  const part = (etag: string) => {
    writeFileSync(`${path}.part`, content.subarray(0, 150_000));
    writeFileSync(
      `${path}.part.json`,
      JSON.stringify({ url: `http://localhost:${port}/feed.json`, validator: etag, encoding: 'identity' }),
    );
  };
  answer = (request, response) => whole(request, response);
  part('"v1"');
  await fetch();
  assert.equal(seen[0]?.range, 'bytes=150000-');
  assert.deepEqual(readFileSync(path), content);

  part('"old"');
  await fetch();
  assert.deepEqual(readFileSync(path), content);

  const other = Buffer.alloc(10, 'x');
  part('"v1"');
  answer = (request, response) =>
    request.headers.range ? response.writeHead(416).end() : whole(request, response, { bytes: other });
  await fetch();
  assert.deepEqual(readFileSync(path), other);
});

test('a weak ETag holds no ranges together, so the date must do', async () => {
  answer = (_request, response, n) => {
    response.writeHead(200, {
      etag: 'W/"v1"',
      'last-modified': 'Tue, 03 Mar 2026 00:00:00 GMT',
      'content-length': content.length,
    });
    if (n === 1) response.write(content.subarray(0, 1_000), () => response.destroy());
    else response.end(content);
  };

  const { kind } = await fetch();

  assert.equal(kind, 'fetched');
  assert.equal(seen[1]?.['if-range'], 'Tue, 03 Mar 2026 00:00:00 GMT');
  assert.deepEqual(readFileSync(path), content);
});

test('what is packed for the way is unpacked, and a bomb is not', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000)); // made before, so that the server does not seem to crawl
  answer = (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(content));
  const { kind } = await fetch();
  assert.deepEqual([kind, readFileSync(path).equals(content)], ['fetched', true]);
  answer = (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
  await assert.rejects(fetch(), { code: 'files.too-large' });
  answer = (_request, response) => response.writeHead(200, { 'content-encoding': 'br' }).end('x');
  await assert.rejects(fetch(), /packs its answer as "br"/);
});

test('a server that crawls or says nothing is cut off, and what came is kept for the next time', async () => {
  const timers = new Set<NodeJS.Timeout>();
  answer = (_request, response) => {
    response.writeHead(200, { etag: '"slow"', 'content-length': content.length });
    response.write(content.subarray(0, 2_000));
    timers.add(setInterval(() => response.write('x'), 50));
  };
  await assert.rejects(fetch(), /less than 500 bytes in 0.25 s/);
  assert.ok(existsSync(`${path}.part`));
  answer = () => {};
  await assert.rejects(fetch({ firstPauseMs: 1 }), /less than 500 bytes/);
  answer = (_request, response) => {
    response.writeHead(200);
    timers.add(setInterval(() => response.write(Buffer.alloc(1_000)), 20));
  };
  await assert.rejects(fetch({ pace: { windowMs: 100, windowBytes: 10, totalMs: 400 } }), /did not end within/);
  for (const timer of timers) clearInterval(timer);
});

test('a file larger than the bound is refused by its length, or once it has come so far', async () => {
  answer = (request, response) => whole(request, response);
  await assert.rejects(fetch({ maxBytes: 1_000 }), { code: 'outbound.too-large' });
  answer = (_request, response) => response.writeHead(200).end(content);
  await assert.rejects(fetch({ maxBytes: 1_000 }), { code: 'outbound.too-large' });
});

test('redirects are followed a few times, and each is held to the address rules anew', async () => {
  const to = (location: string) => (_request: IncomingMessage, response: ServerResponse) =>
    response.writeHead(302, { location }).end();
  answer = (request, response, n) => (n < 3 ? to('/moved')(request, response) : whole(request, response));
  assert.equal((await fetch()).kind, 'fetched');

  answer = to('/again');
  await assert.rejects(fetch(), /redirects more than 5 times/);
  const inside = {
    resolve: async (host: string) => [{ address: host === 'localhost' ? '127.0.0.1' : '10.0.0.5', family: 4 }],
  };
  for (const [location, why] of [
    [
      'https://inside.example/x',
      /where sources are not read: inside.example has the address 10.0.0.5 \(private\).*vulnerabilities.allowHosts/,
    ],
    ['https://169.254.169.254/latest/meta-data', /169.254.169.254 \(link-local\)/],
    ['http://public.example/x', /Only https/],
    ['file:///etc/passwd', /https:\/\/host\/path/],
  ] as const) {
    answer = to(location);
    await assert.rejects(fetch({}, inside), why, location);
  }
  answer = (_request, response) => response.writeHead(302).end();
  await assert.rejects(fetch(), /without a place to go to/);
});

test('a name is looked up once, and the connection goes to what was checked', async () => {
  let asked = 0;
  const rebinding = async () => {
    asked += 1;
    return [{ address: asked === 1 ? '127.0.0.1' : '10.0.0.5', family: 4 }];
  };
  answer = (request, response) => whole(request, response);
  assert.equal((await fetch({}, { resolve: rebinding })).kind, 'fetched');
  assert.equal(asked, 1);
});

test('a refusal says what was answered; a busy server is asked again when it wishes', async () => {
  answer = (_request, response) => response.writeHead(404).end('not here');
  await assert.rejects(fetch(), /answered 404/);
  assert.equal(seen.length, 1);
  answer = (_request, response) => response.writeHead(503, { 'retry-after': '120' }).end();
  await assert.rejects(fetch(), { message: /answered 503/, retryAfter: 120_000 });
  answer = (request, response, n) => (n < 6 ? response.writeHead(500).end() : whole(request, response));
  assert.equal((await fetch()).kind, 'fetched');
});

test('a range that was not asked for is not glued in', async () => {
  writeFileSync(`${path}.part`, content.subarray(0, 100));
  writeFileSync(
    `${path}.part.json`,
    JSON.stringify({ url: `http://localhost:${port}/feed.json`, validator: '"v1"', encoding: 'identity' }),
  );
  answer = (_request, response) =>
    response.writeHead(206, { 'content-range': 'bytes 50-99/200000' }).end(content.subarray(50, 100));
  await assert.rejects(fetch(), /part of the file that was not asked for/);
});

test('a fetch that is stopped stops at once', async () => {
  const controller = new AbortController();
  answer = (_request, response) => {
    response.writeHead(200).write('x');
    controller.abort(new Error('stopped'));
  };
  await assert.rejects(fetch({ signal: controller.signal }), /stopped/);
});
