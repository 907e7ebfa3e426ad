import type { FastifyInstance } from 'fastify';
import { RequestError } from './problem.ts';

/** No inline script or style, nothing from outside; `data:` only for the embedded font and drawn images. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

export function addSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('content-security-policy', contentSecurityPolicy);
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'no-referrer');
    reply.header('cross-origin-opener-policy', 'same-origin');
    reply.header('cross-origin-resource-policy', 'same-origin');
    reply.header('permissions-policy', 'camera=(), geolocation=(), microphone=()');
    if (isSecure(request.raw.socket)) reply.header('strict-transport-security', 'max-age=31536000');
  });
}

export function isSecure(socket: object): boolean {
  return 'encrypted' in socket && socket.encrypted === true;
}

/**
 * A page of another site must not reach the loopback listener under a name of its own (DNS rebinding):
 * only the names this server is known by are answered.
 */
export function addHostCheck(app: FastifyInstance, hostnames: readonly string[]): void {
  const known = new Set(['localhost', '127.0.0.1', '[::1]', ...hostnames.map((name) => name.toLowerCase())]);
  app.addHook('onRequest', async (request) => {
    const host = (request.headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
    if (!known.has(host)) {
      throw new RequestError(
        'access.forged-request',
        `This server is not known as "${host.slice(0, 100)}". Add the name to http.hostnames.`,
      );
    }
  });
}

/**
 * Changes made with a session cookie need proof that our own page sent them: a header that no form can set,
 * and, where the browser tells the origin, our own (OWASP: custom request header + origin check).
 */
export function checkForgery(headers: Readonly<Record<string, string | string[] | undefined>>): void {
  if (headers['x-bulkhead-request'] !== '1')
    throw new RequestError('access.forged-request', 'Changes with a session need the header x-bulkhead-request: 1');
  const origin = headers.origin;
  if (typeof origin === 'string' && URL.parse(origin)?.host !== headers.host) {
    throw new RequestError('access.forged-request', 'The request comes from a page of another origin');
  }
}
