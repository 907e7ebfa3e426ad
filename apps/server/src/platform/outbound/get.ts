import { type ClientRequest, type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import type { LookupFunction } from 'node:net';
import { failed, OutboundError } from './error.ts';
import { type Address, checkedAddresses, type Resolve, readTarget, type TargetRules } from './target.ts';

export interface GetDeps {
  readonly rules: TargetRules;
  readonly resolve: Resolve;
  readonly userAgent: string;
  /** Certificates trusted instead of the system's; for tests. */
  readonly ca?: string;
}

export interface Answer {
  readonly response: IncomingMessage;
  /** Where the redirects ended. */
  readonly url: URL;
  /** Cuts the connection; call it when done. */
  close(): void;
}

const mostRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);

/** Answers the checked addresses whatever is asked: the name is not looked up a second time. */
const pinned =
  (addresses: readonly Address[]): LookupFunction =>
  (_name, options, callback) => {
    if (options.all) callback(null, [...addresses]);
    else callback(null, addresses[0]?.address ?? '', addresses[0]?.family ?? 4);
  };

/**
 * GETs an address that somebody else chose. Every hop is held to the address rules anew: a public server may redirect to
 * what only this one can reach.
 * @throws OutboundError
 */
export async function get(
  deps: GetDeps,
  target: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Answer> {
  let address = target;
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const url = readTarget(address, deps.rules);
    if (!(url instanceof URL)) throw new OutboundError('outbound.not-allowed', refusal(url.fault, hop));
    const answer = await exchange(deps, url, headers, signal, hop);
    const { statusCode = 0, headers: said } = answer.response;
    if (!redirects.has(statusCode)) return answer;
    answer.close();
    if (!said.location || !URL.canParse(said.location, url.href))
      throw failed(`The server answered ${statusCode} without a place to go to`);
    address = new URL(said.location, url).href;
  }
  throw failed(`The server redirects more than ${mostRedirects} times`);
}

const refusal = (fault: string, hop: number) =>
  hop === 0 ? fault : `The server redirects to where sources are not read: ${fault}`;

async function exchange(
  { rules, resolve, userAgent, ca }: GetDeps,
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
  hop: number,
): Promise<Answer> {
  const addresses = await withSignal(checkedAddresses(url, rules, resolve), signal).catch((cause: unknown) => {
    throw signal.aborted
      ? signal.reason
      : failed(`The name ${url.hostname} is not known (${codeOf(cause)})`, { passing: true, cause });
  });
  if ('fault' in addresses) throw new OutboundError('outbound.not-allowed', refusal(addresses.fault, hop));
  const request: ClientRequest = (url.protocol === 'https:' ? requestTls : requestPlain)(url, {
    method: 'GET',
    agent: false,
    lookup: pinned(addresses),
    signal,
    maxHeaderSize: 16_384,
    headers: { accept: '*/*', 'user-agent': userAgent, ...headers },
    ...(url.protocol === 'https:' ? { rejectUnauthorized: true, ...(ca ? { ca } : {}) } : {}),
  });
  const close = () => {
    request.on('error', () => {}); // of a connection that is cut on purpose
    request.destroy();
  };
  try {
    const response = await new Promise<IncomingMessage>((done, reject) => {
      request.once('response', done).once('error', reject);
      request.end();
    });
    return { response, url, close };
  } catch (cause) {
    close();
    throw signal.aborted
      ? signal.reason
      : failed(`${url.host} cannot be reached (${codeOf(cause)})`, { passing: true, cause });
  }
}

/** A look-up cannot be cancelled; it is left to end by itself. */
function withSignal<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  if (signal.aborted) reject(signal.reason);
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return Promise.race([work, promise]);
}

export function codeOf(error: unknown): string {
  const { code, message, errors } = error as NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] };
  return code ?? errors?.[0]?.code ?? (message || 'unknown').slice(0, 120);
}
