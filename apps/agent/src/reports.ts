import {
  type Command,
  downlinkFilter,
  type InventoryReport,
  type UplinkChannel,
  uplinkTopic,
} from '@bulkhead/contract';
import type { Clock } from '@bulkhead/kernel';
import { answerCommand, readCommand } from './answer-command.ts';
import type { Log } from './log.ts';
import type { Session } from './mqtt-session.ts';

export interface ReportsOptions {
  readonly vin: string;
  readonly serial: string;
  readonly clock: Clock;
  readonly inventory: () => Pick<InventoryReport, 'software' | 'ecus'>;
  readonly renewCertificate: () => Promise<void>;
  readonly checkUpdates: () => boolean;
  readonly log: Log;
}

/** What the agent says of itself on a connection, and how it answers what it is told. */
export function createReports(options: ReportsOptions, boot: number) {
  const { vin, serial, clock, renewCertificate, checkUpdates, log } = options;
  const startedAt = clock.now().getTime();
  let sequence = 0;
  let subscribed = false;

  async function send(to: Session, channel: UplinkChannel, message: object): Promise<void> {
    const code = await to.publish(uplinkTopic(vin, serial, channel), Buffer.from(JSON.stringify(message)));
    if (code >= 0x80) log('warn', { code, channel }, 'the platform refused a message');
  }

  const inventory = (to: Session) => send(to, 'inventory', { boot, seq: sequence++, ...options.inventory() });

  const beat = (to: Session): void => {
    const uptimeS = Math.max(0, Math.round((clock.now().getTime() - startedAt) / 1000));
    to.send(uplinkTopic(vin, serial, 'heartbeat'), Buffer.from(JSON.stringify({ boot, uptimeS })));
  };

  const carryOut = (command: Command, to: Session) =>
    answerCommand(command, {
      clock,
      answer: (answer) => send(to, 'ack', answer),
      reportInventory: () => inventory(to),
      renewCertificate,
      checkUpdates,
    });

  return Object.freeze({
    beat,
    inventory,
    greet: async (to: Session): Promise<void> => {
      // a kept session may date from a boot that ended before it had subscribed
      if (!to.sessionPresent || !subscribed) await to.subscribe(downlinkFilter(vin, serial));
      subscribed = true;
      beat(to);
      await inventory(to);
    },
    receive: (topic: string, payload: Buffer, to: Session | undefined): void => {
      const command = readCommand(topic, payload, (err) => log('warn', { err }, 'a command could not be read'));
      if (command && to)
        carryOut(command, to).catch((error: unknown) => log('warn', { err: String(error) }, 'a command failed'));
    },
  });
}
