import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { createCommitter } from './committer.ts';
import { createConnectRate } from './connect-rate.ts';
import { Connection, holdFor, type Surroundings } from './connection.ts';
import { pump } from './deliver.ts';
import type { ConnectivityDeps } from './deps.ts';
import { type RefusalKind, reason } from './domain/reasons.ts';
import { createEndpoint, type EndpointDeps } from './endpoint.ts';
import type { Front } from './front.ts';
import { handlePacket } from './handle-packet.ts';
import { createJournal, type Journal, type JournalStore } from './journal.ts';
import type { ConnectivityLimits } from './limits.ts';
import { createRefusals, type Refusals } from './refusals.ts';
import { createRegistry, normalHex, type Registry } from './registry.ts';
import type { SessionStore } from './session-port.ts';
import { type Sweep, startSweep } from './sweep.ts';

export interface FrontDoorDeps extends Omit<ConnectivityDeps, 'audit' | 'bus' | 'onRevoked' | 'knowsEcu' | 'presence'> {
  readonly store: SessionStore;
  readonly journal: JournalStore;
  readonly limits: ConnectivityLimits;
}

export interface FrontDoor {
  listen(options: { host: string; port: number }): Promise<AddressInfo>;
  stop(): Promise<void>;
  /** Cuts the live connections of certificates, named by serial number or SHA-256 fingerprint. Returns how many. */
  revoke(certificates: readonly string[]): number;
  /** Cuts a live connection of this replica; false when there is none. */
  disconnect(clientId: string, why: string): boolean;
  /** Another connection of this client is the one that counts now. */
  yieldTo(clientId: string, connectionId: string): void;
  /** Something was queued for this client. */
  wake(clientId: string): void;
  reloadTls(): void;
  rotateTicketKeys(): void;
  ready(): boolean;
  figures(): { connections: number; handshakes: number; queued: number };
  /** Writes what the journal gathered, now; for tests and for the last page before the end. */
  flushJournal(): Promise<void>;
}

/** The vehicle front door of one replica: endpoint, live connections, commits. State that must last is in the stores. */
export function createFrontDoor(deps: FrontDoorDeps): FrontDoor {
  const { limits, log, metrics } = deps;
  const now = () => deps.clock.now();
  const registry = createRegistry<Connection>();
  const refusals = createRefusals(now);
  const live = () => registry.all();
  const journal = createJournal({ store: deps.journal, refusals, live, replica: deps.replica, now, log });
  const front = createFront(deps, registry, refusals, journal);
  const sweep = startSweep({ front, journal, authenticate: deps.authenticate });
  const lifecycle = createLifecycle(front, journal, sweep);
  const endpoint = createEndpoint({
    ...lifecycle,
    limits,
    metrics,
    log,
    now,
    secureContext: deps.secureContext,
    authenticate: deps.authenticate,
    rejected: (socket, kind, detail) => {
      metrics.count('mqtt_refused_total', { kind });
      refusals.note({ kind, detail, address: socket.remoteAddress ?? 'unknown' });
    },
  });
  return {
    ...commandsOf(front),
    listen: endpoint.listen,
    stop: async () => {
      endpoint.close();
      await drain(front);
      sweep.stop();
      await journal.flush();
    },
    revoke: (certificates) => {
      endpoint.rotateTicketKeys();
      return cutRevoked(front, certificates);
    },
    reloadTls: endpoint.reload,
    rotateTicketKeys: endpoint.rotateTicketKeys,
    ready: endpoint.listening,
    figures: () => ({
      connections: registry.size,
      handshakes: endpoint.handshakes(),
      queued: front.committer.queued(),
    }),
    flushJournal: journal.flush,
  };
}

function createFront(deps: FrontDoorDeps, registry: Registry<Connection>, refusals: Refusals, journal: Journal): Front {
  const { limits, store, log, metrics } = deps;
  const nowMs = () => deps.clock.now().getTime();
  const refused = (connection: Connection, kind: RefusalKind, detail: string): void => {
    metrics.count('mqtt_refused_total', { kind });
    const { device, address } = connection;
    refusals.note({ kind, detail, address, ecuId: device?.ecuId, vin: device?.vin, serial: device?.serial });
  };
  const committer = createCommitter({
    store,
    limits,
    log,
    metrics,
    sinks: deps.sinks,
    refused: ({ owner, detail }) => refused(owner as Connection, 'payload', detail),
  });
  return {
    deps,
    limits,
    store,
    committer,
    registry,
    now: () => deps.clock.now(),
    nowMs,
    refused,
    connects: createConnectRate(limits.connectsPerMinute, nowMs),
    slowed: () => metrics.count('mqtt_slowed_total'),
    connected: (connection) => journal.connected(connection),
  };
}

/** A connection from the socket to its session row and back. */
function createLifecycle(front: Front, journal: Journal, sweep: Sweep): Pick<EndpointDeps, 'opened' | 'accepted'> {
  const { store, registry } = front;
  const { log } = front.deps;
  const sockets = new Map<TLSSocket, Connection>();
  /** Before CONNECT a connection takes over no other; so many of one certificate are bounded here. */
  const open = new Map<string, number>();
  const countOpen = (fingerprint256: string, by: 1 | -1): number => {
    const count = (open.get(fingerprint256) ?? 0) + by;
    if (count === 0) open.delete(fingerprint256);
    else open.set(fingerprint256, count);
    return count;
  };
  const surroundings: Surroundings = {
    limits: front.limits,
    committer: front.committer,
    now: front.now,
    refused: front.refused,
    handle: (connection, frame) => handlePacket(front, connection, frame),
    failed: (connection, error) =>
      log.error({ err: error, clientId: connection.clientId }, 'a connection was ended by a fault of the server'),
  };

  async function finish(connection: Connection): Promise<void> {
    sockets.delete(connection.socket);
    await connection.opening;
    if (connection.phase !== 'live') return;
    journal.disconnected(connection);
    const { clientId, connectionId, expirySeconds } = connection;
    try {
      await store.close({ clientId, connectionId, expirySeconds, lost: !connection.saidGoodbye, now: front.now() });
    } catch (error) {
      // The row still says connected: the next connection, or the reaper of dead replicas, closes it.
      log.warn({ err: error, clientId }, 'the end of a connection could not be written');
    }
    if (connection.will !== undefined && !connection.saidGoodbye) sweep.wills();
  }

  return {
    opened: (socket, identity) => {
      const connection = new Connection(surroundings, socket, identity);
      sockets.set(socket, connection);
      registry.add(connection);
      countOpen(identity.fingerprint256, 1);
      socket.once('close', () => {
        countOpen(identity.fingerprint256, -1);
        connection.end(undefined, 'the connection was lost');
        void finish(connection).finally(() => {
          // Not before the row is closed: until then a successor must find this one, and wait.
          registry.remove(connection);
          connection.done.resolve();
        });
      });
      return connection;
    },
    accepted: (socket, device) => {
      const connection = sockets.get(socket);
      if (connection === undefined) return;
      connection.device = device;
      if ((open.get(connection.fingerprint256) ?? 0) > front.limits.connectionsPerCertificate) {
        front.refused(connection, 'flood', 'this certificate has too many open connections');
        connection.end(undefined, 'this certificate has too many open connections');
        return;
      }
      socket.on('data', (chunk: Buffer) => connection.receive(chunk));
    },
  };
}

function commandsOf(front: Front): Pick<FrontDoor, 'disconnect' | 'yieldTo' | 'wake'> {
  const { registry } = front;
  return {
    disconnect: (clientId, why) => {
      const connection = registry.byClient(clientId);
      connection?.end(reason.administrative, why);
      return connection !== undefined;
    },
    yieldTo: (clientId, connectionId) => {
      const connection = registry.byClient(clientId);
      // UUIDv7 ids are in the order of time: an announcement that arrives late does not cut its own successor.
      if (connection !== undefined && connection.connectionId < connectionId)
        connection.end(reason.takenOver, 'the same device connected again');
    },
    wake: (clientId) => {
      const connection = registry.byClient(clientId);
      if (connection?.phase === 'live') void pump(front, connection);
    },
  };
}

function cutRevoked(front: Front, certificates: readonly string[]): number {
  const cut = front.registry.byCertificate(new Set(certificates.map(normalHex)));
  for (const connection of cut) {
    front.refused(connection, 'certificate', 'revoked while connected');
    connection.end(reason.administrative, 'the certificate was revoked');
  }
  return cut.length;
}

/** Reads no more, acknowledges what is committed, says goodbye. */
async function drain({ registry, committer }: Front): Promise<void> {
  const live = [...registry.all()];
  for (const connection of live) connection.hold(holdFor.drain);
  await committer.idle(10_000);
  committer.stop();
  for (const connection of live) {
    connection.saidGoodbye = true; // it is we who go: no will is due
    connection.end(reason.shuttingDown, 'the server is shutting down');
  }
  await Promise.all(live.map(({ done }) => done.promise));
}
