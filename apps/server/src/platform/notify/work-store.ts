import type { NotificationSeverity } from '@bulkhead/contract';
import { notificationSeverities } from '@bulkhead/contract';
import type { Json } from '@bulkhead/kernel';
import { sql } from 'kysely';
import type { Db } from '../db/database.ts';
import type { ChannelRow } from './tables.ts';

/** A parcel as it is stored: one delivery, or the digest that it belongs to. */
export interface StoredParcel {
  readonly id: string;
  readonly digest: boolean;
  readonly attempts: number;
  readonly queuedAt: Date;
  readonly remaining: readonly string[] | null;
  readonly total: number;
  readonly entries: readonly StoredEntry[];
}

export interface StoredEntry {
  readonly topic: string;
  readonly severity: NotificationSeverity;
  readonly subject: string;
  readonly text: string;
  readonly link: string | null;
  readonly data: Json | null;
  readonly at: Date;
}

/** Messages that a digest shows; the others are counted. */
const longestDigest = 50;

/** Leases on channels and the reading of what is due. Leases run on the clock of the database, the one all replicas share. */
export const createWorkStore = (db: Db) =>
  Object.freeze({
    /** Takes channels that have something to send and that nobody else sends for. */
    claim: async (limit: number, token: string, leaseMs: number, now: Date): Promise<{ id: string }[]> => {
      const { rows } = await sql<{ id: string }>`
        update platform_notify_channel
        set lease_token = ${token}::uuid, lease_until = now() + ${leaseMs} * interval '1 millisecond'
        where id in (
          select c.id from platform_notify_channel as c
          where c.enabled and (c.lease_until is null or c.lease_until < now())
            and (c.blocked_until is null or c.blocked_until <= ${now})
            and (c.next_digest_at <= ${now} or exists (
              select from platform_notify_delivery as d
              where d.channel_id = c.id and d.state in ('waiting', 'retrying') and d.next_attempt_at <= ${now}))
          order by c.lease_until nulls first limit ${limit}
          for no key update skip locked)
        returning id`.execute(db);
      return rows;
    },
    /** The channel as it is now, while the lease is still ours: undefined once another replica has taken over. */
    extend: (id: string, token: string, leaseMs: number): Promise<ChannelRow | undefined> =>
      db
        .updateTable('platform_notify_channel')
        .set({ lease_until: sql<Date>`now() + ${leaseMs} * interval '1 millisecond'` })
        .where('id', '=', id)
        .where('lease_token', '=', token)
        .returningAll()
        .executeTakeFirst(),
    /** Locks the channel for the record of an attempt; false once the lease is lost. */
    holds: async (id: string, token: string): Promise<boolean> => {
      const row = await db
        .selectFrom('platform_notify_channel')
        .select('id')
        .where('id', '=', id)
        .where('lease_token', '=', token)
        .forNoKeyUpdate()
        .executeTakeFirst();
      return row !== undefined;
    },
    /** `lease_until` stays: it is the order in which channels are served. */
    release: (id: string, token: string) =>
      db
        .updateTable('platform_notify_channel')
        .set({ lease_token: null, lease_until: sql<Date>`least(lease_until, now())` })
        .where('id', '=', id)
        .where('lease_token', '=', token)
        .execute(),
    scheduleDigest: (id: string, nextDigestAt: Date | null) =>
      db.updateTable('platform_notify_channel').set({ next_digest_at: nextDigestAt }).where('id', '=', id).execute(),
    nextParcel: (channelId: string, now: Date) => nextParcel(db, channelId, now),
  });

/** The oldest delivery that is due, which keeps the order; with it come all others of its digest. */
async function nextParcel(db: Db, channelId: string, now: Date): Promise<StoredParcel | undefined> {
  const head = await db
    .selectFrom('platform_notify_delivery')
    .select(['id', 'digest_id', 'attempts', 'queued_at', 'remaining'])
    .where('channel_id', '=', channelId)
    .where('state', 'in', ['waiting', 'retrying'])
    .where('next_attempt_at', '<=', now)
    .orderBy('message_id')
    .limit(1)
    .executeTakeFirst();
  if (!head) return undefined;
  const inParcel = db
    .selectFrom('platform_notify_delivery as d')
    .innerJoin('platform_notify_message as m', 'm.id', 'd.message_id')
    .where((eb) => (head.digest_id ? eb('d.digest_id', '=', head.digest_id) : eb('d.id', '=', head.id)));
  const rows = await inParcel
    .select(['m.topic', 'm.severity', 'm.subject', 'm.body', 'm.link', 'm.data', 'm.created_at'])
    .select(sql<string>`count(*) over ()`.as('total'))
    .orderBy('m.severity', 'desc')
    .orderBy('m.id')
    .limit(longestDigest)
    .execute();
  return {
    id: head.digest_id ?? head.id,
    digest: head.digest_id !== null,
    attempts: head.attempts,
    queuedAt: head.queued_at,
    remaining: head.remaining,
    total: Number(rows[0]?.total ?? 0),
    entries: rows.map(({ severity, body, created_at, ...row }) => ({
      ...row,
      severity: notificationSeverities[severity] ?? 'critical',
      text: body,
      at: created_at,
    })),
  };
}
