import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import type { Identity } from './modules/identity/index.ts';
import type { Config } from './platform/config/schema.ts';
import { createHttpsServer, listen } from './platform/http/server.ts';
import type { Metrics } from './platform/telemetry/metrics.ts';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** A host and port as part of an address; IPv6 in brackets. */
export const authority = (host: string, port: number) => `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

/** A peer that is silent or dribbles gives its place up; node:http's own limits are minutes. */
const patience = {
  headersTimeout: 10_000,
  requestTimeout: 300_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
};
const mostConnections = 10_000;

/** Stops taking connections, lets requests end for a while, then closes what is left. */
function drain(server: Server, patienceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), patienceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function metricsServer(metrics: Metrics): Server {
  return createServer((request, response) => {
    // under another name it is a page of somebody else's that reads (DNS rebinding)
    if (!/^(localhost|127\.0\.0\.1)(:\d+)?$/i.test(request.headers.host ?? ''))
      return void response.writeHead(403).end();
    if (request.url !== '/metrics') return void response.writeHead(404).end();
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text),
      () => response.writeHead(500).end(),
    );
  });
}

/**
 * Opens the doors for people and tools: loopback HTTP, HTTPS, metrics; and EST and update files for vehicles. The MQTT door belongs to
 * connectivity. Answers the real ports; when one cannot be opened those opened before it are closed again.
 */
export async function openDoors(
  config: Config,
  identity: Identity,
  vehicleListeners: Parameters<Identity['createVehicleServer']>[0],
  listener: Listener,
  metrics: Metrics,
) {
  const opened: Server[] = [];
  const close = async () => void (await Promise.all(opened.map((server) => drain(server, 5_000))));
  const open = async (server: Server, host: string, port: number, setting: string) => {
    server.maxConnections = mostConnections;
    const real = await listen(server, host, port, setting);
    opened.push(server);
    return real;
  };
  try {
    const { http, vehicles } = config;
    const httpPort = await open(createServer(patience, listener), http.host, http.port, 'http.port');
    const { key, cert } = identity.secureContext();
    const https = createHttpsServer({ key, cert, handshakeTimeout: 10_000, ...patience }, listener);
    identity.onSecureContext((material) => https.setSecureContext({ key: material.key, cert: material.cert }));
    const tlsPort = await open(https, http.tlsHost, http.tlsPort, 'http.tlsPort');
    const estPort = await open(
      identity.createVehicleServer(vehicleListeners),
      vehicles.host,
      vehicles.estPort,
      'vehicles.estPort',
    );
    const metricsPort = config.metrics.enabled
      ? await open(metricsServer(metrics), '127.0.0.1', config.metrics.port, 'metrics.port')
      : undefined;
    return Object.freeze({ httpPort, tlsPort, estPort, metricsPort, close });
  } catch (error) {
    await close();
    throw error;
  }
}
export type Doors = Awaited<ReturnType<typeof openDoors>>;
