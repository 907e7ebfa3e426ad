import type { IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import { UptaneError } from '@bulkhead/uptane';
import { AgentError } from '../error.ts';
import { type Credential, contextOf } from '../tls-context.ts';
import { createSpeedGuard, defaultSpeedLimit, type SpeedLimit } from './speed-guard.ts';

export interface PlatformHttpsOptions {
  /** `https://host:port` of the vehicle door: the same as for EST. */
  readonly url: string;
  readonly trust: string;
  /** The certificate in use at the moment of a request. */
  readonly credential: () => Promise<Credential>;
  readonly speed?: SpeedLimit;
  /** How long the first byte of an answer may take. */
  readonly answerTimeoutMs?: number;
}

export interface Answer {
  readonly status: number;
  /** The platform's time, which TLS authenticates; undefined when it said none. */
  readonly date: Date | undefined;
  readonly retryAfterSeconds: number;
  /** First byte of the body within the whole file, when the answer is a part of it. */
  readonly from: number;
}

export interface Body extends Answer {
  readonly bytes: Buffer;
}

const mostJsonBytes = 64 * 1024;
const defaultAnswerTimeoutMs = 30_000;

function answerOf({ statusCode = 0, headers }: IncomingMessage): Answer {
  const date = new Date(headers.date ?? Number.NaN);
  const [, from] = /^bytes (\d{1,15})-/.exec(headers['content-range'] ?? '') ?? [];
  return {
    status: statusCode,
    date: Number.isNaN(date.getTime()) ? undefined : date,
    retryAfterSeconds: Math.min(3_600, Math.max(0, Number(headers['retry-after']) || 0)),
    from: Number(from ?? 0),
  };
}

/**
 * HTTPS to the platform and nobody else, by the certificate of this ECU. Every answer is bounded in bytes and in time: one
 * that trickles ends as `uptane.slow-retrieval`, a longer one as `uptane.endless-data`.
 */
export function createPlatformHttps(options: PlatformHttpsOptions) {
  const { url, trust, credential, speed = defaultSpeedLimit, answerTimeoutMs = defaultAnswerTimeoutMs } = options;
  const pool = new Agent({ keepAlive: true, maxSockets: 2, timeout: 60_000 });
  let pooled: Credential | undefined;

  async function open(method: string, path: string, headers: Record<string, string>, body?: Uint8Array) {
    const identity = await credential();
    if (pooled && pooled !== identity && pooled.chain !== identity.chain) pool.destroy(); // a renewed certificate
    pooled = identity;
    const call: RequestOptions & ConnectionOptions = {
      method,
      headers,
      agent: pool,
      secureContext: contextOf(identity, trust),
      timeout: answerTimeoutMs,
    };
    return new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request(`${url}${path}`, call, resolve);
      sent.on('timeout', () => sent.destroy(new Error('timed out')));
      sent.on('error', (cause) =>
        reject(
          new AgentError('agent.platform-unreachable', `The platform does not answer (${cause.message})`, { cause }),
        ),
      );
      sent.end(body);
    });
  }

  /** Hands over the body piece by piece; what is no longer wanted must not be read any further. */
  async function* bodyOf(response: IncomingMessage, place: string): AsyncGenerator<Buffer> {
    const guard = createSpeedGuard(speed, () => performance.now());
    const timer = setInterval(() => {
      if (guard.isTooSlow()) response.destroy(slow(place, speed));
    }, speed.windowMs / 4);
    try {
      for await (const chunk of response) {
        guard.received((chunk as Buffer).length);
        yield chunk as Buffer;
      }
    } catch (cause) {
      if (cause instanceof UptaneError) throw cause;
      throw new AgentError('agent.platform-unreachable', `The answer broke off (${(cause as Error).message})`, {
        cause,
      });
    } finally {
      clearInterval(timer);
      response.destroy();
    }
  }

  async function read(response: IncomingMessage, place: string, maxBytes: number): Promise<Body> {
    const parts: Buffer[] = [];
    let length = 0;
    for await (const part of bodyOf(response, place)) {
      length += part.length;
      if (length > maxBytes)
        throw new UptaneError('uptane.endless-data', place, `is longer than the ${maxBytes} bytes it may have`);
      parts.push(part);
    }
    return { ...answerOf(response), bytes: Buffer.concat(parts) };
  }

  return Object.freeze({
    /** A small file as a whole. @throws UptaneError, AgentError `agent.platform-unreachable` */
    get: async (path: string, place: string, maxBytes: number): Promise<Body> =>
      read(await open('GET', path, {}), place, maxBytes),
    /** Hands JSON over. */
    send: async (method: 'POST' | 'PUT', path: string, json: Uint8Array): Promise<Body> => {
      const headers = { 'Content-Type': 'application/json', 'Content-Length': String(json.length) };
      return read(await open(method, path, headers, json), path, mostJsonBytes);
    },
    /** A large file from a byte on (RFC 9110 s14.2), to its end or to a last byte. */
    download: async (path: string, place: string, from: number, last?: number) => {
      const range = from > 0 || last !== undefined ? { Range: `bytes=${from}-${last ?? ''}` } : {};
      const response = await open('GET', path, range as Record<string, string>);
      return { answer: answerOf(response), body: bodyOf(response, place) };
    },
    close: (): void => pool.destroy(),
  });
}
export type PlatformHttps = ReturnType<typeof createPlatformHttps>;

const slow = (place: string, { windowMs, leastBytes }: SpeedLimit) =>
  new UptaneError('uptane.slow-retrieval', place, `fewer than ${leastBytes} bytes came in ${windowMs / 1_000} s`);
