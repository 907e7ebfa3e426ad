import type { CampaignRules, Wave } from '@bulkhead/contract';
import { type Insertable, type Selectable, sql, type Updateable } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { CampaignTable, RequestTable, WaveTable } from './campaign-tables.ts';

export type CampaignRow = Selectable<CampaignTable>;
export type WaveRow = Selectable<WaveTable>;
export type NewCampaign = Omit<Insertable<CampaignTable>, 'rules'> & { rules: CampaignRules };

/** Writes campaigns, their waves, requests and log. */
export const createCampaignStore = (db: Db) => ({
  insert: (row: NewCampaign) =>
    db
      .insertInto('updates_campaign')
      .values({ ...row, rules: JSON.stringify(row.rules) })
      .execute(),

  /** The row, held until the transaction ends. */
  hold: (id: string) =>
    db.selectFrom('updates_campaign').selectAll().where('id', '=', id).forUpdate().executeTakeFirst(),

  set: (id: string, values: Updateable<CampaignTable>) =>
    db.updateTable('updates_campaign').set(values).where('id', '=', id).execute(),

  setRules: (id: string, rules: CampaignRules) =>
    db
      .updateTable('updates_campaign')
      .set({ rules: JSON.stringify(rules) })
      .where('id', '=', id)
      .execute(),

  waves: (id: string): Promise<WaveRow[]> =>
    db.selectFrom('updates_wave').selectAll().where('campaign_id', '=', id).orderBy('ordinal').execute(),

  replaceWaves: async (id: string, waves: readonly Wave[]) => {
    await db.deleteFrom('updates_wave').where('campaign_id', '=', id).execute();
    const rows = waves.map((wave, i) => ({ campaign_id: id, ordinal: i + 1, definition: JSON.stringify(wave) }));
    await db.insertInto('updates_wave').values(rows).execute();
  },

  setWave: (id: string, ordinal: number, values: Updateable<WaveTable>) =>
    db.updateTable('updates_wave').set(values).where('campaign_id', '=', id).where('ordinal', '=', ordinal).execute(),

  defineWave: (id: string, ordinal: number, wave: Wave) =>
    db
      .updateTable('updates_wave')
      .set({ definition: JSON.stringify(wave) })
      .where('campaign_id', '=', id)
      .where('ordinal', '=', ordinal)
      .execute(),

  log: (campaignId: string, at: Date, kind: string, text: string, by?: { id: string; name: string }) =>
    db
      .insertInto('updates_campaign_log')
      .values({ campaign_id: campaignId, at, kind, text, by_id: by?.id ?? null, by_name: by?.name ?? null })
      .execute(),

  request: (row: Insertable<RequestTable>) => db.insertInto('updates_request').values(row).execute(),
  holdRequest: (id: string) =>
    db.selectFrom('updates_request').selectAll().where('id', '=', id).forUpdate().executeTakeFirst(),
  decide: (id: string, state: 'approved' | 'rejected', comment: string, by: { id: string; name: string }, at: Date) =>
    db
      .updateTable('updates_request')
      .set({ state, comment, decided_at: at, decided_by: by.id, decided_by_name: by.name })
      .where('id', '=', id)
      .execute(),
  /** What was asked for no longer is what would happen. */
  voidRequests: (campaignId: string, because: string, at: Date) =>
    db
      .updateTable('updates_request')
      .set({ state: 'void', comment: because, decided_at: at })
      .where('campaign_id', '=', campaignId)
      .where('state', '=', 'open')
      .execute(),

  setRegions: async (regions: readonly { region: string; timeZone: string }[]) => {
    await db.deleteFrom('updates_region').execute();
    const rows = regions.map(({ region, timeZone }) => ({ region, time_zone: timeZone }));
    if (rows.length > 0) await db.insertInto('updates_region').values(rows).execute();
  },

  /** The latest of many writers wins; they write the same. */
  ...driving(db),
});
export type CampaignStore = ReturnType<typeof createCampaignStore>;

const driving = (db: Db) => ({
  /**
   * Takes the campaign that has waited longest for a driver, unless another replica holds it. The lease keeps two replicas
   * from taking turns on one campaign; that each step holds the row is what keeps them from serving twice.
   */
  lease: async (replica: string, now: Date, leaseMs: number): Promise<string | undefined> => {
    const { rows } = await sql<{ id: string }>`update updates_campaign set leased_by = ${replica},
        leased_until = ${new Date(now.getTime() + leaseMs)}::timestamptz
      where id = (select id from updates_campaign where wake_at <= ${now}
        and (leased_until is null or leased_until < ${now} or leased_by = ${replica})
        order by wake_at limit 1 for update skip locked) returning id`.execute(db);
    return rows[0]?.id;
  },

  /** Adds what has changed to the counts. */
  fold: async (campaignId: string) => {
    await sql`with gone as (delete from updates_tally where campaign_id = ${campaignId} returning wave, state, cause, vehicles)
      insert into updates_count as c (campaign_id, wave, state, cause, vehicles)
      select ${campaignId}::uuid, wave, state, cause, sum(vehicles) from gone group by wave, state, cause
      having sum(vehicles) <> 0
      on conflict (campaign_id, wave, state, cause) do update set vehicles = c.vehicles + excluded.vehicles`.execute(
      db,
    );
  },

  lanes: async (campaignId: string) => {
    const rows = await db
      .selectFrom('updates_lane')
      .selectAll()
      .where('campaign_id', '=', campaignId)
      .orderBy('wave')
      .orderBy('lane')
      .execute();
    return rows.map((row) => ({ ...row, size: Number(row.size), next: Number(row.next) }));
  },

  advanceLane: (campaignId: string, wave: number, lane: number, next: number) =>
    db
      .updateTable('updates_lane')
      .set({ next })
      .where('campaign_id', '=', campaignId)
      .where('wave', '=', wave)
      .where('lane', '=', lane)
      .execute(),
});
