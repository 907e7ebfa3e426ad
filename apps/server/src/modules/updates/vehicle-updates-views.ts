import type { CampaignState, CampaignVehicleState as State, VehicleUpdate } from '@bulkhead/contract';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { causeWords } from './domain/campaign-words.ts';

interface Row {
  readonly campaign_id: string;
  readonly campaign: string;
  readonly kind: 'rollout' | 'rollback';
  readonly campaign_state: CampaignState;
  readonly release_id: string;
  readonly release: string;
  readonly security: boolean;
  readonly wave: number;
  readonly state: State;
  readonly cause: string | null;
  readonly attempt: number;
  readonly since: Date;
  readonly served: boolean;
}

/** What campaigns did with one vehicle, newest first: one look by primary key per campaign, of which there are few. */
export async function vehicleUpdates(db: Db, vin: string): Promise<{ items: VehicleUpdate[] }> {
  const { rows } = await sql<Row>`select c.id as campaign_id, c.name as campaign, c.kind, c.state as campaign_state,
      r.id as release_id, r.name as release, r.security, p.wave, p.state, p.cause, p.attempt, p.since,
      exists (select 1 from updates_assignment a where a.vin = p.vin and a.campaign_id = c.id) as served
    from updates_campaign c join updates_campaign_vehicle p on p.campaign_id = c.id and p.vin = ${vin}
    join updates_release r on r.id = c.release_id order by c.created_at desc, c.id desc limit 200`.execute(db);
  return {
    items: rows.map((row) => ({
      campaignId: row.campaign_id,
      campaign: row.campaign,
      kind: row.kind,
      campaignState: row.campaign_state,
      releaseId: row.release_id,
      release: row.release,
      security: row.security,
      wave: row.wave,
      state: row.state,
      cause: row.cause === null ? null : causeWords(row.state, row.cause),
      attempt: row.attempt,
      since: row.since.toISOString(),
      served: row.served,
    })),
  };
}
