import { type Insertable, sql, type Updateable } from 'kysely';
import { violatedUnique } from '../db/constraint.ts';
import type { Db } from '../db/database.ts';
import { NotifyError } from './error.ts';
import type { ChannelRow, ChannelTable, SubscriptionTable } from './tables.ts';

const nameIndex = 'platform_notify_channel_name';

async function orNameTaken<T>(work: Promise<T>, name: string | undefined): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (violatedUnique(error) !== nameIndex) throw error;
    throw new NotifyError('notifications.name-taken', `There is a channel with the name "${name}" already.`);
  }
}

/** The only SQL that writes channels and what they listen to. */
export const createChannelStore = (db: Db) =>
  Object.freeze({
    /** Locked until the transaction ends, so that two changes come one after the other. */
    channel: (id: string): Promise<ChannelRow | undefined> =>
      db.selectFrom('platform_notify_channel').selectAll().where('id', '=', id).forNoKeyUpdate().executeTakeFirst(),
    count: async (): Promise<number> => {
      const { n } = await db
        .selectFrom('platform_notify_channel')
        .select(({ fn }) => fn.countAll<string>().as('n'))
        .executeTakeFirstOrThrow();
      return Number(n);
    },
    /** @throws NotifyError `notifications.name-taken` */
    insert: (row: Insertable<ChannelTable>) =>
      orNameTaken(db.insertInto('platform_notify_channel').values(row).execute(), row.name),
    /** @throws NotifyError `notifications.name-taken` */
    update: (id: string, change: Updateable<ChannelTable>) =>
      orNameTaken(db.updateTable('platform_notify_channel').set(change).where('id', '=', id).execute(), change.name),
    delete: (id: string) => db.deleteFrom('platform_notify_channel').where('id', '=', id).execute(),
    replaceSubscriptions: async (channelId: string, rows: readonly Omit<SubscriptionTable, 'channel_id'>[]) => {
      await db.deleteFrom('platform_notify_subscription').where('channel_id', '=', channelId).execute();
      await db
        .insertInto('platform_notify_subscription')
        .values(rows.map((row) => ({ channel_id: channelId, ...row })))
        .execute();
    },
    ...circuitOf(db),
  });

const circuitOf = (db: Db) => ({
  /** Closes the circuit: what waits is tried at once. */
  unblock: (id: string) =>
    db
      .updateTable('platform_notify_channel')
      .set({ blocked_until: null, failures: 0, last_error: null })
      .where('id', '=', id)
      .execute(),
  noteSuccess: (id: string, at: Date) =>
    db
      .updateTable('platform_notify_channel')
      .set({ blocked_until: null, failures: 0, last_error: null, last_success_at: at })
      .where('id', '=', id)
      .execute(),
  noteFailure: (id: string, failure: { at: Date; error: string; blockedUntil?: Date }) =>
    db
      .updateTable('platform_notify_channel')
      .set({
        failures: sql<number>`failures + 1`,
        last_failure_at: failure.at,
        last_error: failure.error,
        ...(failure.blockedUntil ? { blocked_until: failure.blockedUntil } : {}),
      })
      .where('id', '=', id)
      .execute(),
});
