import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { apiPrefix, type Operation } from '@bulkhead/contract';
import type { Clock, Problem } from '@bulkhead/kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Compile } from 'typebox/compile';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Actor, RawResponse, RequestContext } from './handlers.ts';
import { RequestError } from './problem.ts';
import { createRateLimit } from './rate-limit.ts';
import { checkForgery, isSecure } from './security.ts';
import { inputCheck } from './validate.ts';

type LooseHandler = (input: { params: unknown; query: unknown; body: unknown }, context: RequestContext) => unknown;

export interface Credentials {
  readonly session: string | undefined;
  readonly bearer: string | undefined;
}

export interface ApiOptions {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly handlers: Readonly<Record<string, unknown>>;
  /** Answers who the credentials belong to, or undefined when they are not (or no longer) good. */
  readonly authenticate: (credentials: Credentials) => Promise<Actor | undefined>;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly maxUploadBytes: number;
  /** Compare each answer with the schema of its operation; on in tests, where a mismatch is a 500. */
  readonly checkAnswers?: boolean;
}

export const sessionCookie = 'bulkhead_session';

const anonymous: Actor = Object.freeze({ kind: 'anonymous', id: '-', name: 'anonymous', may: () => false });

function credentialsOf(request: FastifyRequest): Credentials {
  const header = request.headers.authorization;
  const bearer = header?.startsWith('Bearer ') ? header.slice('Bearer '.length) : undefined;
  return { bearer, session: bearer === undefined ? request.cookies[sessionCookie] : undefined };
}

async function admit(request: FastifyRequest, operation: Operation, options: ApiOptions): Promise<Actor> {
  const credentials = credentialsOf(request);
  const changes = operation.method !== 'GET';
  if (changes && (credentials.session !== undefined || operation.permission === 'public'))
    checkForgery(request.headers);
  if (operation.permission === 'public') return anonymous;
  const present = credentials.session !== undefined || credentials.bearer !== undefined;
  const actor = present ? await options.authenticate(credentials) : undefined;
  if (!actor)
    throw new RequestError(
      'access.unauthenticated',
      present ? 'The session or token is not valid any more. Sign in again.' : 'Sign in, or send an API token.',
    );
  if (operation.permission !== 'signed-in' && !actor.may(operation.permission)) {
    throw new RequestError(
      'access.forbidden',
      `This needs the permission ${operation.permission}, which ${actor.name} does not have.`,
    );
  }
  return actor;
}

function contextOf(request: FastifyRequest, reply: FastifyReply, actor: Actor): RequestContext {
  const secure = isSecure(request.raw.socket);
  const gone = new AbortController();
  reply.raw.on('close', () => gone.abort());
  const cookie = { path: '/', httpOnly: true, sameSite: 'strict', secure } as const;
  return {
    actor,
    requestId: request.id,
    address: request.ip,
    secure,
    userAgent: (request.headers['user-agent'] ?? '').slice(0, 200),
    origin: `${secure ? 'https' : 'http'}://${request.headers.host ?? 'localhost'}`,
    content: request.body instanceof Readable ? request.body : Readable.from([]),
    signal: gone.signal,
    cookies: {
      session: request.cookies[sessionCookie],
      set: (value, maxAge) => void reply.setCookie(sessionCookie, value, { ...cookie, maxAge }),
      clear: () => void reply.clearCookie(sessionCookie, cookie),
    },
  };
}

function answer(reply: FastifyReply, operation: Operation, result: unknown) {
  if (!operation.raw?.response) return reply.send(result);
  const { contentType, body, fileName, headers = {} } = result as RawResponse;
  reply.header('content-type', contentType).header('cache-control', 'no-store');
  reply.headers(headers);
  if (fileName)
    reply.header('content-disposition', `attachment; filename="${fileName.replaceAll(/[^A-Za-z0-9._-]/g, '_')}"`);
  return reply.send(body);
}

/** Counts the bytes of a raw upload while they pass and refuses what is over the limit. */
function bounded(source: IncomingMessage, limit: number): Readable {
  if (Number(source.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  return Readable.from(
    (async function* () {
      let size = 0;
      for await (const chunk of source as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > limit) throw tooLarge(limit);
        yield chunk;
      }
    })(),
    { objectMode: false },
  );
}

const tooLarge = (limit: number) =>
  new RequestError(
    'request.too-large',
    `At most ${limit} bytes are taken in one request (http.maxUploadBytes). Send the content in pieces.`,
  );

function addOperation(app: FastifyInstance, id: string, operation: Operation, options: ApiOptions): void {
  const handler = options.handlers[id] as LooseHandler | undefined;
  if (!handler) throw new Error(`Operation ${id} has no handler`);
  const check = inputCheck(operation);
  const allowed =
    operation.permission === 'public' ? createRateLimit(options.clock, { burst: 30, perMinute: 60 }) : () => true;
  const expected = options.checkAnswers && !operation.raw?.response ? Compile(operation.ok) : undefined;
  app.route({
    method: operation.method,
    url: `${apiPrefix}${operation.path}`,
    handler: async (request, reply) => {
      const started = performance.now();
      if (!allowed(request.ip))
        throw new RequestError('access.too-many-requests', 'Too many attempts from this address; wait a minute.');
      const actor = await admit(request, operation, options);
      const input = check(request);
      const result = await handler(input, contextOf(request, reply, actor));
      if (expected && !expected.Check(result))
        throw new Error(
          `The answer of ${id} does not match the contract: ${JSON.stringify(expected.Errors(result).slice(0, 3))}`,
        );
      options.metrics.observe('http_operation_seconds', (performance.now() - started) / 1000, { operation: id });
      reply.header('cache-control', 'no-store');
      return answer(reply, operation, result);
    },
  });
}

/** Binds every operation of the contract to its handler, with authentication, permission, validation and media types. */
export function addApi(app: FastifyInstance, options: ApiOptions): void {
  const all = Object.entries(options.operations);
  const json = all.filter(([, operation]) => !operation.raw?.request);
  const raw = all.filter(([, operation]) => operation.raw?.request);
  for (const [id, operation] of json) addOperation(app, id, operation, options);
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => {
      try {
        done(null, bounded(payload, options.maxUploadBytes));
      } catch (error) {
        done(error as Problem);
      }
    });
    for (const [id, operation] of raw) addOperation(scope, id, operation, options);
  });
}
