import type { CampaignRules, CampaignState, CampaignVehicleState, Dossier } from '@bulkhead/contract';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import './campaign-tables.ts';
import { fits } from './report-views.ts';
import { rowsOf } from './rows-store.ts';

export interface ServedRow {
  readonly vin: string;
  readonly campaign_id: string;
  readonly campaign_name: string;
  readonly campaign_state: CampaignState;
  readonly rules: CampaignRules;
  readonly release_id: string;
  readonly release_name: string;
  readonly release_state: string;
  readonly dossier: Dossier;
  readonly state: CampaignVehicleState;
  readonly attempt: number;
  readonly time_zone: string;
}

export interface TargetRow {
  readonly vin: string;
  readonly ecu_serial: string;
  readonly role: string;
  readonly part_number: string;
  readonly hardware_version: string | null;
  readonly hardware_ids: string[];
  readonly software_id: string;
  readonly software: string;
  readonly version: string;
  readonly file_name: string;
  readonly length: string;
  readonly sha256: Buffer;
  readonly sha512: Buffer | null;
  readonly release_counter: string;
}

export interface KnownImage {
  readonly fileName: string;
  readonly sha256: string;
  readonly sha512: string | null;
  readonly software: string;
  readonly version: string;
  readonly releaseCounter: number;
}

/** What vehicles are served now. */
export const createAssignmentViews = (db: Db) => ({
  campaignsOf: async (vins: readonly string[]): Promise<Map<string, string>> => {
    if (vins.length === 0) return new Map();
    const { rows } = await sql<{ vin: string; id: string }>`select vin, coalesce(campaign_id, last_campaign_id) as id
      from updates_assignment where vin = any(${[...vins]}::text[])`.execute(db);
    return new Map(rows.map(({ vin, id }) => [vin, id]));
  },

  served: async (vins: readonly string[]): Promise<ServedRow[]> => {
    const { rows } =
      await sql<ServedRow>`select a.vin, a.campaign_id, c.name as campaign_name, c.state as campaign_state, c.rules,
        r.id as release_id, r.name as release_name, r.state as release_state, r.dossier, p.state, p.attempt, l.time_zone
      from updates_assignment a join updates_campaign c on c.id = a.campaign_id
      join updates_release r on r.id = c.release_id
      join updates_campaign_vehicle p on p.campaign_id = a.campaign_id and p.vin = a.vin
      join updates_lane l on l.campaign_id = p.campaign_id and l.wave = p.wave and l.lane = p.lane
      where a.vin = any(${[...vins]}::text[])`.execute(db);
    return rows;
  },

  /** What releases say of images, by name and hash. */
  images: async (wanted: readonly { readonly fileName: string; readonly sha256: string }[]): Promise<KnownImage[]> => {
    if (wanted.length === 0) return [];
    const { rows } = await sql<KnownImage>`select i.file_name as "fileName", encode(i.sha256, 'hex') as sha256,
        max(encode(i.sha512, 'hex')) as sha512, max(i.software) as software, max(i.version) as version,
        max(i.release_counter)::float8 as "releaseCounter"
      from updates_release_item i join ${rowsOf(wanted, { fileName: 'text', sha256: 'text' })}
        on i.file_name = r."fileName" and i.sha256 = decode(r.sha256, 'hex') group by i.file_name, i.sha256`.execute(
      db,
    );
    return rows;
  },

  /** The images of a release that fit the ECUs of vehicles; at most one per ECU. */
  targets: async (vins: readonly string[]): Promise<TargetRow[]> => {
    const { rows } =
      await sql<TargetRow>`select a.vin, e.serial as ecu_serial, e.role, e.part_number, e.hardware_version, i.hardware_ids,
        i.software_id, i.software, i.version, i.file_name, i.length, i.sha256, i.sha512, i.release_counter
      from updates_assignment a join updates_campaign c on c.id = a.campaign_id
      join updates_release_item i on i.release_id = c.release_id
      join inventory_ecu e on e.vin = a.vin and ${fits}
      where a.vin = any(${[...vins]}::text[]) order by a.vin, e.serial`.execute(db);
    return rows;
  },

  /**
   * Vehicles whose assignment changed in a transaction that may not have been visible before, in the order of transactions.
   * `horizon` is the oldest transaction that was open: the next question begins there, so that none is missed and some are
   * told twice.
   */
  changed: async (since: string, after: string, limit: number) => {
    const { rows } = await sql<{ vin: string; campaign_id: string | null; changed: string; horizon: string }>`
      select a.vin, a.campaign_id, a.changed::text as changed, pg_snapshot_xmin(pg_current_snapshot())::text as horizon
      from updates_assignment a where (a.changed, a.vin) > (${since}::xid8, ${after}) order by a.changed, a.vin limit ${limit}`.execute(
      db,
    );
    return rows;
  },

  horizon: async (): Promise<string> => {
    const { rows } = await sql<{
      horizon: string;
    }>`select pg_snapshot_xmin(pg_current_snapshot())::text as horizon`.execute(db);
    return rows[0]?.horizon ?? '0';
  },
});
