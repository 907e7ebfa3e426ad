import { readFileSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { argumentOf, tell } from '../harness/child.ts';
import { createLatencies } from '../harness/latencies.ts';

/** Requests are complete HTTP/1.1 messages, each after its length in four bytes, in one file. */
export interface HttpLoad {
  readonly port: number;
  readonly requests: string;
  readonly connections: number;
  /** `close`: a connection of its own for each request, as `openssl ocsp` serves them. */
  readonly mode: 'keep-alive' | 'close';
  readonly tls?: { readonly ca: string; readonly key: string; readonly cert: string };
  /** Each request once; else round and round for `milliseconds`. */
  readonly once: boolean;
  readonly milliseconds: number;
  /** Answers before the measurement begins. */
  readonly warmUp: number;
}

export interface HttpResult {
  readonly completed: number;
  readonly failed: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  /** CPU seconds of the load generator itself within the measurement. */
  readonly cpu: number;
}

const load = await argumentOf<HttpLoad>();
const requests: Buffer[] = [];
for (let file = readFileSync(load.requests); file.length > 4; ) {
  const end = 4 + file.readUInt32BE(0);
  requests.push(file.subarray(4, end));
  file = file.subarray(end);
}

const latencies = createLatencies();
let next = 0;
let answered = 0;
let completed = 0;
let failed = 0;
let began = 0;
let cpuBefore = process.cpuUsage();
let finished = false;

function takeRequest(): Buffer | undefined {
  if (finished || (load.once && next >= requests.length)) return undefined;
  return requests[next++ % requests.length];
}

function begin(): void {
  began = performance.now();
  cpuBefore = process.cpuUsage();
  tell('measuring');
  if (!load.once) setTimeout(finish, load.milliseconds);
}

function finish(): void {
  if (finished) return;
  finished = true;
  const used = process.cpuUsage(cpuBefore);
  const seconds = (performance.now() - began) / 1_000;
  tell('done', { completed, failed, seconds, ...latencies.summary(), cpu: (used.user + used.system) / 1e6 });
  process.disconnect();
}

function note(sentAt: number, ok: boolean): void {
  if (finished) return;
  answered++;
  if (began > 0) {
    latencies.add(performance.now() - sentAt);
    if (ok) completed++;
    else failed++;
  } else if (!ok) failed++;
  if (began === 0 && answered >= load.warmUp) begin();
  if (load.once && answered >= requests.length) finish();
}

/** Length of the first complete answer in `data`, or 0. */
function answerLength(data: Buffer): number {
  const head = data.indexOf('\r\n\r\n');
  if (head < 0) return 0;
  const text = data.toString('latin1', 0, head);
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0);
  return data.length >= head + 4 + length ? head + 4 + length : 0;
}

const isOk = (data: Buffer) => data.toString('latin1', 9, 12) === '200';

const open = (): Socket =>
  load.tls
    ? connectTls({ host: '127.0.0.1', port: load.port, servername: 'localhost', ...load.tls })
    : connectTcp({ host: '127.0.0.1', port: load.port });

function keepAlive(): void {
  const socket = open();
  let sentAt = 0;
  let rest: Buffer = Buffer.alloc(0);
  const ask = () => {
    const request = takeRequest();
    if (!request) return void socket.end();
    sentAt = performance.now();
    socket.write(request);
  };
  socket.setNoDelay(true);
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const length = answerLength(rest);
    if (length === 0) return;
    const ok = isOk(rest);
    rest = rest.subarray(length);
    note(sentAt, ok);
    ask();
  });
  socket.on('error', (error) => {
    console.error(`http-load: ${error.message}`);
    process.exit(1);
  });
  socket.once(load.tls ? 'secureConnect' : 'connect', ask);
}

function onePerRequest(): void {
  const request = takeRequest();
  if (!request) return;
  const sentAt = performance.now();
  const socket = open();
  let ok = false;
  let done = false;
  const end = () => {
    if (done) return;
    done = true;
    socket.destroy();
    note(sentAt, ok);
    onePerRequest();
  };
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (answerLength(rest) === 0) return;
    ok = isOk(rest);
    end();
  });
  socket.on('error', end);
  socket.on('close', end);
  socket.write(request);
}

for (let i = 0; i < load.connections; i++) {
  if (load.mode === 'keep-alive') keepAlive();
  else onePerRequest();
}
