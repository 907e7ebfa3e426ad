import type { CampaignVehicleState as State } from '@bulkhead/contract';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import './campaign-tables.ts';
import { rowsOf } from './rows-store.ts';

/** A vehicle as it stood, held by the transaction. */
export interface HeldVehicle {
  readonly campaign_id: string;
  readonly vin: string;
  readonly wave: number;
  readonly lane: number;
  readonly state: State;
  readonly cause: string | null;
  readonly detail: string | null;
  readonly attempt: number;
  readonly deferrals: number;
}

const held = sql`p.campaign_id, p.vin, p.wave, p.lane, p.state, p.cause, p.detail, p.attempt, p.deferrals`;

const byVin = (a: HeldVehicle, b: HeldVehicle) => (a.vin < b.vin ? -1 : 1);

/** Takes hold of vehicles until the transaction ends, each kind of work by its own index. */
export const createVehicleLocks = (db: Db) => ({
  /** Rows of the given vehicles, held until the transaction ends. */
  hold: async (keys: readonly { campaign_id: string; vin: string }[]): Promise<HeldVehicle[]> => {
    if (keys.length === 0) return [];
    const { rows } = await sql<HeldVehicle>`select ${held} from updates_campaign_vehicle p
      join ${rowsOf(keys, { campaign_id: 'uuid', vin: 'text' })} on r.campaign_id = p.campaign_id and r.vin = p.vin
      order by p.vin, p.campaign_id for update of p`.execute(db);
    return rows;
  },

  holdPending: async (
    campaignId: string,
    wave: number,
    lane: number,
    from: number,
    to: number,
  ): Promise<HeldVehicle[]> => {
    const { rows } = await sql<HeldVehicle>`select ${held} from updates_campaign_vehicle p
      where campaign_id = ${campaignId} and wave = ${wave} and lane = ${lane} and position >= ${from} and position < ${to}
        and state = 'pending' order by vin for update`.execute(db);
    return rows;
  },

  /** Scheduled vehicles whose time has come, oldest first. */
  holdReady: async (campaignId: string, now: Date, limit: number): Promise<HeldVehicle[]> => {
    const { rows } = await sql<HeldVehicle>`select ${held} from updates_campaign_vehicle p
      where campaign_id = ${campaignId} and state = 'scheduled' and due_at <= ${now} order by due_at, vin limit ${limit}
      for update skip locked`.execute(db);
    return rows.sort(byVin);
  },

  /** Vehicles whose time in their state is over, oldest first. */
  holdOverdue: async (campaignId: string, now: Date, limit: number): Promise<HeldVehicle[]> => {
    const { rows } = await sql<HeldVehicle>`select ${held} from updates_campaign_vehicle p
      where campaign_id = ${campaignId} and due_at is not null and state <> 'scheduled' and due_at <= ${now}
      order by due_at, vin limit ${limit} for update skip locked`.execute(db);
    return rows.sort(byVin);
  },

  /** Vehicles that are served this campaign and stand in one of the states. */
  holdServed: async (campaignId: string, states: readonly State[], limit: number): Promise<HeldVehicle[]> => {
    const { rows } = await sql<HeldVehicle>`select ${held} from updates_assignment a
      join updates_campaign_vehicle p on p.campaign_id = a.campaign_id and p.vin = a.vin
      where a.campaign_id = ${campaignId} and p.state = any(${[...states]}::text[]) order by p.vin limit ${limit}
      for update of p`.execute(db);
    return rows;
  },

  /** Vehicles that wait for an offer or for their user. */
  holdWaiting: async (campaignId: string, limit: number): Promise<HeldVehicle[]> => {
    const { rows } = await sql<HeldVehicle>`select ${held} from updates_campaign_vehicle p
      where campaign_id = ${campaignId} and state in ('scheduled', 'deferred') order by vin limit ${limit} for update`.execute(
      db,
    );
    return rows;
  },

  holdFailed: async (campaignId: string, states: readonly State[], limit: number): Promise<HeldVehicle[]> => {
    const { rows } = await sql<HeldVehicle>`select ${held} from updates_campaign_vehicle p
      where campaign_id = ${campaignId} and state = any(${[...states]}::text[])
        and state in ('denied', 'deferred', 'failed', 'timed-out', 'rolled-back', 'cancel-rejected', 'unreachable', 'superseded')
      order by vin limit ${limit} for update`.execute(db);
    return rows;
  },
});
