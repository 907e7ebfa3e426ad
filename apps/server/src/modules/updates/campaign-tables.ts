import type { CampaignRules, CampaignState, CampaignVehicleState, Wave, WaveState } from '@bulkhead/contract';
import type { ColumnType, Generated, GeneratedAlways, Selectable } from 'kysely';

/** Written as JSON text, read parsed. */
type JsonColumn<T> = ColumnType<T, string, string>;
/** int8 arrives as text, so that no digit is lost. */
type Int8 = ColumnType<string, number | string, number | string>;

type Stamp = Generated<Date | null>;
type Count = ColumnType<string, number | string | undefined, number | string>;

export interface CampaignTable {
  id: string;
  name: string;
  kind: 'rollout' | 'rollback';
  parent_id: string | null;
  release_id: string;
  rollback_release_id: string | null;
  filter: string;
  rules: JsonColumn<CampaignRules>;
  state: CampaignState;
  why: string;
  hash: Buffer;
  amended: Generated<boolean>;
  retry_failed: Generated<boolean>;
  wave: Generated<number>;
  sweep: Generated<'withdraw' | 'cancel' | 'retry' | null>;
  auto_start: Generated<boolean>;
  rate_credit: Generated<number>;
  rate_at: Stamp;
  wake_at: Stamp;
  leased_by: Generated<string | null>;
  leased_until: Stamp;
  plan_job: Generated<string | null>;
  plan_phase: Generated<'none' | 'freeze' | 'assign' | 'done'>;
  plan_cursor: Generated<string | null>;
  plan_done: Count;
  plan_total: Count;
  plan_placed: Count;
  eligible: Count;
  incompatible: Count;
  list_hash: Generated<Buffer | null>;
  planned_at: Stamp;
  created_at: Date;
  created_by: string;
  created_by_name: string;
  started_at: Stamp;
  finished_at: Stamp;
}

export interface WaveTable {
  campaign_id: string;
  ordinal: number;
  definition: JsonColumn<Wave>;
  state: Generated<WaveState>;
  size: Count;
  matched: Count;
  forgiven_errors: Count;
  forgiven_ended: Count;
  accepted: Generated<boolean>;
  started_at: Stamp;
  reached_at: Stamp;
  finished_at: Stamp;
}

export interface LaneTable {
  campaign_id: string;
  wave: number;
  lane: number;
  time_zone: string;
  size: Count;
  next: Count;
}

export interface CampaignVehicleTable {
  campaign_id: string;
  vin: string;
  wave: number;
  lane: number;
  position: Int8;
  state: CampaignVehicleState;
  cause: string | null;
  detail: string | null;
  attempt: Generated<number>;
  deferrals: Generated<number>;
  since: Date;
  due_at: Date | null;
}

export interface CountTable {
  campaign_id: string;
  wave: number;
  state: CampaignVehicleState;
  cause: string;
  vehicles: Int8;
}

export interface AssignmentTable {
  vin: string;
  campaign_id: string | null;
  attempt: number;
  changed: string;
  changed_at: Date;
  last_campaign_id: string;
}

export interface VehicleEventTable {
  id: GeneratedAlways<string>;
  campaign_id: string;
  vin: string;
  at: Date;
  event: string;
  state: CampaignVehicleState;
  attempt: number;
  cause: string | null;
  detail: string | null;
}

export interface CampaignLogTable {
  id: GeneratedAlways<string>;
  campaign_id: string;
  at: Date;
  kind: string;
  text: string;
  by_id: string | null;
  by_name: string | null;
}

export interface RequestTable {
  id: string;
  campaign_id: string;
  action: 'start' | 'resume' | 'roll-back';
  state: 'open' | 'approved' | 'rejected' | 'void';
  hash: Buffer;
  vehicles: Int8;
  reason: string;
  requested_at: Date;
  requested_by: string;
  requested_by_name: string;
  decided_at: Stamp;
  decided_by: Generated<string | null>;
  decided_by_name: Generated<string | null>;
  comment: Generated<string | null>;
}

export type RequestRow = Selectable<RequestTable>;

export interface RegionTable {
  region: string;
  time_zone: string;
}

declare module '../../platform/db/tables.ts' {
  interface Tables {
    updates_campaign: CampaignTable;
    updates_wave: WaveTable;
    updates_lane: LaneTable;
    updates_campaign_vehicle: CampaignVehicleTable;
    updates_count: CountTable;
    updates_tally: CountTable & { id: GeneratedAlways<string> };
    updates_assignment: AssignmentTable;
    updates_vehicle_event: VehicleEventTable;
    updates_campaign_log: CampaignLogTable;
    updates_request: RequestTable;
    updates_region: RegionTable;
  }
}
