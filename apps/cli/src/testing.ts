import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiPrefix, type Operation, type OperationId, operations } from '@bulkhead/contract';
import { run as runHere } from './run.ts';
import { readBounded, type Terminal } from './terminal.ts';

export const testToken = 'bh_test-token-0123456789';

export interface FakeRequest {
  readonly id: OperationId;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Answers with JSON; a string is sent as it is, a number is the status of a problem. */
export type FakeHandlers = Partial<Record<OperationId, (request: FakeRequest) => unknown>>;

export interface FakeServer {
  readonly url: string;
  /** What was asked, in order. */
  readonly requests: readonly FakeRequest[];
  readonly tokens: readonly (string | undefined)[];
  close(): void;
}

const routes = (Object.entries(operations) as [OperationId, Operation][])
  // fixed paths before those with parameters, as in any router
  .sort(([, a], [, b]) => a.path.split(':').length - b.path.split(':').length)
  .map(([id, { method, path }]) => ({
    id,
    method,
    pattern: new RegExp(`^${apiPrefix}${path.replaceAll(/:([A-Za-z]+)/g, '(?<$1>[^/]+)')}$`),
  }));

/** A platform with the contract's addresses and answers made up by the test. */
export async function startFake(handlers: FakeHandlers): Promise<FakeServer> {
  const requests: FakeRequest[] = [];
  const tokens: (string | undefined)[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://fake');
    const body = await readBounded(request, 64 * 1024 * 1024, 'The request');
    tokens.push(request.headers.authorization);
    if (request.headers.authorization !== `Bearer ${testToken}`) return sendProblem(response, 401);
    const route = routes.find(({ method, pattern }) => method === request.method && pattern.test(url.pathname));
    const handler = route && handlers[route.id];
    if (!route || !handler) return sendProblem(response, 404);
    const params = Object.entries(route.pattern.exec(url.pathname)?.groups ?? {});
    const asked: FakeRequest = {
      id: route.id,
      params: Object.fromEntries(params.map(([name, value]) => [name, decodeURIComponent(value)])),
      query: Object.fromEntries(url.searchParams),
      body,
    };
    requests.push(asked);
    const value = handler(asked);
    if (typeof value === 'number') return sendProblem(response, value);
    response.end(typeof value === 'string' ? value : JSON.stringify(value));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url, requests, tokens, close };
}

function sendProblem(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify({ status, title: 'Refused', detail: `refused with ${status}`, code: 'test.refused' }));
}

export interface CliResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const main = fileURLToPath(new URL('main.ts', import.meta.url));

/** Runs the command line in this process, for the many lines that never get as far as the server. */
export async function runInProcess(args: readonly string[], env: Record<string, string>): Promise<CliResult> {
  let [out, err] = ['', ''];
  const refuse = () => Promise.reject(new Error('nobody is here to ask'));
  const terminal: Terminal = {
    env,
    outIsTerminal: false,
    canAsk: false,
    bold: (text) => text,
    out: async (data) => void (out += Buffer.from(data as string).toString()),
    talk: (line) => void (err += `${line}\n`),
    progress: () => {},
    ask: refuse,
    askSecret: refuse,
    readInput: refuse,
  };
  const code = await runHere(args, terminal, '0.0.0');
  return { code, out, err };
}

export interface CliHome {
  readonly directory: string;
  run(args: readonly string[], more?: { env?: Record<string, string>; input?: string }): Promise<CliResult>;
  remove(): void;
}

/** Runs the command line as a process of its own, with a home of its own and no terminal. */
export function createHome(): CliHome {
  const directory = mkdtempSync(join(tmpdir(), 'bulkhead-cli-'));
  const base = { PATH: process.env.PATH ?? '', XDG_CONFIG_HOME: directory, HOME: directory };
  const run = (args: readonly string[], { env = {}, input = '' } = {}) =>
    new Promise<CliResult>((resolve, reject) => {
      const child = spawn(process.execPath, [main, ...args], { env: { ...base, ...env } });
      let [out, err] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
      child.once('error', reject).once('close', (code) => resolve({ code, out, err }));
      child.stdin.on('error', () => {}).end(input);
    });
  return { directory, run, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
