import type { Connection } from './connection.ts';
import type { Log } from './deps.ts';
import type { RefusalCount, Refusals } from './refusals.ts';

/** The connection of a client as the console shows it: the last one, whether it still lives or not. */
export interface ConnectionRecord {
  readonly clientId: string;
  readonly connectionId: string;
  readonly ecuId: string;
  readonly vin: string;
  readonly serial: string;
  readonly certificate: string;
  readonly address: string;
  readonly protocol: '3.1.1' | '5';
  readonly tls: string;
  readonly keepAliveSeconds: number;
  readonly connectedAt: Date;
  readonly lastSeenAt: Date;
  readonly disconnectedAt: Date | undefined;
  readonly reason: string | undefined;
  readonly messagesIn: number;
  readonly messagesOut: number;
}

export interface JournalPage {
  readonly replica: string;
  readonly now: Date;
  readonly connections: readonly ConnectionRecord[];
  readonly refusals: readonly RefusalCount[];
  readonly messagesIn: number;
  readonly messagesOut: number;
}

export interface JournalStore {
  /** Writes one page in one transaction. */
  write(page: JournalPage): Promise<void>;
}

export interface Journal {
  connected(connection: Connection): void;
  disconnected(connection: Connection): void;
  flush(): Promise<void>;
}

/** Counters of a live connection reach its row this often; that it came or went is written with the next page. */
const refreshMs = 10_000;

export interface JournalDeps {
  readonly store: JournalStore;
  readonly refusals: Refusals;
  readonly live: () => Iterable<Connection>;
  readonly replica: string;
  readonly now: () => Date;
  readonly log: Log;
}

/** What people see of connections and refusals, gathered in memory and written a page a second. */
export function createJournal({ store, refusals, live, replica, now, log }: JournalDeps): Journal {
  const pending = new Map<string, ConnectionRecord>();
  const counted = new WeakMap<Connection, { in: number; out: number; at: number }>();
  let messagesIn = 0;
  let messagesOut = 0;
  let writing: Promise<void> | undefined;

  function count(connection: Connection, at: number): boolean {
    const before = counted.get(connection);
    const changed = connection.messagesIn - (before?.in ?? 0) + connection.messagesOut - (before?.out ?? 0) > 0;
    if (before !== undefined && at - before.at < refreshMs && connection.ended === undefined) return false;
    messagesIn += connection.messagesIn - (before?.in ?? 0);
    messagesOut += connection.messagesOut - (before?.out ?? 0);
    counted.set(connection, { in: connection.messagesIn, out: connection.messagesOut, at });
    return changed || connection.lastReceived > (before?.at ?? 0);
  }

  async function write(): Promise<void> {
    const at = now();
    for (const connection of live()) {
      if (connection.phase === 'live' && connection.ended === undefined && count(connection, at.getTime()))
        pending.set(connection.clientId, recordOf(connection, undefined));
    }
    const page: JournalPage = {
      replica,
      now: at,
      connections: [...pending.values()],
      refusals: refusals.take(),
      messagesIn,
      messagesOut,
    };
    pending.clear();
    messagesIn = 0;
    messagesOut = 0;
    try {
      await store.write(page);
    } catch (error) {
      log.warn({ err: error }, 'the connection journal could not be written; it is kept and tried again');
      for (const record of page.connections) if (!pending.has(record.clientId)) pending.set(record.clientId, record);
      refusals.giveBack(page.refusals);
      messagesIn += page.messagesIn;
      messagesOut += page.messagesOut;
    }
  }

  return {
    connected: (connection) => {
      pending.set(connection.clientId, recordOf(connection, undefined));
    },
    disconnected: (connection) => {
      count(connection, now().getTime());
      // A successor of the same client has its own record; the older one must not cover it.
      const later = pending.get(connection.clientId);
      if (later === undefined || later.connectionId === connection.connectionId)
        pending.set(connection.clientId, recordOf(connection, now()));
    },
    flush: () => {
      writing ??= write().finally(() => {
        writing = undefined;
      });
      return writing;
    },
  };
}

function recordOf(connection: Connection, disconnectedAt: Date | undefined): ConnectionRecord {
  const { device } = connection;
  return {
    clientId: connection.clientId,
    connectionId: connection.connectionId,
    ecuId: device?.ecuId ?? '',
    vin: device?.vin ?? '',
    serial: device?.serial ?? '',
    certificate: connection.certificateSerial,
    address: connection.address,
    protocol: connection.version === 5 ? '5' : '3.1.1',
    tls: connection.tls,
    keepAliveSeconds: Math.round(connection.keepAliveMs / 1_500),
    connectedAt: new Date(connection.since),
    lastSeenAt: new Date(connection.lastReceived),
    disconnectedAt,
    reason: connection.ended,
    messagesIn: connection.messagesIn,
    messagesOut: connection.messagesOut,
  };
}
