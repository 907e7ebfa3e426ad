import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { newId, Problem } from '@bulkhead/kernel';
import fastifyCookie from '@fastify/cookie';
import fastifyStatic from '@fastify/static';
import { type FastifyInstance, fastify } from 'fastify';
import type { Log } from '../telemetry/log.ts';
import { type ApiOptions, addApi } from './api.ts';
import type { ProblemTable } from './handlers.ts';
import { RequestError, requestProblems, toProblem } from './problem.ts';
import { addHostCheck, addSecurityHeaders } from './security.ts';

export interface HealthCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface HttpOptions extends ApiOptions {
  readonly problems: ProblemTable;
  readonly hostnames: readonly string[];
  readonly consoleDirectory: string;
  readonly log: Log;
  readonly ready: () => Promise<readonly HealthCheck[]>;
  /** Answers CRL, CA certificate and OCSP requests before anything else looks at them; true when it did. */
  readonly pki?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** What Fastify itself refuses, in the words of our own problem codes. */
function fromFramework(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new RequestError('request.too-large', 'A JSON body has at most 1 MiB.');
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new RequestError('request.unsupported-media-type', 'Send application/json.');
  if (code.startsWith('FST_ERR_CTP_') || error instanceof SyntaxError)
    return new RequestError('request.invalid', 'The body is not valid JSON.');
  // query_canceled: the time limit of database.ts
  if (code === '57014')
    return new RequestError(
      'request.unavailable',
      'The question took too long to answer. Narrow the filter, or ask without the total.',
      { cause: error },
    );
  if (code === 'FST_ERR_BAD_URL' || code === 'FST_ERR_MAX_PARAM_LENGTH')
    return new RequestError('request.invalid', 'The address is not valid.');
  if (code.startsWith('ECONNREFUSED') || code === '57P01' || code === '57P03' || code === '53300')
    return new RequestError('request.unavailable', 'The database is not available now; try again in a moment.', {
      cause: error,
    });
  return error;
}

function addErrors(app: FastifyInstance, options: HttpOptions): void {
  const table: ProblemTable = { ...options.problems, ...requestProblems };
  app.setErrorHandler((raised, request, reply) => {
    const error = fromFramework(raised);
    const problem = toProblem(error, table, request.id);
    if (problem.status >= 500)
      options.log.error(
        { err: error, requestId: request.id, method: request.method, url: request.url.split('?')[0] },
        'request failed',
      );
    options.metrics.count('http_problems_total', { code: problem.code ?? 'request.internal' });
    if (problem.status === 413) reply.header('connection', 'close'); // the rest of the body is not read
    reply.status(problem.status).header('content-type', 'application/problem+json').header('cache-control', 'no-store');
    return reply.serializer(JSON.stringify).send(problem);
  });
}

function addConsole(app: FastifyInstance, directory: string): void {
  const built = existsSync(join(directory, 'index.html'));
  if (built) {
    app.register(fastifyStatic, {
      root: directory,
      index: false,
      cacheControl: false,
      preCompressed: true,
      setHeaders: (reply, path) => {
        reply.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const page =
      request.method === 'GET' &&
      !request.url.startsWith('/api/') &&
      !request.url.startsWith('/assets/') &&
      !/\.[a-z0-9]{2,5}$/.test(request.url.split('?')[0] ?? '');
    if (page && built) return reply.header('cache-control', 'no-cache').sendFile('index.html');
    if (page)
      throw new RequestError(
        'request.not-found',
        'The console is not built. Run `npm start`, or `node tools/build-console.ts`.',
      );
    throw new RequestError(
      'request.not-found',
      `There is nothing at ${request.method} ${request.url.slice(0, 200).split('?')[0]}.`,
    );
  });
}

function addHealth(app: FastifyInstance, options: HttpOptions): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const checks = await options.ready();
    const ok = checks.every((check) => check.ok);
    return reply
      .status(ok ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: ok ? 'ready' : 'not ready', checks });
  });
}

/** The operators' side: API, console, health, on Fastify; `listen` binds it to loopback HTTP and to HTTPS. */
export async function createHttp(options: HttpOptions) {
  const app = fastify({
    bodyLimit: 1_048_576,
    genReqId: () => newId(),
    routerOptions: { maxParamLength: 200 },
    requestTimeout: 0,
  });
  await app.register(fastifyCookie);
  addSecurityHeaders(app);
  addHostCheck(app, options.hostnames);
  addErrors(app, options);
  addHealth(app, options);
  addApi(app, options);
  addConsole(app, options.consoleDirectory);
  await app.ready();
  return Object.freeze({
    app,
    /** The request listener for any server this process opens. */
    listener: (request: IncomingMessage, response: ServerResponse) => {
      if (options.pki?.(request, response)) return;
      app.routing(request, response);
    },
  });
}

/** Why a port could not be opened, in one line that names the setting. */
export function portProblem(error: NodeJS.ErrnoException, host: string, port: number, setting: string): Problem {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'is already in use',
    EACCES: 'may not be opened by this user',
    EADDRNOTAVAIL: 'cannot be opened: this machine does not have that address',
  };
  const why = reasons[error.code ?? ''] ?? `cannot be opened (${error.code})`;
  return new Problem(
    'platform.port',
    `Port ${port} on ${host} ${why}. Set ${setting} to another port, or stop the program that holds it.`,
  );
}

/** Binds a server and answers its real port; a taken port is one clear line. */
export function listen(server: Server, host: string, port: number, setting: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(portProblem(error, host, port, setting)));
    server.listen({ host, port }, () => {
      server.removeAllListeners('error');
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** HTTPS for operators; certificate and key can be replaced while it runs by `setSecureContext`. */
export function createHttpsServer(
  options: ServerOptions,
  listener: (request: IncomingMessage, response: ServerResponse) => void,
) {
  return createTlsServer({ ...options, minVersion: 'TLSv1.2', honorCipherOrder: true }, listener);
}
