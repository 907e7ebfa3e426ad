import type { CampaignVehicleState } from '@bulkhead/contract';
import type { ColumnType } from 'kysely';

export interface UndeliveredTable {
  id: string;
  campaign_id: string;
  state: CampaignVehicleState;
  cause: string;
  vehicles: ColumnType<string, number, number>;
  notice: 'notified' | 'not-notified';
  reason: string;
  decided_at: Date;
  decided_by: string;
  decided_by_name: string;
}

declare module '../../platform/db/tables.ts' {
  interface Tables {
    updates_undelivered: UndeliveredTable;
  }
}
