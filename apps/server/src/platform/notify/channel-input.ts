import {
  type NewNotificationChannel,
  type NotificationChannelChange,
  notificationSeverities,
} from '@bulkhead/contract';
import { readTarget, type TargetRules } from '../outbound/target.ts';
import { type DigestSchedule, digestColumns, digestOf, nextDigest } from './digest-schedule.ts';
import { badChannel } from './error.ts';
import { oneLine } from './message.ts';
import type { ChannelRow } from './tables.ts';
import type { Topics } from './topics.ts';

/** The whole channel as somebody wants it: a new one, or an old one with its changes. */
export type WantedChannel = Omit<NewNotificationChannel, 'dialect' | 'digest' | 'addresses' | 'url' | 'enabled'> & {
  readonly enabled: boolean;
  readonly dialect: ChannelRow['dialect'];
  readonly digest: DigestSchedule | null;
  readonly addresses: readonly string[];
  /** Undefined: as it is. */
  readonly url: string | undefined;
};

export const wantedNew = (input: NewNotificationChannel): WantedChannel => ({
  ...input,
  enabled: input.enabled ?? true,
  dialect: input.dialect ?? null,
  digest: input.digest ?? null,
  addresses: input.addresses ?? [],
  url: input.url,
});

export const wantedChange = (
  row: ChannelRow,
  change: NotificationChannelChange,
  subscriptions: WantedChannel['subscriptions'],
) => ({
  name: change.name ?? row.name,
  kind: row.kind,
  dialect: change.dialect ?? row.dialect,
  addresses: change.addresses ?? row.addresses,
  url: change.url,
  enabled: change.enabled ?? row.enabled,
  mode: change.mode ?? row.mode,
  digest: change.digest ?? ((change.mode ?? row.mode) === 'digest' ? digestOf(row) : null),
  subscriptions: change.subscriptions ?? subscriptions,
});

/** RFC 5321 s4.1.2 without quoted local parts and address literals, which nobody's team address has. */
const mailAddress = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,187}[A-Za-z0-9])?$/;

/**
 * What the contract's schema can not say: which fields go together.
 * @throws NotifyError `notifications.bad-channel`, naming the field
 */
export function checkChannel(wanted: WantedChannel, topics: Topics): void {
  const { kind, dialect, addresses, url, mode, digest, subscriptions } = wanted;
  if (oneLine(wanted.name) === '') throw badChannel('name', 'Give the channel a name that can be read.');
  if ((kind === 'chat') !== (dialect !== null))
    throw badChannel(
      'dialect',
      'A chat needs a dialect (slack, mattermost, teams or google-chat), other kinds have none.',
    );
  if ((kind === 'smtp') !== addresses.length > 0)
    throw badChannel('addresses', 'Mail needs at least one address, other kinds have none.');
  if (kind === 'smtp' && url !== undefined) throw badChannel('url', 'Mail has addresses and no url.');
  const odd = addresses.find((address) => !mailAddress.test(address));
  if (odd !== undefined) throw badChannel('addresses', `"${odd}" is not a mail address such as team@example.com.`);
  if ((mode === 'digest') !== (digest !== null))
    throw badChannel('digest', 'A digest needs its schedule (every hour, day or week), immediate messages have none.');
  if (digest) checkSchedule(digest);
  const patterns = subscriptions.map(({ topic }) => topic);
  const unknown = patterns.find((topic) => !topics.canSubscribe(topic));
  if (unknown !== undefined)
    throw badChannel(
      'subscriptions',
      `There is no topic "${unknown}": bulkhead notification-settings show lists them.`,
    );
  if (new Set(patterns).size < patterns.length)
    throw badChannel('subscriptions', 'A topic stands in the subscriptions twice.');
}

function checkSchedule({ every, at, weekday }: DigestSchedule): void {
  if (every === 'hour' && at !== undefined) throw badChannel('digest', 'An hourly digest goes out at the full hour.');
  if (every !== 'week' && weekday !== undefined) throw badChannel('digest', 'Only a weekly digest has a weekday.');
}

/** @throws NotifyError `notifications.bad-channel` */
export function checkUrl(text: string, rules: TargetRules): URL {
  const url = readTarget(text, rules);
  if (!(url instanceof URL)) throw badChannel('url', `${url.fault}.`);
  return url;
}

/** What may be shown of a target: a chat's path is its password, a query may hold one. */
export function shownTarget(kind: ChannelRow['kind'], url: URL): string {
  return kind === 'chat' ? `${url.origin}/…` : `${url.origin}${url.pathname}${url.search === '' ? '' : '?…'}`;
}

export const columnsOf = (wanted: WantedChannel, now: Date) => {
  const digest = wanted.digest
    ? digestColumns(wanted.digest)
    : { digest_every: null, digest_minute: null, digest_weekday: null };
  return {
    name: oneLine(wanted.name),
    dialect: wanted.dialect,
    enabled: wanted.enabled,
    mode: wanted.mode,
    addresses: [...wanted.addresses],
    ...digest,
    next_digest_at: nextDigest(digest, now),
  };
};

export const subscriptionRows = (subscriptions: WantedChannel['subscriptions']) =>
  subscriptions.map(({ topic, minSeverity }) => ({ topic, min_severity: notificationSeverities.indexOf(minSeverity) }));
