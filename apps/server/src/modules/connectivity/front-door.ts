import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { createCommitter } from './committer.ts';
import { Connection, holdFor, type Identity } from './connection.ts';
import { pump } from './deliver.ts';
import type { ConnectivityDeps, Device } from './deps.ts';
import { type RefusalKind, reason } from './domain/reasons.ts';
import { fullBucket, refill, type TokenBucket } from './domain/token-bucket.ts';
import { createEndpoint } from './endpoint.ts';
import type { Front } from './front.ts';
import { handlePacket } from './handle-packet.ts';
import { createJournal, type JournalStore } from './journal.ts';
import type { ConnectivityLimits } from './limits.ts';
import { createRefusals } from './refusals.ts';
import { createRegistry, normalHex } from './registry.ts';
import type { SessionStore } from './session-port.ts';
import { startSweep } from './sweep.ts';

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
  const { limits, store, log, metrics } = deps;
  const now = () => deps.clock.now();
  const nowMs = () => deps.clock.now().getTime();
  const registry = createRegistry<Connection>();
  const refusals = createRefusals(now);
  const sockets = new Map<TLSSocket, Connection>();
  const connects = new Map<string, TokenBucket>();
  const journal = createJournal({
    store: deps.journal,
    refusals,
    live: () => registry.all(),
    replica: deps.replica,
    now,
    log,
  });

  function refused(connection: Connection, kind: RefusalKind, detail: string): void {
    metrics.count('mqtt_refused_total', { kind });
    const { device, address } = connection;
    refusals.note({ kind, detail, address, ecuId: device?.ecuId, vin: device?.vin, serial: device?.serial });
  }

  const committer = createCommitter({
    store,
    limits,
    log,
    metrics,
    sinks: deps.sinks,
    refused: ({ owner, detail }) => refused(owner as Connection, 'payload', detail),
  });

  const front: Front = {
    deps,
    limits,
    store,
    committer,
    registry,
    now,
    nowMs,
    refused,
    slowed: () => metrics.count('mqtt_slowed_total'),
    mayConnect: (connection) => {
      const bucket = connects.get(connection.fingerprint256) ?? fullBucket(limits.connectsPerMinute, nowMs());
      connects.set(connection.fingerprint256, bucket);
      refill(bucket, limits.connectsPerMinute / 60, limits.connectsPerMinute, nowMs());
      bucket.tokens = Math.max(-1, bucket.tokens - 1);
      return bucket.tokens >= 0;
    },
    connected: (connection) => journal.connected(connection),
  };

  const surroundings = {
    limits,
    committer,
    now,
    refused,
    handle: (connection: Connection, frame: Buffer) => handlePacket(front, connection, frame),
    failed: (connection: Connection, error: unknown) =>
      log.error(
        { err: error, clientId: connection.clientId },
        'a device connection was ended by a fault of the server',
      ),
  };

  function opened(socket: TLSSocket, identity: Identity): Connection {
    const connection = new Connection(surroundings, socket, identity);
    sockets.set(socket, connection);
    registry.add(connection);
    socket.once('close', () => {
      connection.end(undefined, 'the connection was lost');
      void finish(connection).finally(() => connection.done.resolve());
    });
    return connection;
  }

  async function finish(connection: Connection): Promise<void> {
    sockets.delete(connection.socket);
    registry.remove(connection);
    await connection.opening;
    if (connection.phase !== 'live') return;
    journal.disconnected(connection);
    const { clientId, connectionId, expirySeconds } = connection;
    try {
      await store.close({ clientId, connectionId, expirySeconds, lost: !connection.saidGoodbye, now: now() });
    } catch (error) {
      // The row still says connected: the next connection, or the reaper of dead replicas, closes it.
      log.warn({ err: error, clientId }, 'the end of a connection could not be written');
    }
    if (connection.will !== undefined && !connection.saidGoodbye) sweep.wills();
  }

  function accepted(socket: TLSSocket, device: Device): void {
    const connection = sockets.get(socket);
    if (connection === undefined) return;
    connection.device = device;
    socket.on('data', (chunk: Buffer) => connection.receive(chunk));
  }

  const endpoint = createEndpoint({
    limits,
    metrics,
    log,
    now,
    opened,
    accepted,
    secureContext: deps.secureContext,
    authenticate: deps.authenticate,
    rejected: (socket, kind, detail) => {
      metrics.count('mqtt_refused_total', { kind });
      refusals.note({ kind, detail, address: socket.remoteAddress ?? 'unknown' });
    },
  });
  const sweep = startSweep({
    front,
    journal,
    connects,
    handshakes: endpoint.handshakes,
    authenticate: deps.authenticate,
  });

  async function stop(): Promise<void> {
    endpoint.close();
    const live = [...registry.all()];
    for (const connection of live) connection.hold(holdFor.drain);
    await committer.idle(10_000);
    committer.stop();
    for (const connection of live) {
      connection.saidGoodbye = true; // it is we who go: no will is due
      connection.end(reason.shuttingDown, 'the server is shutting down');
    }
    await Promise.all(live.map(({ done }) => done.promise));
    sweep.stop();
    await journal.flush();
  }

  return {
    listen: endpoint.listen,
    stop,
    revoke: (certificates) => {
      endpoint.rotateTicketKeys();
      const cut = registry.byCertificate(new Set(certificates.map(normalHex)));
      for (const connection of cut) {
        refused(connection, 'certificate', 'revoked while connected');
        connection.end(reason.administrative, 'the certificate was revoked');
      }
      return cut.length;
    },
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
    reloadTls: endpoint.reload,
    rotateTicketKeys: endpoint.rotateTicketKeys,
    ready: endpoint.listening,
    figures: () => ({ connections: registry.size, handshakes: endpoint.handshakes(), queued: committer.queued() }),
    flushJournal: journal.flush,
  };
}
