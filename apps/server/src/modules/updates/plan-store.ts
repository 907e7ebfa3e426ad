import { type Expression, type SqlBool, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import './campaign-tables.ts';
import { type Check, verdicts } from './compatibility-views.ts';
import { rowsOf } from './rows-store.ts';

export interface FreezeSlice {
  readonly campaignId: string;
  readonly check: Check;
  readonly condition: Expression<SqlBool>;
  /** The wave whose filter a vehicle matches, or null; over `inventory_vehicle v` and `inventory_vehicle_status vs`. */
  readonly ring: Expression<number | null>;
  readonly after: string;
  readonly limit: number;
  readonly now: Date;
  /** Vehicles that have the release already are wanted too: a roll-back waits for those that are still installing. */
  readonly withUpToDate: boolean;
}

/** The two steps of a plan, each slice one transaction with its progress: after kill -9 the next run goes on behind it. */
export const createPlanStore = (db: Db) => ({
  /**
   * Judges one slice of vehicles and keeps the verdicts. The hash over VINs and verdicts, chained from slice to slice,
   * makes the frozen list something that people can agree to.
   */
  freeze: async ({ campaignId, check, condition, ring, after, limit, now, withUpToDate }: FreezeSlice) => {
    const { rows } = await sql<FrozenSlice>`with judged as materialized (
        select x.id, x.vin, x.ring, case when ${withUpToDate} and x.reason = 'up-to-date' then null else x.reason end as reason,
          x.subject, coalesce(z.time_zone, y.time_zone, 'UTC') as time_zone
        from (${verdicts(check, { condition, after, limit }, ring)}) x
        left join updates_region z on z.region = x.region left join updates_region y on y.region = '*'),
      good as (insert into updates_planning (campaign_id, shuffle, vin, time_zone, wave)
        select ${campaignId}::uuid, hashtextextended(vin, hashtext(${campaignId})), vin, time_zone, ring from judged where reason is null),
      bad as (insert into updates_campaign_vehicle (campaign_id, vin, wave, lane, position, state, cause, detail, since)
        select ${campaignId}::uuid, vin, 0, 0, 0, 'incompatible', reason, nullif(subject, ''), ${now}::timestamptz from judged
          where reason is not null),
      counted as (insert into updates_tally (campaign_id, wave, state, cause, vehicles)
        select ${campaignId}::uuid, 0, 'incompatible', reason, count(*) from judged where reason is not null group by reason),
      matched as (update updates_wave w set matched = w.matched + m.n
        from (select ring, count(*) as n from judged where reason is null and ring is not null group by ring) m
        where w.campaign_id = ${campaignId} and w.ordinal = m.ring)
      update updates_campaign c set plan_cursor = coalesce(s.last, c.plan_cursor), plan_done = c.plan_done + s.seen,
        eligible = c.eligible + s.eligible, incompatible = c.incompatible + s.seen - s.eligible,
        list_hash = sha256(coalesce(c.list_hash, ''::bytea) || convert_to(s.list, 'UTF8'))
      from (select count(*) as seen, count(*) filter (where reason is null) as eligible, max(id::text)::uuid as last,
          coalesce(string_agg(vin || '=' || coalesce(reason, 'ok'), ',' order by id), '') as list from judged) s
      where c.id = ${campaignId} returning s.seen::int as seen, s.last::text as last`.execute(db);
    return rows[0] ?? { seen: 0, last: null };
  },

  /** Lanes for every wave and time zone that the frozen list knows. */
  openLanes: async (campaignId: string, waves: number) => {
    await sql`insert into updates_lane (campaign_id, wave, lane, time_zone)
      select ${campaignId}::uuid, w, z.lane, z.time_zone from generate_series(1, ${waves}::int) w cross join (
        select time_zone, row_number() over (order by time_zone)::int as lane from (
          select distinct time_zone from updates_planning where campaign_id = ${campaignId}) d) z`.execute(db);
  },

  /**
   * Puts the next vehicles, in the order of their hash, into waves and lanes. Vehicles without a wave of their own fill the
   * waves in turn: `upTo` says which of them is the last of each. Answers how many were placed.
   */
  place: async (
    campaignId: string,
    upTo: readonly { readonly wave: number; readonly last: number }[],
    placed: number,
    limit: number,
    now: Date,
  ): Promise<{ all: number; free: number }> => {
    const { rows } = await sql<{ all: number; free: number }>`with chunk as materialized (
        delete from updates_planning p using (select shuffle, vin from updates_planning where campaign_id = ${campaignId}
          order by shuffle, vin limit ${limit}) n
        where p.campaign_id = ${campaignId} and p.shuffle = n.shuffle and p.vin = n.vin
        returning p.vin, p.shuffle, p.time_zone, p.wave),
      numbered as (select *, ${placed}::bigint + row_number() over (partition by wave is null order by shuffle, vin) as i from chunk),
      waved as materialized (select n.vin, n.shuffle, n.time_zone, coalesce(n.wave,
          (select min(r.wave) from ${rowsOf(upTo, { wave: 'int', last: 'bigint' })} where n.i <= r.last)) as wave from numbered n),
      added as (insert into updates_campaign_vehicle (campaign_id, vin, wave, lane, position, state, since)
        select ${campaignId}::uuid, w.vin, w.wave, l.lane,
          l.size + row_number() over (partition by w.wave, l.lane order by w.shuffle, w.vin) - 1, 'pending', ${now}::timestamptz
        from waved w join updates_lane l on l.campaign_id = ${campaignId} and l.wave = w.wave and l.time_zone = w.time_zone
        returning wave, lane),
      counts as (select wave, lane, count(*) as n from added group by wave, lane),
      grown as (update updates_lane l set size = l.size + c.n from counts c
        where l.campaign_id = ${campaignId} and l.wave = c.wave and l.lane = c.lane),
      sized as (update updates_wave w set size = w.size + c.n from (select wave, sum(n) as n from counts group by wave) c
        where w.campaign_id = ${campaignId} and w.ordinal = c.wave),
      counted as (insert into updates_tally (campaign_id, wave, state, cause, vehicles)
        select ${campaignId}::uuid, wave, 'pending', '', sum(n) from counts group by wave)
      select (select count(*) from added)::int as "all", (select count(*) from chunk where wave is null)::int as free`.execute(
      db,
    );
    return rows[0] ?? { all: 0, free: 0 };
  },

  ...clearing(db),
});

const clearing = (db: Db) => ({
  /** Drops some of a list that is no longer wanted; answers how many. */
  drop: async (campaignId: string, limit: number): Promise<number> => {
    const { numAffectedRows: listed = 0n } =
      await sql`delete from updates_campaign_vehicle where campaign_id = ${campaignId}
      and vin in (select vin from updates_campaign_vehicle where campaign_id = ${campaignId} limit ${limit})`.execute(
        db,
      );
    const { numAffectedRows: staged = 0n } = await sql`delete from updates_planning p using (
        select shuffle, vin from updates_planning where campaign_id = ${campaignId} limit ${limit}) n
      where p.campaign_id = ${campaignId} and p.shuffle = n.shuffle and p.vin = n.vin`.execute(db);
    return Number(listed) + Number(staged);
  },

  /** What hung on a list that was dropped. */
  reset: async (campaignId: string) => {
    await db.deleteFrom('updates_lane').where('campaign_id', '=', campaignId).execute();
    await db.deleteFrom('updates_count').where('campaign_id', '=', campaignId).execute();
    await db.deleteFrom('updates_tally').where('campaign_id', '=', campaignId).execute();
    await db.updateTable('updates_wave').set({ size: 0, matched: 0 }).where('campaign_id', '=', campaignId).execute();
  },
});

interface FrozenSlice {
  readonly seen: number;
  readonly last: string | null;
}
