import {
  type CampaignState,
  type ListQuery,
  type releaseStates,
  type Undelivered,
  updatesOperations,
} from '@bulkhead/contract';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { defineList } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';
import { causeWords } from './domain/campaign-words.ts';
import './tables.ts';
import './campaign-tables.ts';
import './rxswin-tables.ts';
import './watch-tables.ts';

const undelivered = defineList(
  updatesOperations.listUndelivered.list,
  { campaign: 'c.name', notice: 'u.notice', cause: 'u.cause', decidedAt: 'u.decided_at' },
  'u.id',
);

const select = (db: Db) =>
  db
    .selectFrom('updates_undelivered as u')
    .innerJoin('updates_campaign as c', 'c.id', 'u.campaign_id')
    .selectAll('u')
    .select('c.name as campaign');
type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

const undeliveredOf = (row: Row): Undelivered => ({
  id: row.id,
  campaignId: row.campaign_id,
  campaign: row.campaign,
  state: row.state,
  cause: row.cause,
  text: causeWords(row.state, row.cause),
  vehicles: Number(row.vehicles),
  notice: row.notice,
  reason: row.reason,
  decided: { at: row.decided_at.toISOString(), by: { id: row.decided_by, name: row.decided_by_name } },
});

/** What is watched over all campaigns. */
export const createWatchViews = (db: Db) => ({
  list: async (query: ListQuery) => {
    const { rows, ...page } = await pageOf(select(db), undelivered, query);
    return { items: rows.map(undeliveredOf), ...page };
  },
  ofCampaign: async (campaignId: string): Promise<Undelivered[]> =>
    (await select(db).where('u.campaign_id', '=', campaignId).orderBy('u.id').execute()).map(undeliveredOf),

  summary: async () => {
    const { rows } = await sql<{
      releases: Partial<Record<(typeof releaseStates)[number], number>> | null;
      campaigns: Partial<Record<CampaignState, number>> | null;
      in_flight: string;
      requests: string;
      drifted: string;
      undelivered: string;
    }>`select
        (select json_object_agg(state, n) from (select state, count(*) as n from updates_release group by state) x) as releases,
        (select json_object_agg(state, n) from (select state, count(*) as n from updates_campaign group by state) x) as campaigns,
        (select count(*) from updates_assignment where campaign_id is not null)::text as in_flight,
        (select count(*) from updates_request where state = 'open')::text as requests,
        (select coalesce(sum(found[3]), 0) from updates_rxswin where state = 'released')::text as drifted,
        (select coalesce(sum(vehicles), 0) from updates_undelivered)::text as undelivered`.execute(db);
    const [row] = rows;
    return {
      releases: countsOf(row?.releases ?? {}),
      campaigns: countsOf(row?.campaigns ?? {}),
      inFlight: Number(row?.in_flight ?? 0),
      openRequests: Number(row?.requests ?? 0),
      driftedVehicles: Number(row?.drifted ?? 0),
      undelivered: Number(row?.undelivered ?? 0),
    };
  },
});

const countsOf = <State extends string>(counts: Partial<Record<State, number>>) =>
  (Object.entries(counts) as [State, number][]).map(([state, count]) => ({ state, count }));
