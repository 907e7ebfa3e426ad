import { type Command, clientIdOf, type DownlinkChannel, type ListQuery } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import type { Db } from '../../platform/db/database.ts';
import { inTransaction } from '../../platform/db/database.ts';
import type { Actor, ConnectivityDeps } from './deps.ts';
import { ConnectivityError } from './error.ts';
import { createFrontDoor } from './front-door.ts';
import { createJournalStore } from './journal-store.ts';
import { type ConnectivityLimits, defaultLimits } from './limits.ts';
import { createRefusalAudit } from './refusal-audit.ts';
import { createSessionStore, insertDownlink, reapReplicas, removeExpired } from './store.ts';
import { createConnectivityViews } from './views.ts';

export interface ConnectivityOptions extends ConnectivityDeps {
  readonly db: Db;
  readonly limits?: Partial<ConnectivityLimits>;
}

export interface Downlink {
  readonly vin: string;
  readonly serial: string;
  readonly channel: DownlinkChannel;
  readonly payload: Buffer;
  readonly qos: 0 | 1;
  readonly expiresAt?: Date;
}

interface Address {
  readonly vin: string;
  readonly serial: string;
}

/** A command that nobody fetched for this long is not carried out any more. */
const commandLifeMs = 7 * 86_400_000;

/** Between replicas. */
const topics = Object.freeze({
  downlink: 'connectivity.downlink',
  takeover: 'connectivity.takeover',
  disconnect: 'connectivity.disconnect',
});

const reapEveryMs = 5_000;
/** A replica that was not heard of for this long is dead. */
const silenceMs = 30_000;

/** Rule 6: the vehicle front door, what is sent through it, and what people see of it. */
export function createConnectivity(options: ConnectivityOptions) {
  const { db, clock, bus, log, replica } = options;
  const limits = Object.freeze({ ...defaultLimits, ...options.limits });
  const announce = async (tx: Db, topic: string, payload: Readonly<Record<string, unknown>>) => {
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
  const ears = [
    bus.subscribe(topics.downlink, (payload) => withText(payload, 'clientId', door.wake)),
    bus.subscribe(topics.disconnect, (payload) =>
      withText(payload, 'clientId', (clientId) => door.disconnect(clientId, 'disconnected by an operator')),
    ),
    bus.subscribe(topics.takeover, (payload) =>
      withText(payload, 'clientId', (clientId) =>
        withText(payload, 'connectionId', (connectionId) => door.yieldTo(clientId, connectionId)),
      ),
    ),
    options.onRevoked((certificates) => {
      door.revoke(certificates);
    }),
  ];
  const keep = housekeeping(options);

  /** Queues a message for an ECU in the caller's transaction; it goes out when the device is there and has subscribed. */
  async function send(tx: Db, message: Downlink): Promise<string> {
    const clientId = clientIdOf(message.vin, message.serial);
    const now = clock.now();
    const id = newId(now.getTime());
    const { channel, payload, qos, expiresAt } = message;
    if (!(await insertDownlink(tx, { id, clientId, channel, payload, qos, now, expiresAt }, limits.queuedPerClient))) {
      throw new ConnectivityError(
        'connectivity.queue-full',
        `${limits.queuedPerClient} messages wait for ${clientId} already: wait until it has connected, or let them expire`,
      );
    }
    await bus.publish(tx, topics.downlink, { clientId });
    return id;
  }

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
    downlink: Object.freeze({ send }),
    /**
     * Queues a command; the device answers on `ack` under the id given back.
     * @throws ConnectivityError `connectivity.unknown-device`, `connectivity.queue-full`
     */
    sendCommand: async (to: Address, command: Omit<Command, 'id' | 'expiresAt'>, by: Actor) => {
      if (!(await options.knowsEcu(to.vin, to.serial))) {
        throw new ConnectivityError(
          'connectivity.unknown-device',
          `The inventory has no ECU ${to.serial} in ${to.vin}: check both`,
        );
      }
      const now = clock.now();
      const expiresAt = new Date(now.getTime() + commandLifeMs);
      const id = newId(now.getTime());
      const payload = Buffer.from(
        JSON.stringify({ id, ...command, expiresAt: expiresAt.toISOString() } satisfies Command),
      );
      await inTransaction(db, async (tx) => {
        await send(tx, { ...to, channel: 'commands', payload, qos: 1, expiresAt });
        const details = { id, command: command.command };
        await options
          .audit(tx)
          .appendAll([{ action: 'connectivity.command', subject: `${to.vin}/${to.serial}`, by, details, at: now }]);
      });
      return { id, queuedAt: now };
    },
    /** Cuts a live connection, on whichever replica it is. @throws ConnectivityError `connectivity.not-connected` */
    disconnect: async ({ vin, serial }: Address, by: Actor) => {
      const clientId = clientIdOf(vin, serial);
      if (!(await views.isConnected(clientId))) {
        throw new ConnectivityError(
          'connectivity.not-connected',
          `${vin}/${serial} is not connected: there is nothing to cut`,
        );
      }
      await inTransaction(db, async (tx) => {
        await bus.publish(tx, topics.disconnect, { clientId });
        await options
          .audit(tx)
          .appendAll([
            { action: 'connectivity.disconnect', subject: `${vin}/${serial}`, by, details: {}, at: clock.now() },
          ]);
      });
    },
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
