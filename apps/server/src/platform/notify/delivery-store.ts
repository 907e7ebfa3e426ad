import { type Insertable, sql } from 'kysely';
import type { Db } from '../db/database.ts';
import type { MessageTable } from './tables.ts';

/** Seven days after it was queued an open delivery may be given up on, not before. */
export const givesUpAfter = 7 * 86_400_000;
const keepsDelivered = 30 * 86_400_000;
const keepsUndeliverable = 90 * 86_400_000;
/** Rows of one statement: a backlog of any size must not run into the time limit of statements. */
export const rowsAtOnce = 10_000;

async function inBatches(step: () => Promise<readonly unknown[]>): Promise<number> {
  let total = 0;
  for (;;) {
    const { length } = await step();
    total += length;
    if (length < rowsAtOnce) return total;
  }
}

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
    /**
     * What waits for its digest becomes one parcel, the worst first and at most `rowsAtOnce`; its content stays the same
     * at each attempt. Answers how many there were.
     */
    gatherDigest: async (channelId: string, digestId: string, now: Date): Promise<number> => {
      const { rows } = await sql`update platform_notify_delivery
        set digest_id = ${digestId}::uuid, next_attempt_at = ${now}, queued_at = ${now}
        where id in (
          select d.id from platform_notify_delivery as d join platform_notify_message as m on m.id = d.message_id
          where d.channel_id = ${channelId} and d.state in ('waiting', 'retrying') and d.next_attempt_at = 'infinity'
          order by m.severity desc, m.id limit ${rowsAtOnce})
        returning 1`.execute(db);
      return rows.length;
    },
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
    /** Ends what has been tried for seven days: one parcel, or those of the channel, a bounded number at once. */
    giveUp: async (of: { channelId: string } | { parcelId: string }, error: string, now: Date): Promise<number> => {
      const these =
        'parcelId' in of
          ? sql`(digest_id = ${of.parcelId} or (id = ${of.parcelId} and digest_id is null))`
          : sql`channel_id = ${of.channelId}`;
      const { rows } = await sql`update platform_notify_delivery
        set state = 'undeliverable', ended_at = ${now}, error = ${error}
        where id in (
          select id from platform_notify_delivery where ${these} and state in ('waiting', 'retrying')
            and queued_at <= ${new Date(now.getTime() - givesUpAfter)} and next_attempt_at < 'infinity'
          limit ${rowsAtOnce})
        returning 1`.execute(db);
      return rows.length;
    },
  };
};

const queueOf = (db: Db) => ({
  /** Tries one delivery again, or the whole digest it belongs to; what was delivered stays. */
  revive: async ({ id, digestId }: { id: string; digestId: string | null }, now: Date): Promise<number> => {
    const { numUpdatedRows } = await db
      .updateTable('platform_notify_delivery')
      .set({ state: 'waiting', attempts: 0, next_attempt_at: now, queued_at: now, ended_at: null, error: null })
      .where('state', '<>', 'delivered')
      .where((eb) => (digestId ? eb('digest_id', '=', digestId) : eb('id', '=', id)))
      .executeTakeFirst();
    return Number(numUpdatedRows);
  },
  /** Tries everything again that was given up on. */
  reviveOfChannel: (channelId: string, now: Date): Promise<number> =>
    inBatches(async () => {
      const { rows } = await sql`update platform_notify_delivery
        set state = 'waiting', attempts = 0, next_attempt_at = ${now}, queued_at = ${now}, ended_at = null, error = null
        where id in (
          select id from platform_notify_delivery where channel_id = ${channelId} and state = 'undeliverable'
          limit ${rowsAtOnce})
        returning 1`.execute(db);
      return rows;
    }),
  /** The channel was off: the seven days begin anew. */
  requeue: (channelId: string, now: Date): Promise<number> =>
    inBatches(async () => {
      const { rows } = await sql`update platform_notify_delivery set queued_at = ${now}
        where id in (
          select id from platform_notify_delivery
          where channel_id = ${channelId} and state in ('waiting', 'retrying') and queued_at < ${now}
          limit ${rowsAtOnce})
        returning 1`.execute(db);
      return rows;
    }),
  deleteOfChannel: (channelId: string): Promise<number> =>
    inBatches(async () => {
      const { rows } = await sql`delete from platform_notify_delivery where id in (
        select id from platform_notify_delivery where channel_id = ${channelId} limit ${rowsAtOnce})
        returning 1`.execute(db);
      return rows;
    }),
});

const purgeOf = (db: Db) => ({
  /** Deletes what ended long ago, a bounded number of rows; answers how many there were. */
  purge: async (now: Date): Promise<number> => {
    const before = (age: number) => new Date(now.getTime() - age);
    const { rows } = await sql`delete from platform_notify_delivery where id in (
      select id from platform_notify_delivery
      where ended_at < ${before(keepsDelivered)} and (state = 'delivered' or ended_at < ${before(keepsUndeliverable)})
      limit ${rowsAtOnce}) returning 1`.execute(db);
    await sql`delete from platform_notify_message where id in (
      select id from platform_notify_message as m where m.created_at < ${before(keepsDelivered)}
        and not exists (select from platform_notify_delivery as d where d.message_id = m.id)
      limit ${rowsAtOnce})`.execute(db);
    return rows.length;
  },
});
