import {
  type ListQuery,
  type NotificationChannel,
  type NotificationDelivery,
  notificationOperations,
  notificationSeverities,
} from '@bulkhead/contract';
import { isId } from '@bulkhead/kernel';
import { type Expression, type SqlBool, sql } from 'kysely';
import type { Db } from '../db/database.ts';
import { compare, defineList, type FilterTest } from '../db/filter-sql.ts';
import { pageOf } from '../db/page.ts';
import { digestOf } from './digest-schedule.ts';
import type { ChannelRow } from './tables.ts';

const channelList = defineList(
  notificationOperations.listNotificationChannels.list,
  { name: 'c.name', kind: 'c.kind', mode: 'c.mode', enabled: 'c.enabled' },
  'c.id',
);

const severityWord = sql<string>`(array['info', 'low', 'medium', 'high', 'critical'])[m.severity + 1]`;
const deliveryList = defineList(
  notificationOperations.listNotificationDeliveries.list,
  {
    state: 'd.state',
    channel: 'c.name',
    channelId: { test: isChannel },
    topic: 'm.topic',
    severity: { column: severityWord },
    subject: 'm.subject',
    createdAt: 'd.created_at',
  },
  'd.id',
);

/** The usual question, put so that the index answers it. */
function isChannel(test: FilterTest): Expression<SqlBool> {
  const [id = ''] = test.values;
  if (test.operator === '=' && isId(id)) return sql<SqlBool>`d.channel_id = ${id}::uuid`;
  return compare('string', sql`d.channel_id::text`, test);
}

const iso = (at: Date | null) => at?.toISOString() ?? null;

/** What an operator sees of channels and deliveries; never writes. */
export const createNotifyViews = (db: Db) => {
  const channels = () =>
    db
      .selectFrom('platform_notify_channel as c')
      .selectAll('c')
      .select([
        sql<Subscriptions>`(select coalesce(json_agg(json_build_object('topic', s.topic, 'severity', s.min_severity) order by s.topic), '[]')
          from platform_notify_subscription as s where s.channel_id = c.id)`.as('subscriptions'),
        sql<string>`(select count(*) from platform_notify_delivery as d
          where d.channel_id = c.id and d.state in ('waiting', 'retrying'))`.as('waiting'),
        sql<string>`(select count(*) from platform_notify_delivery as d
          where d.channel_id = c.id and d.state = 'undeliverable')`.as('undeliverable'),
        sql<Date | null>`case when c.previous_secret_until > now() then c.previous_secret_until end`.as(
          'previous_until',
        ),
      ]);
  return Object.freeze({
    channel: async (id: string): Promise<NotificationChannel | undefined> => {
      const row = await channels().where('c.id', '=', id).executeTakeFirst();
      return row && channelOf(row);
    },
    /** The row itself, with what is sealed; for sending. */
    channelRow: (id: string): Promise<ChannelRow | undefined> =>
      db.selectFrom('platform_notify_channel').selectAll().where('id', '=', id).executeTakeFirst(),
    channelsPage: async (query: ListQuery) => {
      const { rows, ...page } = await pageOf(channels(), channelList, query);
      return { ...page, items: rows.map(channelOf) };
    },
    deliveryPlace: (id: string): Promise<{ id: string; channelId: string; digestId: string | null } | undefined> =>
      db
        .selectFrom('platform_notify_delivery')
        .select(['id', 'channel_id as channelId', 'digest_id as digestId'])
        .where('id', '=', id)
        .executeTakeFirst(),
    deliveriesPage: async (query: ListQuery) => {
      const { rows, ...page } = await pageOf(deliveries(db), deliveryList, query);
      return { ...page, items: rows.map(deliveryOf) };
    },
    ...backlogOf(db),
  });
};

type Subscriptions = { readonly topic: string; readonly severity: number }[];
type ChannelView = ChannelRow & {
  subscriptions: Subscriptions;
  waiting: string;
  undeliverable: string;
  previous_until: Date | null;
};

const severityOf = (rank: number) => notificationSeverities[rank] ?? 'critical';

function channelOf(row: ChannelView): NotificationChannel {
  const { enabled, failures, last_success_at, last_error } = row;
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    dialect: row.dialect,
    target: row.target,
    addresses: row.addresses,
    enabled,
    mode: row.mode,
    digest: digestOf(row),
    subscriptions: row.subscriptions.map(({ topic, severity }) => ({ topic, minSeverity: severityOf(severity) })),
    state: !enabled ? 'disabled' : last_error !== null ? 'failing' : last_success_at ? 'working' : 'waiting',
    waiting: Number(row.waiting),
    undeliverable: Number(row.undeliverable),
    failures,
    nextAttemptAt: iso(row.blocked_until),
    nextDigestAt: iso(row.next_digest_at),
    lastSuccessAt: iso(last_success_at),
    lastFailureAt: iso(row.last_failure_at),
    lastError: last_error,
    previousSecretUntil: iso(row.previous_until),
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
  };
}

const deliveries = (db: Db) =>
  db
    .selectFrom('platform_notify_delivery as d')
    .innerJoin('platform_notify_message as m', 'm.id', 'd.message_id')
    .innerJoin('platform_notify_channel as c', 'c.id', 'd.channel_id')
    .select([
      'd.id',
      'd.channel_id',
      'c.name as channel',
      'm.topic',
      'm.severity',
      'm.subject',
      'm.body',
      'm.link',
      'd.state',
      'd.digest_id',
      'd.attempts',
      'd.error',
      'd.created_at',
      // one that waits for its digest is tried when the digest is
      sql<Date | null>`case when d.state in ('delivered', 'undeliverable') then null
        when d.next_attempt_at = 'infinity' then c.next_digest_at
        else greatest(d.next_attempt_at, c.blocked_until) end`.as('next_attempt_at'),
      'd.ended_at',
    ]);
type DeliveryView = Awaited<ReturnType<ReturnType<typeof deliveries>['executeTakeFirstOrThrow']>>;

const deliveryOf = (row: DeliveryView): NotificationDelivery => ({
  id: row.id,
  channelId: row.channel_id,
  channel: row.channel,
  topic: row.topic,
  severity: severityOf(row.severity),
  subject: row.subject,
  text: row.body,
  link: row.link,
  state: row.state,
  digestId: row.digest_id,
  attempts: row.attempts,
  error: row.error,
  createdAt: row.created_at.toISOString(),
  nextAttemptAt: iso(row.next_attempt_at),
  endedAt: iso(row.ended_at),
});

const backlogOf = (db: Db) => ({
  /** Deliveries that are due but not over, and since when the oldest of them is. Those that wait for a digest do not count. */
  backlog: async (): Promise<{ waiting: number; oldest: Date | null }> => {
    const row = await db
      .selectFrom('platform_notify_delivery as d')
      .innerJoin('platform_notify_channel as c', 'c.id', 'd.channel_id')
      .where('d.state', 'in', ['waiting', 'retrying'])
      .where('c.enabled', '=', true)
      .where(sql<boolean>`d.next_attempt_at < 'infinity'`)
      .select([sql<string>`count(*)`.as('waiting'), sql<Date | null>`min(d.queued_at)`.as('oldest')])
      .executeTakeFirstOrThrow();
    return { waiting: Number(row.waiting), oldest: row.oldest };
  },
});
