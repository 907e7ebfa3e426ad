import type { ListQuery } from '@bulkhead/contract';
import type { Json } from '@bulkhead/kernel';
import type { Db } from '../../platform/db/database.ts';
import type { ConnectivityDeps } from './deps.ts';
import { createDownlink, replicaTopics } from './downlink.ts';
import { createFrontDoor, type FrontDoor } from './front-door.ts';
import { createJournalStore } from './journal-store.ts';
import { type ConnectivityLimits, defaultLimits } from './limits.ts';
import { createRefusalAudit } from './refusal-audit.ts';
import { createSessionStore, reapReplicas, removeExpired } from './store.ts';
import { createConnectivityViews } from './views.ts';

export interface ConnectivityOptions extends ConnectivityDeps {
  readonly db: Db;
  readonly limits?: Partial<ConnectivityLimits>;
}

const reapEveryMs = 5_000;
/** A replica that was not heard of for this long is dead. */
const silenceMs = 30_000;

/** Rule 6: the vehicle front door, what is sent through it, and what people see of it. */
export function createConnectivity(options: ConnectivityOptions) {
  const { db, clock, bus, log, replica } = options;
  const limits = Object.freeze({ ...defaultLimits, ...options.limits });
  const announce = async (tx: Db, topic: string, payload: Json) => {
    await bus.publish(tx, topic, payload);
  };
  const droppedWill = (error: unknown) =>
    log.warn({ err: error }, 'a will was dropped because no channel could store it');
  const views = createConnectivityViews(db);
  const door = createFrontDoor({
    ...options,
    limits,
    store: createSessionStore({ db, replica, announce, droppedWill }),
    journal: createJournalStore({
      db,
      audit: options.audit,
      announce,
      auditOf: createRefusalAudit(),
      presence: options.presence,
    }),
  });
  const ears = listen(options, door);
  const downlink = createDownlink({ ...options, views, queuedPerClient: limits.queuedPerClient });
  const keep = housekeeping(options);

  return Object.freeze({
    /** Starts to listen; first closes what an earlier run of this replica left open. */
    start: async (address: { host: string; port: number }) => {
      await keep.start();
      return door.listen(address);
    },
    stop: async () => {
      for (const stopListening of ears) stopListening();
      await door.stop();
      keep.stop();
    },
    downlink: Object.freeze({ send: downlink.send }),
    sendCommand: downlink.sendCommand,
    disconnect: downlink.disconnect,
    connections: (query: ListQuery) => views.connections(query),
    refusals: (query: ListQuery) => views.refusals(query),
    traffic: () => views.traffic(clock.now()),
    reloadTls: door.reloadTls,
    ready: door.ready,
    figures: door.figures,
    flushJournal: door.flushJournal,
  });
}
export type Connectivity = ReturnType<typeof createConnectivity>;

/** Hears what other replicas and the identity module say; returns how to stop. */
function listen({ bus, onRevoked }: ConnectivityOptions, door: FrontDoor): readonly (() => void)[] {
  return [
    bus.subscribe(replicaTopics.downlink, (payload) => withText(payload, 'clientId', door.wake)),
    bus.subscribe(replicaTopics.disconnect, (payload) =>
      withText(payload, 'clientId', (clientId) => door.disconnect(clientId, 'disconnected by an operator')),
    ),
    bus.subscribe(replicaTopics.takeover, (payload) =>
      withText(payload, 'clientId', (clientId) =>
        withText(payload, 'connectionId', (connectionId) => door.yieldTo(clientId, connectionId)),
      ),
    ),
    onRevoked((certificates) => {
      door.revoke(certificates);
    }),
  ];
}

function withText(payload: unknown, name: string, act: (text: string) => unknown): void {
  const value =
    typeof payload === 'object' && payload !== null ? (payload as Record<string, unknown>)[name] : undefined;
  if (typeof value === 'string') act(value);
}

/** Says that this replica lives, closes the sessions of those that do not, and forgets what has run out. */
function housekeeping({ db, clock, log, replica, presence }: ConnectivityOptions) {
  let timer: NodeJS.Timeout | undefined;
  let turn = 0;
  const reap = (starting: boolean) => {
    const now = clock.now();
    return reapReplicas(db, { replica, starting }, now, new Date(now.getTime() - silenceMs), presence);
  };
  const pass = async () => {
    try {
      await reap(false);
      if (turn++ % 12 === 0) await removeExpired(db, clock.now());
    } catch (error) {
      log.warn({ err: error }, 'the sessions of other replicas could not be looked after; tried again');
    }
  };
  return {
    start: async () => {
      await reap(true);
      timer = setInterval(() => void pass(), reapEveryMs);
    },
    stop: () => clearInterval(timer),
  };
}
