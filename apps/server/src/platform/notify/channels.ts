import { randomUUID } from 'node:crypto';
import type { ListQuery, NewNotificationChannel, NotificationChannelChange } from '@bulkhead/contract';
import { type Clock, newId } from '@bulkhead/kernel';
import { type Actor, createAudit } from '../audit/audit.ts';
import { type Db, inTransaction } from '../db/database.ts';
import type { TargetRules } from '../outbound/target.ts';
import {
  checkChannel,
  checkUrl,
  columnsOf,
  shownTarget,
  subscriptionRows,
  type WantedChannel,
  wantedChange,
  wantedNew,
} from './channel-input.ts';
import { createChannelStore } from './channel-store.ts';
import { createDeliveryStore } from './delivery-store.ts';
import { NotifyError, unknownChannel } from './error.ts';
import {
  newSigningSecret,
  type SealedTarget,
  type SecretBox,
  sealTarget,
  tryOpenTarget,
  undecipherable,
} from './sealed-target.ts';
import type { Parcel } from './send/parcel.ts';
import type { Send } from './send/send.ts';
import type { ChannelRow } from './tables.ts';
import type { Topics } from './topics.ts';
import { createNotifyViews } from './views.ts';

export interface ChannelDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly topics: Topics;
  readonly secretBox: SecretBox;
  readonly rules: TargetRules;
  /** What to set before mail works; undefined when it does. */
  readonly mailFault: string | undefined;
  readonly send: Send;
  readonly consoleUrl: string;
  /** After a change: open consoles ask again, workers look for work. */
  readonly changed: (tx: Db) => Promise<void>;
}

const mostChannels = 100;
const previousSecretLives = 86_400_000;

/** Channels: made, changed, tested and deleted by operators; every change is audited with it in one transaction. */
export function createChannels(deps: ChannelDeps) {
  const { db, clock } = deps;
  const views = createNotifyViews(db);
  const get = async (id: string) => {
    const channel = await views.channel(id);
    if (!channel) throw unknownChannel();
    return channel;
  };
  /** One change of one channel with its audit entry; `work` answers what to write into it. */
  const change = <T>(id: string, action: string, by: Actor, work: (tx: Db, row: ChannelRow) => Promise<Change<T>>) =>
    inTransaction(db, async (tx) => {
      const row = await createChannelStore(tx).channel(id);
      if (!row) throw unknownChannel();
      const { answer, details } = await work(tx, row);
      await createAudit(tx).append({
        action: `notifications.${action}`,
        subject: row.name,
        by,
        details: { id, ...details },
        at: clock.now(),
      });
      await deps.changed(tx);
      return answer;
    });

  return Object.freeze({
    list: (query: ListQuery) => views.channelsPage(query),
    get,
    create: async (input: NewNotificationChannel, by: Actor) => {
      const { id, secret } = await inTransaction(db, (tx) => create(deps, tx, input, by));
      return { channel: await get(id), secret };
    },
    update: async (id: string, input: NotificationChannelChange, by: Actor) => {
      const { subscriptions } = await get(id);
      await change(id, 'update-channel', by, (tx, row) =>
        update(deps, tx, row, wantedChange(row, input, subscriptions)),
      );
      return get(id);
    },
    remove: async (id: string, by: Actor) => {
      await change(id, 'delete-channel', by, async (tx, { name }) => {
        const { waiting = 0 } = (await createNotifyViews(tx).channel(id)) ?? {};
        await createDeliveryStore(tx).deleteOfChannel(id);
        await createChannelStore(tx).delete(id);
        return { answer: undefined, details: { name, waiting } };
      });
      return {};
    },
    rotateSecret: (id: string, by: Actor) => change(id, 'rotate-secret', by, (tx, row) => rotate(deps, tx, row)),
    resendAll: (id: string, by: Actor) =>
      change(id, 'resend-channel', by, async (tx) => {
        const deliveries = await createDeliveryStore(tx).reviveOfChannel(id, clock.now());
        await createChannelStore(tx).unblock(id);
        return { answer: { deliveries }, details: { deliveries } };
      }),
    test: async (id: string, by: Actor) => {
      const row = await views.channelRow(id);
      if (!row) throw unknownChannel();
      const started = performance.now();
      const outcome = await deps.send(row, testParcel(deps, row, clock.now()));
      const milliseconds = Math.round(performance.now() - started);
      const { delivered, detail } = outcome;
      await change(id, 'test-channel', by, async (tx) => {
        const store = createChannelStore(tx);
        if (delivered) await store.noteSuccess(id, clock.now());
        return { answer: undefined, details: { delivered, detail } };
      });
      return { delivered, detail, milliseconds };
    },
  });
}
export type Channels = ReturnType<typeof createChannels>;

interface Change<T> {
  readonly answer: T;
  readonly details: Readonly<Record<string, string | number | boolean | string[] | null>>;
}

async function create(deps: ChannelDeps, tx: Db, input: NewNotificationChannel, by: Actor) {
  const wanted = wantedNew(input);
  checkChannel(wanted, deps.topics);
  if (wanted.kind === 'smtp' && deps.mailFault) throw new NotifyError('notifications.mail-not-set-up', deps.mailFault);
  const store = createChannelStore(tx);
  if ((await store.count()) >= mostChannels)
    throw new NotifyError('notifications.too-many-channels', `There are ${mostChannels} channels, which is the most.`);
  const now = deps.clock.now();
  const id = newId(now.getTime());
  const secret = wanted.kind === 'webhook' ? newSigningSecret() : null;
  await store.insert({
    id,
    kind: wanted.kind,
    ...columnsOf(wanted, now),
    ...targetColumns(deps, id, wanted, secret ? [{ key: secret }] : []),
    created_at: now,
    created_by: by.name,
  });
  await store.replaceSubscriptions(id, subscriptionRows(wanted.subscriptions));
  const details = { id, ...auditable(wanted) };
  await createAudit(tx).append({ action: 'notifications.create-channel', subject: wanted.name, by, details, at: now });
  await deps.changed(tx);
  return { id, secret };
}

function targetColumns(deps: ChannelDeps, id: string, wanted: WantedChannel, secrets: SealedTarget['secrets']) {
  if (wanted.kind === 'smtp') return { target: wanted.addresses.join(', '), sealed: null };
  const url = checkUrl(wanted.url ?? '', deps.rules);
  const sealed = sealTarget(deps.secretBox, id, { url: url.href, secrets });
  return { target: shownTarget(wanted.kind, url), sealed };
}

async function update(deps: ChannelDeps, tx: Db, row: ChannelRow, wanted: WantedChannel): Promise<Change<undefined>> {
  checkChannel(wanted, deps.topics);
  const now = deps.clock.now();
  const store = createChannelStore(tx);
  const target =
    row.kind === 'smtp' || wanted.url !== undefined ? targetColumns(deps, row.id, wanted, knownSecrets(deps, row)) : {};
  // What waited for a digest comes as a last one when the channel becomes immediate.
  const last = row.mode === 'digest' && wanted.mode === 'immediate' ? { next_digest_at: now } : {};
  await store.update(row.id, { ...columnsOf(wanted, now), ...target, ...last });
  await store.replaceSubscriptions(row.id, subscriptionRows(wanted.subscriptions));
  // Another target or a second chance: what waits need not wait out the pauses that the old one earned.
  await store.unblock(row.id);
  if (!row.enabled && wanted.enabled) await createDeliveryStore(tx).requeue(row.id, now);
  return { answer: undefined, details: { ...auditable(wanted), urlChanged: wanted.url !== undefined } };
}

/** A webhook whose secret was lost with the key store gets another, which its owner learns by rotating it. */
function knownSecrets({ secretBox }: ChannelDeps, { id, kind, sealed }: ChannelRow): SealedTarget['secrets'] {
  if (kind !== 'webhook' || !sealed) return [];
  return tryOpenTarget(secretBox, id, sealed)?.secrets ?? [{ key: newSigningSecret() }];
}

async function rotate(deps: ChannelDeps, tx: Db, row: ChannelRow) {
  if (row.kind !== 'webhook' || !row.sealed)
    throw new NotifyError('notifications.no-secret', 'Only webhooks are signed; this channel has no secret to rotate.');
  const known = tryOpenTarget(deps.secretBox, row.id, row.sealed);
  if (!known)
    throw new NotifyError('notifications.no-secret', `${undecipherable} Give the address of the channel again.`);
  const { url, secrets } = known;
  const until = new Date(deps.clock.now().getTime() + previousSecretLives);
  const secret = newSigningSecret();
  const previous = secrets.slice(0, 1).map(({ key }) => ({ key, until: until.getTime() }));
  await createChannelStore(tx).update(row.id, {
    sealed: sealTarget(deps.secretBox, row.id, { url, secrets: [{ key: secret }, ...previous] }),
    previous_secret_until: until,
  });
  const previousSecretUntil = until.toISOString();
  return { answer: { secret, previousSecretUntil }, details: { previousSecretUntil } };
}

/** What of a channel goes into the audit log: all but its secrets. */
const auditable = ({ name, kind, enabled, mode, addresses, subscriptions }: WantedChannel) => ({
  name,
  kind,
  enabled,
  mode,
  addresses: [...addresses],
  subscriptions: subscriptions.map(({ topic, minSeverity }) => `${topic} >= ${minSeverity}`),
});

const testParcel = ({ consoleUrl }: ChannelDeps, { id, name }: ChannelRow, now: Date): Parcel => ({
  id: randomUUID(),
  digest: false,
  more: 0,
  moreLink: consoleUrl,
  entries: [
    {
      topic: 'notifications.test',
      severity: 'info',
      subject: `Test of the channel ${name}`,
      text: 'Somebody pressed the test button. If you can read this, notifications reach you.',
      link: `${consoleUrl}/settings/notifications/${id}`,
      data: null,
      at: now,
    },
  ],
});
