import { type ClientRequest, type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import type { LookupFunction } from 'node:net';
import { addAbortSignal } from 'node:stream';
import { type Address, checkedAddresses, type Resolve, type TargetRules } from '../../outbound/target.ts';
import { oneLine } from '../message.ts';
import { failed, type Outcome } from './parcel.ts';

export interface PostDeps {
  readonly rules: TargetRules;
  readonly resolve: Resolve;
  /** Milliseconds that an attempt may take from the look-up of the name to the end of the answer. */
  readonly timeout: number;
  readonly userAgent: string;
  /** Certificates trusted instead of the system's; for tests. */
  readonly ca?: string;
}

const longestAnswer = 4096;
const answerTimeout = 2_000;
const longestRetryAfter = 3_600_000;

/** Refusals that are about the request and not about the receiver: the next message may well be taken. */
const aboutTheMessage = new Set([400, 406, 409, 411, 413, 414, 415, 422, 431]);

/** The receiver is there and broke over the request; 502 to 504 speak of one that is not there. */
const unclear = new Set([500, 501, 505]);

/** Answers the checked addresses whatever is asked: the name is not looked up a second time. */
const pinned =
  (addresses: readonly Address[]): LookupFunction =>
  (_name, options, callback) => {
    if (options.all) callback(null, [...addresses]);
    else callback(null, addresses[0]?.address ?? '', addresses[0]?.family ?? 4);
  };

/**
 * POSTs JSON to an address that somebody else chose: only to public addresses (see `checkedAddresses`), certificate
 * checked, redirects not followed, bounded in time, and at most 4 KiB of the answer are read.
 */
export async function postJson(
  deps: PostDeps,
  target: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const signal = AbortSignal.timeout(deps.timeout);
  try {
    const url = new URL(target);
    const addresses = await withSignal(checkedAddresses(url, deps.rules, deps.resolve), signal);
    if ('fault' in addresses) return failed(addresses.fault);
    return await exchange(deps, url, addresses, body, headers, signal);
  } catch (error) {
    return failed(describe(error, deps.timeout));
  }
}

/** A look-up cannot be cancelled; it is left to end by itself. */
function withSignal<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return Promise.race([work, promise]);
}

async function exchange(
  { userAgent, ca }: PostDeps,
  url: URL,
  addresses: readonly Address[],
  body: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Outcome> {
  const request: ClientRequest = (url.protocol === 'https:' ? requestTls : requestPlain)(url, {
    method: 'POST',
    agent: false,
    lookup: pinned(addresses),
    signal,
    maxHeaderSize: 8192,
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': userAgent,
      ...headers,
    },
    ...(url.protocol === 'https:' ? { rejectUnauthorized: true, ...(ca ? { ca } : {}) } : {}),
  });
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve).once('error', reject);
      request.end(body);
    });
    return judge(response, await beginningOf(response, signal));
  } finally {
    request.on('error', () => {}); // of a connection that is cut on purpose
    request.destroy();
  }
}

/** The status has said it all; of what follows a little is read, for people, and an answer without end is cut. */
async function beginningOf(response: IncomingMessage, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  addAbortSignal(AbortSignal.any([signal, AbortSignal.timeout(answerTimeout)]), response);
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= longestAnswer) break;
    }
  } catch {
    // cut off or too slow: what came is enough
  }
  return Buffer.concat(chunks).subarray(0, longestAnswer).toString('utf8');
}

function judge({ statusCode = 0, headers }: IncomingMessage, answer: string): Outcome {
  if (statusCode >= 200 && statusCode < 300) return { delivered: true, detail: `The receiver answered ${statusCode}` };
  if (statusCode >= 300 && statusCode < 400)
    return failed(`The receiver answered ${statusCode}: redirects are not followed, give the final address`);
  const said = oneLine(answer, 160);
  const detail = `The receiver answered ${statusCode}${said === '' ? '' : `: ${said}`}`;
  if (aboutTheMessage.has(statusCode)) return failed(detail, 'message');
  if (unclear.has(statusCode)) return failed(detail, 'unclear');
  const seconds = Number(headers['retry-after']);
  return seconds > 0 ? { ...failed(detail), retryAfter: Math.min(seconds * 1000, longestRetryAfter) } : failed(detail);
}

function describe(error: unknown, timeout: number): string {
  const { name, code, message, errors } = error as NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] };
  if (name === 'TimeoutError' || name === 'AbortError') return `No answer within ${timeout / 1000} s`;
  // of several addresses, the reason of the first says enough
  const reason = code ?? errors?.[0]?.code;
  return `The receiver cannot be reached: ${oneLine(message || errors?.[0]?.message || '', 160)}${reason ? ` (${reason})` : ''}`;
}
