import { type Clock, newId } from '@bulkhead/kernel';
import { type Actor, createAudit } from '../audit/audit.ts';
import type { Config } from '../config/schema.ts';
import { type Db, inTransaction } from '../db/database.ts';
import { type Resolve, systemResolve } from '../outbound/target.ts';
import { announce, type Bus } from '../outbox/bus.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { createChannelStore } from './channel-store.ts';
import { createChannels } from './channels.ts';
import { createDeliveryStore } from './delivery-store.ts';
import { NotifyError } from './error.ts';
import { type Message, storable } from './message.ts';
import type { SecretBox } from './sealed-target.ts';
import { createSend } from './send/send.ts';
import { mailSettings } from './settings.ts';
import { createTopics, type Topic } from './topics.ts';
import { createNotifyViews } from './views.ts';
import { createWorker, type WorkerDeps, workTopic } from './worker.ts';

export interface NotifyDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'count' | 'gauge'>;
  readonly bus: Pick<Bus, 'subscribe'>;
  readonly config: Config['notifications'];
  /** Where people reach the console; links in messages begin with it. No slash at the end. */
  readonly consoleUrl: string;
  readonly secretBox: SecretBox;
  readonly topics: readonly Topic[];
  /** Tells open consoles that channels or deliveries changed. */
  readonly onChanged: () => void;
  readonly resolve?: Resolve;
  /** Certificates trusted instead of the system's; for tests. */
  readonly ca?: string;
  /** How the worker runs; for tests. */
  readonly worker?: Partial<Pick<WorkerDeps, 'concurrency' | 'leaseMs' | 'pollMs' | 'random'>>;
}

const postTimeout = 10_000;
const mailTimeout = 30_000;

/** Notifications: topics come in by name, channels are the operators', and what was published is delivered at least once. */
export function createNotify(deps: NotifyDeps) {
  const { db, clock, log, metrics, bus, config, consoleUrl, secretBox, onChanged, ca } = deps;
  const topics = createTopics(deps.topics);
  const mail = mailSettings(config, mailTimeout);
  const trust = ca ? { ca } : {};
  const rules = { ...config, who: 'a webhook', setting: 'notifications.allowHosts' };
  const send = createSend({
    clock,
    secretBox,
    post: {
      rules,
      resolve: deps.resolve ?? systemResolve,
      timeout: postTimeout,
      userAgent: 'Bulkhead-Notifications/1',
      ...trust,
    },
    mail: 'fault' in mail ? undefined : { ...mail, ...trust },
  });
  const changed = async (tx: Db) => {
    await announce(tx, workTopic, null);
    onChanged();
  };
  const mailFault = 'fault' in mail ? mail.fault : undefined;
  const channels = createChannels({
    db,
    clock,
    topics,
    secretBox,
    rules,
    mailFault,
    send,
    consoleUrl,
    changed,
  });
  const worker = createWorker({ db, clock, log, metrics, bus, send, consoleUrl, onChanged, ...deps.worker });

  return Object.freeze({
    channels,
    worker,
    /**
     * Writes the message and one delivery for each channel that listens, in the caller's transaction: what is committed
     * is delivered, what is rolled back was never told. Answers the number of deliveries.
     */
    publish: async (tx: Db, message: Message): Promise<number> => {
      if (!topics.has(message.topic)) throw new Error(`The topic "${message.topic}" is not registered`);
      const now = clock.now();
      const row = { id: newId(now.getTime()), topic: message.topic, ...storable(message), created_at: now };
      const deliveries = await createDeliveryStore(tx).insertMessage(row);
      if (deliveries > 0) await changed(tx);
      return deliveries;
    },
    listDeliveries: createNotifyViews(db).deliveriesPage,
    resend: (id: string, by: Actor) => inTransaction(db, (tx) => resend(tx, clock.now(), id, by, changed)),
    settings: () => ({
      topics: topics.all.map((topic) => ({ ...topic })),
      mail: { ready: mailFault === undefined, from: 'fault' in mail ? null : mail.from, reason: mailFault ?? null },
    }),
  });
}
export type Notify = ReturnType<typeof createNotify>;

async function resend(tx: Db, now: Date, id: string, by: Actor, changed: (tx: Db) => Promise<void>) {
  const delivery = await createNotifyViews(tx).deliveryPlace(id);
  const channels = createChannelStore(tx);
  // The channel is locked before its deliveries, here and wherever both are written.
  const channel = delivery && (await channels.channel(delivery.channelId));
  if (!delivery || !channel) throw new NotifyError('notifications.unknown-delivery', 'There is no such delivery.');
  const deliveries = await createDeliveryStore(tx).revive(delivery, now);
  if (deliveries === 0)
    throw new NotifyError(
      'notifications.already-delivered',
      'The receiver has it already: there is nothing to send again.',
    );
  await channels.unblock(channel.id);
  const details = { id, channelId: channel.id, deliveries };
  await createAudit(tx).append({ action: 'notifications.resend', subject: channel.name, by, details, at: now });
  await changed(tx);
  return { deliveries };
}
