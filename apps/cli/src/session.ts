import { readFileSync } from 'node:fs';
import { setDefaultCACertificates } from 'node:tls';
import { type Client, createClient, type OperationId } from '@bulkhead/contract';
import { type Context, readContexts } from './context-store.ts';
import { CliError } from './error.ts';
import type { Terminal } from './terminal.ts';

/** Arguments of a call whose operation is known at run time only; the server checks them against the contract. */
export interface LooseCall {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
  content?: Uint8Array<ArrayBuffer> | string;
  contentType?: string;
  signal?: AbortSignal;
}

export interface Session {
  readonly url: string;
  readonly client: Client;
  call(id: OperationId, call: LooseCall): Promise<unknown>;
  /** For bytes in and out: no time limit, since a download may take as long as it takes. */
  raw(id: OperationId, call: LooseCall): Promise<Response>;
}

const requestPatience = 60_000;

/** An origin to talk to. Plain HTTP would show the token to the network, so it is for this machine only. */
export function readUrl(text: string): string {
  const url = URL.parse(text.includes('://') ? text : `https://${text}`);
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username !== '')
    throw new CliError('cli.usage', `"${text}" is no address of a platform, such as https://bulkhead.example:8443`);
  const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'http:' && !loopback)
    throw new CliError('cli.usage', `Plain HTTP is for this machine only; use https:// for ${url.hostname}.`);
  return url.origin;
}

export function readToken(text: string): string {
  const token = text.trim();
  if (!/^[\x21-\x7e]{8,1000}$/.test(token))
    throw new CliError(
      'cli.usage',
      'That is no API token. Create one with `bulkhead tokens create` or in the console.',
    );
  return token;
}

export function readTokenFile(path: string): string {
  try {
    return readToken(readFileSync(path, 'utf8').slice(0, 4096));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError('cli.usage', `The token file cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** The context to use: `--context`, else the environment, else the current one. The environment may replace its token. */
export function resolveContext(env: Terminal['env'], name?: string): Context {
  const file = readContexts(env);
  const given = env.BULKHEAD_TOKEN_FILE ? readTokenFile(env.BULKHEAD_TOKEN_FILE) : env.BULKHEAD_TOKEN;
  const token = given ? readToken(given) : undefined;
  if (name !== undefined && !Object.hasOwn(file.contexts, name))
    throw new CliError('cli.usage', `There is no context "${name}"; \`bulkhead context list\` names them.`);
  const url = name === undefined && env.BULKHEAD_URL ? readUrl(env.BULKHEAD_URL) : undefined;
  // A stored token is sent only to the address that it was stored for.
  const stored = url
    ? Object.values(file.contexts).find((c) => c.url === url)
    : file.contexts[name ?? file.current ?? ''];
  const ca = env.BULKHEAD_CA_FILE ? readCaFile(env.BULKHEAD_CA_FILE) : stored?.ca;
  const use = { url: url ?? stored?.url, token: token ?? stored?.token };
  if (!use.url || !use.token) {
    const missing = use.url ? `No token for ${use.url} is known` : 'No platform is known';
    throw new CliError(
      'cli.not-signed-in',
      `${missing}: run \`bulkhead login --url URL\`, or set BULKHEAD_URL and BULKHEAD_TOKEN.`,
    );
  }
  return { url: use.url, token: use.token, ...(ca ? { ca } : {}) };
}

function readCaFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CliError('cli.usage', `BULKHEAD_CA_FILE cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** Opens a session. A pinned root replaces all other trust of this process. */
export function openSession({ url, token, ca }: Context): Session {
  if (ca) setDefaultCACertificates([ca]);
  const client = createClient({ baseUrl: url, token, fetch: guardedFetch(url) });
  const table = client as unknown as Readonly<Record<string, (call: LooseCall) => Promise<unknown>>>;
  const raw = client.raw as (id: OperationId, call: LooseCall) => Promise<Response>;
  return Object.freeze({
    url,
    client,
    call: (id: OperationId, call: LooseCall) => (table[id] as (call: LooseCall) => Promise<unknown>)(call),
    raw: (id: OperationId, call: LooseCall) => raw(id, { signal: new AbortController().signal, ...call }),
  });
}

const guardedFetch =
  (origin: string): typeof globalThis.fetch =>
  async (input, init = {}) => {
    const signal = init.signal ?? AbortSignal.timeout(requestPatience);
    try {
      // A redirect could carry the token elsewhere, and the API has none.
      return await globalThis.fetch(input, { ...init, signal, redirect: 'error' });
    } catch (error) {
      throw describeFailure(origin, error);
    }
  };

const untrusted = /^(DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|CERT_|ERR_TLS_CERT|HOSTNAME_MISMATCH)/;

function describeFailure(origin: string, error: unknown): CliError {
  if (error instanceof Error && error.name === 'TimeoutError')
    return new CliError('cli.timed-out', `${origin} did not answer within ${requestPatience / 1000} seconds.`);
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  const code = cause?.code ?? '';
  if (untrusted.test(code)) {
    return new CliError(
      'cli.untrusted',
      `The certificate of ${origin} is not trusted (${code}). Log in with --fingerprint, the SHA-256 of the platform's ` +
        'root certificate that the server prints at its start.',
      { cause: error },
    );
  }
  const why = code || cause?.message || (error instanceof Error ? error.message : String(error));
  return new CliError('cli.unreachable', `${origin} cannot be reached (${why}). Is the server running?`, {
    cause: error,
  });
}
