import { type ListQuery, type CampaignVehicleState as State, updatesOperations } from '@bulkhead/contract';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { defineList } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';
import './campaign-tables.ts';

const campaigns = defineList(
  updatesOperations.listCampaigns.list,
  {
    name: 'c.name',
    state: 'c.state',
    kind: 'c.kind',
    release: 'r.name',
    createdAt: 'c.created_at',
    startedAt: { column: 'c.started_at', nullable: true },
  },
  'c.id',
);

const requests = defineList(
  updatesOperations.listCampaignRequests.list,
  { state: 'q.state', action: 'q.action', requestedAt: 'q.requested_at' },
  'q.id',
);

export interface CountedState {
  readonly campaign_id: string;
  readonly wave: number;
  readonly state: State;
  readonly cause: string;
  readonly vehicles: number;
}

/** Read models of campaigns. */
export const createCampaignViews = (db: Db) => ({
  list: (query: ListQuery) =>
    pageOf(
      db
        .selectFrom('updates_campaign as c')
        .innerJoin('updates_release as r', 'r.id', 'c.release_id')
        .selectAll('c')
        .select([
          'r.name as release_name',
          'r.security',
          sql<number>`(select count(*)::int from updates_wave w where w.campaign_id = c.id)`.as('wave_count'),
        ]),
      campaigns,
      query,
    ),

  byId: (id: string) =>
    db
      .selectFrom('updates_campaign as c')
      .innerJoin('updates_release as r', 'r.id', 'c.release_id')
      .selectAll('c')
      .select(['r.name as release_name', 'r.security', 'r.hash as release_hash', 'r.state as release_state'])
      .where('c.id', '=', id)
      .executeTakeFirst(),

  /** Counts of campaigns per wave, state and cause: exact in one snapshot, without a look at any vehicle. */
  counts: async (ids: readonly string[]): Promise<CountedState[]> => {
    const { rows } = await sql<Omit<CountedState, 'vehicles'> & { vehicles: string }>`
      select campaign_id, wave, state, cause, sum(vehicles)::text as vehicles from (
        select campaign_id, wave, state, cause, vehicles from updates_count where campaign_id = any(${[...ids]}::uuid[])
        union all
        select campaign_id, wave, state, cause, vehicles from updates_tally where campaign_id = any(${[...ids]}::uuid[])) x
      group by campaign_id, wave, state, cause having sum(vehicles) <> 0`.execute(db);
    return rows.map((row) => ({ ...row, vehicles: Number(row.vehicles) }));
  },

  waves: (id: string) =>
    db.selectFrom('updates_wave').selectAll().where('campaign_id', '=', id).orderBy('ordinal').execute(),

  log: (id: string) =>
    db
      .selectFrom('updates_campaign_log')
      .selectAll()
      .where('campaign_id', '=', id)
      .orderBy('id', 'desc')
      .limit(200)
      .execute(),

  ...requestViews(db),

  ...familyViews(db),

  /** Campaigns that ship a release and have not ended. */
  ofRelease: (releaseId: string) =>
    db
      .selectFrom('updates_campaign')
      .select(['id', 'name', 'state'])
      .where((where) => where.or([where('release_id', '=', releaseId), where('rollback_release_id', '=', releaseId)]))
      .where('state', 'not in', ['finished', 'cancelled'])
      .execute(),

  regions: () => db.selectFrom('updates_region').selectAll().orderBy('region').execute(),
});
export type CampaignViews = ReturnType<typeof createCampaignViews>;

const familyViews = (db: Db) => ({
  child: async (id: string) =>
    (
      await db
        .selectFrom('updates_campaign')
        .select('id')
        .where('parent_id', '=', id)
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst()
    )?.id,

  children: async (id: string) => {
    const { n } = await db
      .selectFrom('updates_campaign')
      .select(({ fn }) => fn.countAll<string>().as('n'))
      .where('parent_id', '=', id)
      .executeTakeFirstOrThrow();
    return Number(n);
  },
});

const requestViews = (db: Db) => ({
  requestsOf: (id: string) =>
    requestRows(db).where('q.campaign_id', '=', id).orderBy('q.id', 'desc').limit(50).execute(),
  requests: (query: ListQuery) => pageOf(requestRows(db), requests, query),
  request: (id: string) => requestRows(db).where('q.id', '=', id).executeTakeFirst(),
});

const requestRows = (db: Db) =>
  db
    .selectFrom('updates_request as q')
    .innerJoin('updates_campaign as c', 'c.id', 'q.campaign_id')
    .selectAll('q')
    .select('c.name as campaign_name');
