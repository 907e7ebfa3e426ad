import {
  type CampaignVehicle,
  FilterError,
  type ListQuery,
  parseFilter,
  type CampaignVehicleState as State,
  updatesOperations,
} from '@bulkhead/contract';
import { isId } from '@bulkhead/kernel';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { defineList } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';
import './campaign-tables.ts';

const vehicles = defineList(
  updatesOperations.listCampaignVehicles.list,
  {
    campaign: {
      test: ({ operator, values }) => {
        const ids = values.filter(isId);
        const found = sql<boolean>`p.campaign_id = any(${ids}::uuid[])`;
        return operator === '!=' ? sql<boolean>`not ${found}` : found;
      },
    },
    vin: 'p.vin',
    wave: 'p.wave',
    state: 'p.state',
    cause: 'p.cause',
  },
  'p.vin',
  'text',
);

interface Row {
  readonly vin: string;
  readonly wave: number;
  readonly state: State;
  readonly cause: string | null;
  readonly detail: string | null;
  readonly attempt: number;
  readonly since: Date;
  readonly due_at: Date | null;
  readonly time_zone: string | null;
}

const vehicleOf = (row: Row): CampaignVehicle => ({
  vin: row.vin,
  wave: row.wave,
  state: row.state,
  cause: row.cause,
  detail: row.detail,
  attempt: row.attempt,
  since: row.since.toISOString(),
  dueAt: row.due_at?.toISOString() ?? null,
  timeZone: row.time_zone ?? 'UTC',
});

const streamPage = 2_000;

const select = (db: Db) =>
  db
    .selectFrom('updates_campaign_vehicle as p')
    .select(['p.vin', 'p.wave', 'p.state', 'p.cause', 'p.detail', 'p.attempt', 'p.since', 'p.due_at'])
    .select(
      sql<string | null>`(select l.time_zone from updates_lane l where l.campaign_id = p.campaign_id and l.wave = p.wave
        and l.lane = p.lane)`.as('time_zone'),
    );

/** VINs are in order within one campaign: a list over several of them would have to be sorted whole. */
function requireOneCampaign(filter: string | undefined): void {
  const node = parseFilter(filter, vehicles.fields);
  const terms = node?.kind === 'and' ? node.terms : node ? [node] : [];
  const named = terms.some((term) => term.kind === 'test' && term.field === 'campaign' && term.operator === '=');
  if (!named) throw new FilterError('name one campaign, as in campaign = "ID" and state = failed', 0);
}

/** Vehicles of a campaign, one by one and by what keeps them. */
export const createCampaignVehicleViews = (db: Db) => ({
  /** @throws FilterError `request.bad-filter` for a filter that does not name one campaign */
  list: async (query: ListQuery) => {
    requireOneCampaign(query.filter);
    const { rows, ...page } = await pageOf(select(db), vehicles, query);
    return { items: rows.map(vehicleOf), ...page };
  },

  byVin: async (campaignId: string, vin: string): Promise<CampaignVehicle | undefined> => {
    const row = await select(db).where('p.campaign_id', '=', campaignId).where('p.vin', '=', vin).executeTakeFirst();
    return row && vehicleOf(row);
  },

  /** The newest 500 things that happened to a vehicle in a campaign. */
  events: async (campaignId: string, vin: string) => {
    const rows = await db
      .selectFrom('updates_vehicle_event')
      .select(['at', 'event', 'state', 'attempt', 'cause', 'detail'])
      .where('vin', '=', vin)
      .where('campaign_id', '=', campaignId)
      .orderBy('id', 'desc')
      .limit(500)
      .execute();
    return rows.map(({ at, ...event }) => ({ at: at.toISOString(), ...event }));
  },

  /** All vehicles of a campaign in the order of VINs. */
  stream: async function* (campaignId: string): AsyncGenerator<CampaignVehicle[]> {
    for (let after = '', full = true; full; ) {
      const rows = await select(db)
        .where('p.campaign_id', '=', campaignId)
        .where('p.vin', '>', after)
        .orderBy('p.vin')
        .limit(streamPage)
        .execute();
      if (rows.length > 0) yield rows.map(vehicleOf);
      after = rows.at(-1)?.vin ?? after;
      full = rows.length === streamPage;
    }
  },

  /** Some VINs of a state and cause. */
  examples: async (campaignId: string, state: State, cause: string, limit: number): Promise<string[]> => {
    const { rows } = await sql<{
      vin: string;
    }>`select vin from updates_campaign_vehicle where campaign_id = ${campaignId}
      and state = ${state} and coalesce(cause, '') = ${cause} limit ${limit}`.execute(db);
    return rows.map(({ vin }) => vin).sort();
  },

  /** Vehicles under way that have used up more than half of the time their state may take. */
  stalled: async (campaignId: string, now: Date, minutes: Readonly<Record<string, number>>) => {
    const states = Object.keys(minutes);
    const halves = states.map((state) => new Date(now.getTime() - ((minutes[state] ?? 0) * 60_000) / 2));
    const { rows } = await sql<{ state: State; vehicles: string; oldest: Date; examples: string[] }>`
      select p.state, count(*)::text as vehicles, min(p.since) as oldest, (array_agg(p.vin order by p.since))[1:5] as examples
      from updates_campaign_vehicle p join unnest(${states}::text[], ${halves}::timestamptz[]) s(state, since) on s.state = p.state
      where p.campaign_id = ${campaignId} and p.due_at is not null and p.state <> 'scheduled' and p.since < s.since
      group by p.state order by p.state`.execute(db);
    return rows;
  },
});
