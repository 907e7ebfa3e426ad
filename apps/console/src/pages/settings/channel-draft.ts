import type {
  channelKinds,
  channelModes,
  chatDialects,
  digestIntervals,
  NewNotificationChannel,
  NotificationChannel,
  NotificationChannelChange,
  NotificationSeverity,
  notificationOperations,
  Output,
} from '@bulkhead/contract';

export interface DraftSubscription {
  readonly topic: string;
  readonly minSeverity: NotificationSeverity;
}

/** A channel as it stands in the form: texts as typed, fields of other kinds kept while one tries them out. */
export interface ChannelDraft {
  readonly name: string;
  readonly kind: (typeof channelKinds)[number];
  readonly dialect: (typeof chatDialects)[number];
  /** One on each line. */
  readonly addresses: string;
  readonly url: string;
  readonly enabled: boolean;
  readonly mode: (typeof channelModes)[number];
  readonly every: (typeof digestIntervals)[number];
  readonly at: string;
  readonly weekday: number;
  readonly subscriptions: readonly DraftSubscription[];
}

export type NotificationSettings = Output<(typeof notificationOperations)['getNotificationSettings']>;

/** What a section of the form gets: the draft, and a way to change part of it. */
export interface DraftProps {
  readonly draft: ChannelDraft;
  readonly change: (part: Partial<ChannelDraft>) => void;
}

export const emptyDraft: ChannelDraft = Object.freeze<ChannelDraft>({
  name: '',
  kind: 'webhook',
  dialect: 'slack',
  addresses: '',
  url: '',
  enabled: true,
  mode: 'immediate',
  every: 'day',
  at: '08:00',
  weekday: 1,
  subscriptions: [{ topic: '*', minSeverity: 'high' }],
});

/** The address of a webhook or chat is a secret that the server keeps: left empty it stays as it is. */
export const draftOf = (channel: NotificationChannel): ChannelDraft => ({
  ...emptyDraft,
  name: channel.name,
  kind: channel.kind,
  dialect: channel.dialect ?? emptyDraft.dialect,
  addresses: channel.addresses.join('\n'),
  enabled: channel.enabled,
  mode: channel.mode,
  every: channel.digest?.every ?? emptyDraft.every,
  at: channel.digest?.at ?? emptyDraft.at,
  weekday: channel.digest?.weekday ?? emptyDraft.weekday,
  subscriptions: channel.subscriptions,
});

export const addressesIn = (text: string): string[] => text.split(/[\s,;]+/).filter((part) => part !== '');

const time = /^([01]\d|2[0-3]):[0-5]\d$/;

/** What keeps the form from being sent; undefined when nothing does. The server has the last word. */
export function missingIn(draft: ChannelDraft, isNew: boolean): string | undefined {
  const { name, kind, url, addresses, mode, every, at, subscriptions } = draft;
  if (name.trim() === '') return 'Give the channel a name';
  if (kind === 'smtp') {
    const given = addressesIn(addresses);
    if (given.length === 0) return 'Give at least one mail address';
    const odd = given.find((address) => !/^[^@\s]+@[^@\s]+$/.test(address));
    if (odd) return `${odd} is not a mail address`;
  } else if (url.trim() === '' ? isNew : !/^https?:\/\/./.test(url.trim())) return 'Give the address, https://…';
  if (subscriptions.length === 0) return 'Choose at least one topic';
  if (new Set(subscriptions.map(({ topic }) => topic)).size < subscriptions.length) return 'A topic is chosen twice';
  if (mode === 'digest' && every !== 'hour' && !time.test(at)) return 'Give the time as HH:MM';
  return undefined;
}

function digestIn({ every, at, weekday }: ChannelDraft) {
  return { every, ...(every === 'hour' ? {} : { at }), ...(every === 'week' ? { weekday } : {}) };
}

/** What both a new channel and a change of one hold. */
function common(draft: ChannelDraft) {
  const { kind, mode, url } = draft;
  return {
    name: draft.name.trim(),
    enabled: draft.enabled,
    mode,
    subscriptions: draft.subscriptions.map(({ topic, minSeverity }) => ({ topic, minSeverity })),
    ...(kind === 'smtp' ? { addresses: addressesIn(draft.addresses) } : {}),
    ...(kind !== 'smtp' && url.trim() !== '' ? { url: url.trim() } : {}),
    ...(kind === 'chat' ? { dialect: draft.dialect } : {}),
    ...(mode === 'digest' ? { digest: digestIn(draft) } : {}),
  };
}

export const newChannelIn = (draft: ChannelDraft): NewNotificationChannel => ({ kind: draft.kind, ...common(draft) });
export const changeIn = (draft: ChannelDraft): NotificationChannelChange => common(draft);
