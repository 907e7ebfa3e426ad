import { randomBytes, type X509Certificate } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { newId } from '@bulkhead/kernel';
import type { Identity } from './connection.ts';
import type { Device, Log, Metrics, Peer, TlsMaterial, Verdict } from './deps.ts';
import { createHandshakes } from './handshakes.ts';
import type { ConnectivityLimits } from './limits.ts';
import { normalHex } from './registry.ts';

export interface EndpointDeps {
  readonly secureContext: () => TlsMaterial;
  readonly authenticate: (peer: Peer) => Verdict | Promise<Verdict>;
  readonly limits: ConnectivityLimits;
  readonly now: () => Date;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Makes the socket known before its certificate is judged, so that a revocation in between still finds it. */
  readonly opened: (socket: TLSSocket, identity: Identity) => { readonly ended: string | undefined };
  readonly accepted: (socket: TLSSocket, device: Device) => void;
  readonly rejected: (socket: TLSSocket, kind: 'certificate' | 'handshake', detail: string, device?: Device) => void;
}

export interface Endpoint {
  listen(options: { host: string; port: number }): Promise<AddressInfo>;
  /** Takes no new connections. */
  close(): void;
  reload(): void;
  rotateTicketKeys(): void;
  listening(): boolean;
  handshakes(): number;
}

/** The TLS side of the front door: who gets in. What is said afterwards is not its business. */
export function createEndpoint(deps: EndpointDeps): Endpoint {
  const { limits, metrics } = deps;
  const handshakes = createHandshakes(limits.handshakes, () => metrics.count('mqtt_handshakes_shed_total'));
  let lanes = 0;
  const server: Server = createServer({
    ...tlsOptions(deps.secureContext()),
    requestCert: true,
    // Judged in `admit`, where the reason can be told, counted and audited; nothing is read before that.
    rejectUnauthorized: false,
    ALPNProtocols: ['mqtt', 'x-amzn-mqtt-ca'],
    handshakeTimeout: limits.connectSeconds * 1_000,
    ticketKeys: randomBytes(48),
    sessionIdContext: 'bulkhead-vehicles',
  });
  server.maxConnections = limits.connections;
  server.prependListener('connection', (socket) => {
    handshakes.enter(socket);
    socket.setNoDelay(true);
    // A peer that vanished without a word is noticed even when it asked for no keep-alive.
    socket.setKeepAlive(true, 60_000);
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    deps.rejected(socket, 'handshake', `TLS handshake failed: ${error.code ?? error.message}`);
    // Node only tells: a handshake that timed out would keep its socket for ever.
    socket.destroy();
  });
  server.on('secureConnection', (socket) => {
    handshakes.leave(socket);
    metrics.count('mqtt_handshakes_total', { resumed: socket.isSessionReused() ? 'yes' : 'no' });
    socket.on('error', (error) => deps.log.debug({ err: error }, 'a device connection broke'));
    lanes = (lanes + 1) % limits.lanes;
    void admit(deps, socket, lanes);
  });
  return {
    listen: ({ host, port }) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host, port, backlog: 1_024 }, () => {
          server.off('error', reject);
          server.on('error', (error) => deps.log.error({ err: error }, 'the vehicle endpoint failed'));
          resolve(server.address() as AddressInfo);
        });
      }),
    close: () => {
      server.close();
    },
    reload: () => server.setSecureContext(tlsOptions(deps.secureContext())),
    // With old tickets gone every client does a full handshake again; `admit` judges resumed ones all the same.
    rotateTicketKeys: () => server.setTicketKeys(randomBytes(48)),
    listening: () => server.listening,
    handshakes: () => handshakes.size,
  };
}

function tlsOptions({ key, cert, ca, minVersion }: TlsMaterial) {
  return {
    key,
    cert,
    ca: typeof ca === 'string' || Buffer.isBuffer(ca) ? ca : [...ca],
    minVersion,
    maxVersion: 'TLSv1.3' as const,
  };
}

/**
 * Judges a peer on every handshake. A resumed session brings the certificate of the first handshake and OpenSSL's verdict of
 * then; without a certificate Node calls a resumed session authorized. So nothing is inherited: certificate, validity and
 * standing are looked at each time.
 */
async function admit(deps: EndpointDeps, socket: TLSSocket, lane: number): Promise<void> {
  const certificate: X509Certificate | undefined = socket.getPeerX509Certificate();
  if (certificate === undefined) return reject(deps, socket, 'no client certificate');
  const { fingerprint256, serialNumber, raw } = certificate;
  if (!socket.authorized) return reject(deps, socket, `${String(socket.authorizationError)}: ${fingerprint256}`);
  const now = deps.now();
  if (certificate.validToDate <= now || certificate.validFromDate > now)
    return reject(deps, socket, `expired: ${fingerprint256}`);
  const connection = deps.opened(socket, {
    connectionId: newId(),
    fingerprint256: normalHex(fingerprint256),
    certificateSerial: normalHex(serialNumber),
    validTo: certificate.validToDate.getTime(),
    peer: { fingerprint256, serialNumber, raw },
    address: socket.remoteAddress ?? 'unknown',
    tls: `${socket.getProtocol() ?? 'TLS'} ${socket.getCipher().name}`,
    lane,
  });
  let verdict: Verdict;
  try {
    verdict = await deps.authenticate({ fingerprint256, serialNumber, raw });
  } catch (error) {
    deps.log.warn({ err: error }, 'a certificate could not be checked; the device is turned away and may try again');
    socket.destroy();
    return;
  }
  if (!verdict.ok) return reject(deps, socket, `${verdict.reason}: ${verdict.detail}`);
  if (connection.ended === undefined) deps.accepted(socket, verdict.device);
}

function reject(deps: EndpointDeps, socket: TLSSocket, detail: string): void {
  deps.rejected(socket, 'certificate', detail);
  socket.destroy();
}
