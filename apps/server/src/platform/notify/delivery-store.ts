import { type Insertable, sql } from 'kysely';
import type { Db } from '../db/database.ts';
import type { MessageTable } from './tables.ts';

/** Seven days after it was queued an open delivery may be given up on, not before. */
export const givesUpAfter = 7 * 86_400_000;
const keepsDelivered = 30 * 86_400_000;
const keepsUndeliverable = 90 * 86_400_000;
const purgedAtOnce = 5_000;

/** The only SQL that writes messages and deliveries. */
export const createDeliveryStore = (db: Db) =>
  Object.freeze({
    /**
     * The message and one delivery for each channel that listens, in one statement. Nobody listens, or the key is known:
     * nothing is written. Answers the number of deliveries. The channels are locked against deletion, which would
     * otherwise break the caller's transaction; sending for them goes on.
     */
    insertMessage: async (message: Insertable<MessageTable>): Promise<number> => {
      const { id, topic, severity, subject, body, link, data, dedupe_key, created_at } = message;
      const { rows } = await sql`
        with listening as materialized (
          select c.id, c.mode from platform_notify_channel as c where c.enabled and exists (
            select from platform_notify_subscription as s
            where s.channel_id = c.id and s.min_severity <= ${severity}::int
              and s.topic in (${topic}::text, split_part(${topic}::text, '.', 1) || '.*', '*'))
          for key share of c
        ), message as (
          insert into platform_notify_message (id, topic, severity, subject, body, link, data, dedupe_key, created_at)
          select ${id}::uuid, ${topic}::text, ${severity}::int, ${subject}::text, ${body}::text, ${link}::text,
            ${data}::json, ${dedupe_key}::text, ${created_at}::timestamptz
          where exists (select from listening)
          on conflict do nothing
          returning id, created_at
        )
        insert into platform_notify_delivery (id, channel_id, message_id, next_attempt_at, queued_at, created_at)
        select gen_random_uuid(), l.id, m.id, case l.mode when 'digest' then 'infinity' else m.created_at end,
          m.created_at, m.created_at
        from message as m cross join listening as l
        returning id`.execute(db);
      return rows.length;
    },
    ...attemptsOf(db),
    ...queueOf(db),
    ...purgeOf(db),
  });
export type DeliveryStore = ReturnType<typeof createDeliveryStore>;

const open = ['waiting', 'retrying'] as const;

/** What one attempt leaves behind; a parcel is a delivery, or all those of a digest. */
const attemptsOf = (db: Db) => {
  const parcel = (id: string) =>
    db
      .updateTable('platform_notify_delivery')
      .where((eb) => eb.or([eb('digest_id', '=', id), eb.and([eb('id', '=', id), eb('digest_id', 'is', null)])]));
  return {
    /** Everything that waits for its digest becomes one parcel; its content stays the same at each attempt. */
    gatherDigest: (channelId: string, digestId: string, now: Date) =>
      db
        .updateTable('platform_notify_delivery')
        .set({ digest_id: digestId, next_attempt_at: now, queued_at: now })
        .where('channel_id', '=', channelId)
        .where('state', 'in', open)
        .where(sql<boolean>`next_attempt_at = 'infinity'`)
        .execute(),
    markDelivered: (parcelId: string, at: Date) =>
      parcel(parcelId)
        .set({ state: 'delivered', ended_at: at, error: null, remaining: null, attempts: sql<number>`attempts + 1` })
        .where('state', 'in', open)
        .execute(),
    markRetrying: (
      parcelId: string,
      failure: { readonly error: string; readonly nextAttemptAt: Date; readonly remaining?: readonly string[] },
    ) =>
      parcel(parcelId)
        .set({
          state: 'retrying',
          error: failure.error,
          next_attempt_at: failure.nextAttemptAt,
          attempts: sql<number>`attempts + 1`,
          ...(failure.remaining ? { remaining: [...failure.remaining] } : {}),
        })
        .where('state', 'in', open)
        .execute(),
    /** Ends what has been tried for seven days: one parcel, or all of the channel. */
    giveUp: async (of: { channelId: string } | { parcelId: string }, error: string, now: Date): Promise<number> => {
      const update =
        'parcelId' in of
          ? parcel(of.parcelId)
          : db.updateTable('platform_notify_delivery').where('channel_id', '=', of.channelId);
      const { numUpdatedRows } = await update
        .set({ state: 'undeliverable', ended_at: now, error })
        .where('state', 'in', open)
        .where('queued_at', '<=', new Date(now.getTime() - givesUpAfter))
        .where(sql<boolean>`next_attempt_at < 'infinity'`)
        .executeTakeFirst();
      return Number(numUpdatedRows);
    },
  };
};

const queueOf = (db: Db) => {
  const anew = (now: Date) =>
    ({ state: 'waiting', attempts: 0, next_attempt_at: now, queued_at: now, ended_at: null, error: null }) as const;
  const openOf = (channelId: string) =>
    db.updateTable('platform_notify_delivery').where('channel_id', '=', channelId).where('state', 'in', open);
  return {
    /** Tries one delivery again, or the whole digest it belongs to. Undefined if there is none; a delivered one stays. */
    revive: async (id: string, now: Date): Promise<{ channelId: string; revived: number } | undefined> => {
      const row = await db
        .selectFrom('platform_notify_delivery')
        .select(['channel_id', 'digest_id'])
        .where('id', '=', id)
        .executeTakeFirst();
      if (!row) return undefined;
      const update = db.updateTable('platform_notify_delivery').set(anew(now)).where('state', '<>', 'delivered');
      const { numUpdatedRows } = await (row.digest_id
        ? update.where('digest_id', '=', row.digest_id)
        : update.where('id', '=', id)
      ).executeTakeFirst();
      return { channelId: row.channel_id, revived: Number(numUpdatedRows) };
    },
    reviveOfChannel: async (channelId: string, now: Date): Promise<number> => {
      const { numUpdatedRows } = await db
        .updateTable('platform_notify_delivery')
        .set(anew(now))
        .where('channel_id', '=', channelId)
        .where('state', '=', 'undeliverable')
        .executeTakeFirst();
      return Number(numUpdatedRows);
    },
    /** The channel sends no digests any more: what waited for one goes out by itself. */
    releaseHeld: (channelId: string, now: Date) =>
      openOf(channelId)
        .set({ next_attempt_at: now, queued_at: now })
        .where(sql<boolean>`next_attempt_at = 'infinity'`)
        .execute(),
    /** The channel was off: the seven days begin anew. */
    requeue: (channelId: string, now: Date) => openOf(channelId).set({ queued_at: now }).execute(),
  };
};

const purgeOf = (db: Db) => ({
  /** Deletes what ended long ago, a bounded number of rows; answers how many there were. */
  purge: async (now: Date): Promise<number> => {
    const before = (age: number) => new Date(now.getTime() - age);
    const { rows } = await sql`delete from platform_notify_delivery where id in (
      select id from platform_notify_delivery
      where ended_at < ${before(keepsDelivered)} and (state = 'delivered' or ended_at < ${before(keepsUndeliverable)})
      limit ${purgedAtOnce}) returning 1`.execute(db);
    await sql`delete from platform_notify_message where id in (
      select id from platform_notify_message as m where m.created_at < ${before(keepsDelivered)}
        and not exists (select from platform_notify_delivery as d where d.message_id = m.id)
      limit ${purgedAtOnce})`.execute(db);
    return rows.length;
  },
});
