import type { CampaignVehicleState as State } from '@bulkhead/contract';
import type { Db } from '../../platform/db/database.ts';
import './watch-tables.ts';

export interface NewUndelivered {
  readonly id: string;
  readonly campaign_id: string;
  readonly state: State;
  readonly cause: string;
  readonly vehicles: number;
  readonly notice: 'notified' | 'not-notified';
  readonly reason: string;
  readonly decided_at: Date;
  readonly decided_by: string;
  readonly decided_by_name: string;
}

/** Writes what was decided about vehicles that a security update did not reach. */
export const createWatchStore = (db: Db) => ({
  /** The latest decision about a group holds. */
  decide: (row: NewUndelivered) =>
    db
      .insertInto('updates_undelivered')
      .values(row)
      .onConflict((conflict) =>
        conflict.columns(['campaign_id', 'state', 'cause']).doUpdateSet({
          vehicles: row.vehicles,
          notice: row.notice,
          reason: row.reason,
          decided_at: row.decided_at,
          decided_by: row.decided_by,
          decided_by_name: row.decided_by_name,
        }),
      )
      .execute(),

  recount: (campaignId: string, state: State, cause: string, vehicles: number) =>
    db
      .updateTable('updates_undelivered')
      .set({ vehicles })
      .where('campaign_id', '=', campaignId)
      .where('state', '=', state)
      .where('cause', '=', cause)
      .execute(),
});
