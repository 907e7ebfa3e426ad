import { type Static, Type } from 'typebox';
import { Empty, Id, listOperation, Nullable, OneOf, operation, Time } from './operation.ts';

export const notificationProblems = [
  'notifications.already-delivered',
  'notifications.bad-channel',
  'notifications.mail-not-set-up',
  'notifications.name-taken',
  'notifications.no-secret',
  'notifications.too-many-channels',
  'notifications.unknown-channel',
  'notifications.unknown-delivery',
] as const;
export type NotificationCode = (typeof notificationProblems)[number];

/** From harmless to worst; a subscription hears its own severity and everything above. */
export const notificationSeverities = ['info', 'low', 'medium', 'high', 'critical'] as const;
export type NotificationSeverity = (typeof notificationSeverities)[number];

export const channelKinds = ['smtp', 'webhook', 'chat'] as const;
export const chatDialects = ['slack', 'mattermost', 'teams', 'google-chat'] as const;
export const channelModes = ['immediate', 'digest'] as const;
export const digestIntervals = ['hour', 'day', 'week'] as const;
/** How the last attempts of a channel went; `waiting` has not sent anything yet. */
export const channelStates = ['waiting', 'working', 'failing', 'disabled'] as const;
export const deliveryStates = ['waiting', 'retrying', 'delivered', 'undeliverable'] as const;

const closed = { additionalProperties: false } as const;
const Name = Type.String({ minLength: 1, maxLength: 80 });
const Url = Type.String({ minLength: 1, maxLength: 2000, description: 'Address of the webhook, https://...' });
const Addresses = Type.Array(Type.String({ minLength: 3, maxLength: 254 }), {
  minItems: 1,
  maxItems: 50,
  description: 'Mail addresses',
});

const Subscription = Type.Object(
  {
    topic: Type.String({
      maxLength: 80,
      pattern: '^(\\*|[a-z][a-z-]*\\.(\\*|[a-z][a-z-]*))$',
      description: 'A topic, all topics of an area as `area.*`, or `*`',
    }),
    minSeverity: OneOf(notificationSeverities),
  },
  closed,
);
const Subscriptions = Type.Array(Subscription, { minItems: 1, maxItems: 50 });

const Digest = Type.Object(
  {
    every: OneOf(digestIntervals),
    at: Type.Optional(
      Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', description: 'HH:MM in UTC; of a day or a week' }),
    ),
    weekday: Type.Optional(Type.Integer({ minimum: 1, maximum: 7, description: 'Of a week: 1 is Monday' })),
  },
  closed,
);

export const NotificationChannel = Type.Object({
  id: Id,
  name: Type.String(),
  kind: OneOf(channelKinds),
  dialect: Nullable(OneOf(chatDialects)),
  target: Type.String({ description: 'Where it goes, without what must stay secret' }),
  addresses: Type.Array(Type.String()),
  enabled: Type.Boolean(),
  mode: OneOf(channelModes),
  digest: Nullable(Digest),
  subscriptions: Type.Array(Subscription),
  state: OneOf(channelStates),
  waiting: Type.Integer({ description: 'Deliveries that are not over' }),
  undeliverable: Type.Integer(),
  failures: Type.Integer({ description: 'Failed attempts since the last one that worked' }),
  nextAttemptAt: Nullable(Time),
  nextDigestAt: Nullable(Time),
  lastSuccessAt: Nullable(Time),
  lastFailureAt: Nullable(Time),
  lastError: Nullable(Type.String()),
  previousSecretUntil: Nullable(Time),
  createdAt: Time,
  createdBy: Type.String(),
});
export type NotificationChannel = Static<typeof NotificationChannel>;

export const NotificationDelivery = Type.Object({
  id: Id,
  channelId: Id,
  channel: Type.String(),
  topic: Type.String(),
  severity: OneOf(notificationSeverities),
  subject: Type.String(),
  text: Type.String(),
  link: Nullable(Type.String()),
  state: OneOf(deliveryStates),
  digestId: Nullable(Id),
  attempts: Type.Integer(),
  error: Nullable(Type.String()),
  createdAt: Time,
  nextAttemptAt: Nullable(Time),
  endedAt: Nullable(Time),
});
export type NotificationDelivery = Static<typeof NotificationDelivery>;

const NewChannel = Type.Object(
  {
    name: Name,
    kind: OneOf(channelKinds),
    dialect: Type.Optional(OneOf(chatDialects, 'Of a chat')),
    addresses: Type.Optional(Addresses),
    url: Type.Optional(Url),
    enabled: Type.Optional(Type.Boolean()),
    mode: OneOf(channelModes),
    digest: Type.Optional(Digest),
    subscriptions: Subscriptions,
  },
  closed,
);
export type NewNotificationChannel = Static<typeof NewChannel>;

const ChannelChange = Type.Object(
  {
    name: Type.Optional(Name),
    dialect: Type.Optional(OneOf(chatDialects, 'Of a chat')),
    addresses: Type.Optional(Addresses),
    url: Type.Optional(Url),
    enabled: Type.Optional(Type.Boolean()),
    mode: Type.Optional(OneOf(channelModes)),
    digest: Type.Optional(Digest),
    subscriptions: Type.Optional(Subscriptions),
  },
  closed,
);
export type NotificationChannelChange = Static<typeof ChannelChange>;

const byId = Type.Object({ id: Id });
const Resent = Type.Object({ deliveries: Type.Integer() });

export const notificationOperations = {
  getNotificationSettings: operation({
    method: 'GET',
    path: '/notification-settings',
    summary: 'The topics that can be subscribed to, and whether mail can be sent',
    permission: 'notifications.read',
    problems: [],
    ok: Type.Object({
      topics: Type.Array(Type.Object({ name: Type.String(), title: Type.String(), description: Type.String() })),
      mail: Type.Object({
        ready: Type.Boolean(),
        from: Nullable(Type.String()),
        reason: Nullable(Type.String({ description: 'What to set when mail is not ready' })),
      }),
    }),
  }),
  listNotificationChannels: listOperation({
    path: '/notification-channels',
    summary: 'Where notifications go and how that works at the moment',
    permission: 'notifications.read',
    item: NotificationChannel,
    defaultSort: 'name',
    fields: {
      name: { type: 'string', label: 'Name' },
      kind: { type: 'enum', label: 'Kind', values: channelKinds },
      mode: { type: 'enum', label: 'Mode', values: channelModes },
      enabled: { type: 'boolean', label: 'Enabled' },
    },
  }),
  getNotificationChannel: operation({
    method: 'GET',
    path: '/notification-channels/:id',
    summary: 'One channel',
    permission: 'notifications.read',
    problems: ['notifications.unknown-channel'],
    params: byId,
    ok: NotificationChannel,
  }),
  createNotificationChannel: operation({
    method: 'POST',
    path: '/notification-channels',
    summary: 'Create a channel; the signing secret of a webhook is shown only in this answer',
    permission: 'notifications.write',
    problems: [
      'notifications.bad-channel',
      'notifications.mail-not-set-up',
      'notifications.name-taken',
      'notifications.too-many-channels',
    ],
    body: NewChannel,
    ok: Type.Object({ channel: NotificationChannel, secret: Nullable(Type.String()) }),
  }),
  updateNotificationChannel: operation({
    method: 'PATCH',
    path: '/notification-channels/:id',
    summary: 'Change a channel; its kind stays',
    permission: 'notifications.write',
    problems: ['notifications.bad-channel', 'notifications.name-taken', 'notifications.unknown-channel'],
    params: byId,
    body: ChannelChange,
    ok: NotificationChannel,
  }),
  deleteNotificationChannel: operation({
    method: 'DELETE',
    path: '/notification-channels/:id',
    summary: 'Delete a channel with its log and with what still waits for it',
    permission: 'notifications.write',
    problems: ['notifications.unknown-channel'],
    params: byId,
    ok: Empty,
  }),
  testNotificationChannel: operation({
    method: 'POST',
    path: '/notification-channels/:id/test',
    summary: 'Send a test message now and answer how it went',
    permission: 'notifications.write',
    problems: ['notifications.unknown-channel'],
    params: byId,
    body: Empty,
    ok: Type.Object({ delivered: Type.Boolean(), detail: Type.String(), milliseconds: Type.Integer() }),
  }),
  rotateNotificationSecret: operation({
    method: 'POST',
    path: '/notification-channels/:id/secret',
    summary: 'Give a webhook a new signing secret; the one before stays valid for 24 hours',
    permission: 'notifications.write',
    problems: ['notifications.no-secret', 'notifications.unknown-channel'],
    params: byId,
    body: Empty,
    ok: Type.Object({ secret: Type.String(), previousSecretUntil: Time }),
  }),
  resendNotificationChannel: operation({
    method: 'POST',
    path: '/notification-channels/:id/resending',
    summary: 'Send everything again that could not be delivered to a channel',
    permission: 'notifications.write',
    problems: ['notifications.unknown-channel'],
    params: byId,
    body: Empty,
    ok: Resent,
  }),
  listNotificationDeliveries: listOperation({
    path: '/notification-deliveries',
    summary: 'What was and is to be delivered, newest first',
    permission: 'notifications.read',
    item: NotificationDelivery,
    defaultSort: '-createdAt',
    fields: {
      state: { type: 'enum', label: 'State', values: deliveryStates, sortable: false },
      channel: { type: 'string', label: 'Channel', sortable: false },
      channelId: { type: 'string', label: 'Id of the channel', sortable: false },
      topic: { type: 'string', label: 'Topic', sortable: false },
      severity: { type: 'enum', label: 'Severity', values: notificationSeverities, sortable: false },
      subject: { type: 'string', label: 'Subject', sortable: false },
      createdAt: { type: 'time', label: 'Created' },
    },
  }),
  resendNotificationDelivery: operation({
    method: 'POST',
    path: '/notification-deliveries/:id/resending',
    summary: 'Try a delivery again now; of a digest, the whole digest',
    permission: 'notifications.write',
    problems: ['notifications.already-delivered', 'notifications.unknown-delivery'],
    params: byId,
    body: Empty,
    ok: Resent,
  }),
};
