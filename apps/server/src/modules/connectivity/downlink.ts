import { type Command, clientIdOf, type DownlinkChannel } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import type { Actor, ConnectivityDeps } from './deps.ts';
import { ConnectivityError } from './error.ts';
import { insertDownlink } from './store.ts';
import type { ConnectivityViews } from './views.ts';

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

/** What replicas tell each other. */
export const replicaTopics = Object.freeze({
  downlink: 'connectivity.downlink',
  takeover: 'connectivity.takeover',
  disconnect: 'connectivity.disconnect',
});

export interface DownlinkDeps extends Pick<ConnectivityDeps, 'audit' | 'bus' | 'clock' | 'knowsEcu'> {
  readonly db: Db;
  readonly views: ConnectivityViews;
  readonly queuedPerClient: number;
}

/** What the platform says to devices; it takes effect on whichever replica has the connection. */
export function createDownlink({ db, audit, bus, clock, knowsEcu, views, queuedPerClient }: DownlinkDeps) {
  /** Queues a message for an ECU in the caller's transaction; it goes out when the device is there and has subscribed. */
  async function send(tx: Db, message: Downlink): Promise<string> {
    const clientId = clientIdOf(message.vin, message.serial);
    const now = clock.now();
    const id = newId(now.getTime());
    const { channel, payload, qos, expiresAt } = message;
    if (!(await insertDownlink(tx, { id, clientId, channel, payload, qos, now, expiresAt }, queuedPerClient))) {
      throw new ConnectivityError(
        'connectivity.queue-full',
        `${queuedPerClient} messages wait for ${clientId} already: wait until it has connected, or let them expire`,
      );
    }
    await bus.publish(tx, replicaTopics.downlink, { clientId });
    return id;
  }

  return {
    send,
    /**
     * Queues a command; the device answers on `ack` under the id given back.
     * @throws ConnectivityError `connectivity.unknown-device`, `connectivity.queue-full`
     */
    sendCommand: async (to: Address, command: Omit<Command, 'id' | 'expiresAt'>, by: Actor) => {
      if (!(await knowsEcu(to.vin, to.serial))) {
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
        await audit(tx).appendAll([
          { action: 'connectivity.command', subject: `${to.vin}/${to.serial}`, by, details, at: now },
        ]);
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
        await bus.publish(tx, replicaTopics.disconnect, { clientId });
        await audit(tx).appendAll([
          { action: 'connectivity.disconnect', subject: `${vin}/${serial}`, by, details: {}, at: clock.now() },
        ]);
      });
    },
  };
}
