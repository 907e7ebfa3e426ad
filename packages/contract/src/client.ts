import { Problem } from '@bulkhead/kernel';
import type { Static, TSchema } from 'typebox';
import type { Operation, Output } from './operation.ts';
import { apiPrefix, type OperationId, type Operations, operations } from './operations.ts';

type Part<O, K extends string> = O extends { readonly [P in K]: infer S }
  ? S extends TSchema
    ? Static<S>
    : never
  : never;
type Optionalize<T> = Partial<T> extends T ? { query?: T } : { query: T };

/** Arguments of one call: `params`, `query` and `body` as the operation declares them; `content` for raw bytes. */
export type Call<O> = ([Part<O, 'params'>] extends [never] ? unknown : { params: Part<O, 'params'> }) &
  ([Part<O, 'query'>] extends [never] ? unknown : Optionalize<Part<O, 'query'>>) &
  ([Part<O, 'body'>] extends [never] ? unknown : { body: Part<O, 'body'> }) & {
    content?: Blob | Uint8Array<ArrayBuffer> | string;
    contentType?: string;
    signal?: AbortSignal;
  };

/** A failure that the server described (RFC 9457), with its stable code and the id to quote to an administrator. */
export class ApiProblem extends Problem {
  readonly status: number;
  readonly title: string;
  readonly requestId: string | undefined;

  constructor(
    status: number,
    body: Partial<Record<'code' | 'detail' | 'title' | 'requestId', string>> & { fields?: Record<string, string> },
  ) {
    super(body.code ?? 'request.failed', body.detail ?? body.title ?? `The server answered ${status}`, {
      fields: body.fields ?? {},
    });
    this.status = status;
    this.title = body.title ?? 'Request failed';
    this.requestId = body.requestId;
  }
}

export interface ClientOptions {
  /** Origin of the platform, e.g. `https://bulkhead.example:8443`; empty for the page's own origin. */
  readonly baseUrl: string;
  readonly token?: string;
  readonly fetch?: typeof globalThis.fetch;
}

export type Client = { [K in OperationId]: (call: Call<Operations[K]>) => Promise<Output<Operations[K]>> } & {
  /** The bare response of a raw operation, for streams and downloads. */
  raw<K extends OperationId>(id: K, call: Call<Operations[K]>): Promise<Response>;
};

interface LooseCall {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
  content?: Blob | Uint8Array<ArrayBuffer> | string;
  contentType?: string;
  signal?: AbortSignal;
}

/** An address carries words, numbers and truth values; anything else is a mistake of the caller, told before it is sent. */
function textOf(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw unusable(name, 'a text, a number, true or false');
}

/** One segment of a path. Dots alone would be resolved by every URL parser, percent-encoded too, and reach another operation. */
function segmentOf(name: string, value: unknown): string {
  const text = textOf(name, value);
  if (text === '' || text === '.' || text === '..') throw unusable(name, 'a name that can stand in an address');
  return encodeURIComponent(text);
}

const unusable = (name: string, wanted: string) =>
  new Problem('request.invalid', `Parameter "${name}" must be ${wanted}`);

/**
 * The URL of an operation below the API prefix, parameters filled in and the query appended.
 * @throws Problem `request.invalid` naming a parameter that is missing or cannot stand in an address
 */
export function operationUrl(operation: Operation, call: LooseCall): string {
  const path = operation.path.replaceAll(/:([A-Za-z]+)/g, (_, name: string) => segmentOf(name, call.params?.[name]));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(call.query ?? {}))
    if (value !== undefined) query.set(name, textOf(name, value));
  const text = query.toString();
  return `${apiPrefix}${path}${text ? `?${text}` : ''}`;
}

async function send(options: ClientOptions, operation: Operation, call: LooseCall): Promise<Response> {
  const headers: Record<string, string> = { accept: '*/*', 'x-bulkhead-request': '1' };
  if (options.token) headers.authorization = `Bearer ${options.token}`;
  const init: RequestInit = { method: operation.method, headers, credentials: 'same-origin' };
  if (call.content !== undefined) {
    headers['content-type'] = call.contentType ?? operation.raw?.request?.[0] ?? 'application/octet-stream';
    init.body = call.content;
  } else if (operation.body) {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(call.body ?? {});
  }
  if (call.signal) init.signal = call.signal;
  const response = await (options.fetch ?? globalThis.fetch)(
    `${options.baseUrl}${operationUrl(operation, call)}`,
    init,
  );
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => ({}));
  throw new ApiProblem(response.status, typeof body === 'object' && body !== null ? body : {});
}

/** A typed client over every operation; failures are thrown as `ApiProblem`. */
export function createClient(options: ClientOptions): Client {
  const table = new Map<string, (call: LooseCall) => Promise<unknown>>();
  for (const [id, operation] of Object.entries(operations) as [string, Operation][]) {
    table.set(id, async (call) => {
      const response = await send(options, operation, call ?? {});
      return operation.raw?.response ? response.text() : response.json();
    });
  }
  const raw = (id: OperationId, call: LooseCall) => send(options, operations[id] as Operation, call);
  return Object.freeze({ ...Object.fromEntries(table), raw }) as unknown as Client;
}
