import { constants } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { type Est, type EstResponse, maxEstBodyBytes } from './est-routes.ts';

/** Certificates and key in PEM, as node:tls takes them. */
export interface TlsMaterial {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

export type Listener = (request: IncomingMessage, response: ServerResponse) => boolean;

/** About 40 KiB each while it lasts; enrolments need a connection for a second. */
const maxConnections = 10_000;

export class BodyTooLarge extends Error {}

/** Reads at most `limit` octets and stops listening to a sender that has more. */
export async function readBounded(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, { status, headers, body }: EstResponse): void {
  // Node keeps the case of header names, which some EST clients insist on.
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body), 'Cache-Control': 'no-store' });
  response.end(body);
}

const tooLarge: EstResponse = {
  status: 413,
  headers: { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' },
  body: `A request has at most ${maxEstBodyBytes} octets\n`,
};

const peers = new WeakMap<TLSSocket, { readonly der: Uint8Array }>();

/** Read once per connection: renegotiation, which could change it, is off. */
export function peerOf(socket: TLSSocket): { readonly der: Uint8Array } | undefined {
  const known = peers.get(socket);
  if (known) return known;
  const raw = socket.getPeerX509Certificate()?.raw;
  if (!raw) return undefined;
  const peer = { der: raw };
  peers.set(socket, peer);
  return peer;
}

async function handleEst(est: Est, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = '/'] = (request.url ?? '/').split('?', 1);
  try {
    const body = request.method === 'POST' ? await readBounded(request, maxEstBodyBytes) : Buffer.alloc(0);
    const peer = peerOf(request.socket as TLSSocket);
    send(response, await est.handle({ method: request.method ?? 'GET', path, headers: request.headers, body, peer }));
  } catch (error) {
    if (error instanceof BodyTooLarge) send(response, tooLarge);
    else response.destroy(); // the client went away in the middle
  }
}

/** Answers requests below `/.well-known/est/`; false for every other path. */
export function createEstListener(est: Est): Listener {
  return (request, response) => {
    if (!request.url?.startsWith('/.well-known/est/')) return false;
    void handleEst(est, request, response);
    return true;
  };
}

/**
 * HTTPS for vehicles. A client certificate is asked for and not judged by TLS: an expired one may still renew, and `cacerts`
 * is open. Every operation behind it judges the certificate itself. TLS 1.2 stays for EST clients such as strongSwan and libest.
 * @param listeners tried in order; the first that answers true has taken the request
 */
export function createVehicleHttps(material: TlsMaterial, listeners: readonly Listener[]): Server {
  const server = createServer(
    {
      ...material,
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
      maxHeaderSize: 16 * 1024,
      handshakeTimeout: 10_000,
      // How often the two timeouts below are looked at; Node's 30 s would double them.
      connectionsCheckingInterval: 5_000,
    },
    (request, response) => {
      if (listeners.some((listener) => listener(request, response))) return;
      response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end('There is nothing here\n');
    },
  );
  server.requestTimeout = 30_000;
  server.headersTimeout = 15_000;
  server.keepAliveTimeout = 60_000;
  // A client that does not take its answer is let go, and no number of clients takes the memory of the process.
  server.setTimeout(60_000);
  server.maxConnections = maxConnections;
  server.on('tlsClientError', () => undefined); // a failed handshake is the client's matter and must not end the process
  return server;
}
