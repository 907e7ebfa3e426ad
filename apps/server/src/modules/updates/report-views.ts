import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import './campaign-tables.ts';
import { createReleaseViews } from './release-views.ts';
import { rowsOf } from './rows-store.ts';

export interface Installed {
  readonly ecuSerial: string;
  /** Of the installed image, lower-case hexadecimal. */
  readonly sha256: string;
}

export interface OpenPart {
  readonly vin: string;
  readonly campaignId: string;
}

/** The condition under which an image is for an ECU: role, and part number with or without hardware version. */
export const fits = sql`i.role = e.role and (e.part_number = any(i.hardware_ids)
  or e.part_number || '/' || e.hardware_version = any(i.hardware_ids))`;

/** What is needed to judge a report. */
export const createReportViews = (db: Db) => ({
  campaigns: (ids: readonly string[]) =>
    db
      .selectFrom('updates_campaign as c')
      .innerJoin('updates_release as r', 'r.id', 'c.release_id')
      .select(['c.id', 'c.name', 'c.kind', 'c.parent_id', 'c.release_id', 'c.rules'])
      .select(sql<boolean>`(r.dossier->>'consentRequired')::boolean`.as('consent_required'))
      .where('c.id', '=', sql<string>`any(${[...ids]}::uuid[])`)
      .execute(),

  fixes: (releaseId: string) => createReleaseViews(db).fixes(releaseId),

  /** The part that each vehicle plays or last played, unless it ended well or was taken back. */
  openParts: async (vins: readonly string[]): Promise<OpenPart[]> => {
    const { rows } = await sql<OpenPart>`select p.vin, p.campaign_id as "campaignId" from updates_assignment a
      join updates_campaign_vehicle p on p.vin = a.vin and p.campaign_id = coalesce(a.campaign_id, a.last_campaign_id)
      where a.vin = any(${[...vins]}::text[]) and p.state not in ('succeeded', 'rolled-back', 'incompatible')`.execute(
      db,
    );
    return rows;
  },

  /** The image that each ECU of a vehicle shall have. */
  wanted: async (parts: readonly OpenPart[]) => {
    const { rows } = await sql<
      OpenPart & Installed
    >`select r.vin, r."campaignId", e.serial as "ecuSerial", encode(i.sha256, 'hex') as sha256
      from ${rowsOf(parts, { vin: 'text', campaignId: 'uuid' })}
      join updates_campaign c on c.id = r."campaignId" join updates_release_item i on i.release_id = c.release_id
      join inventory_ecu e on e.vin = r.vin and ${fits}`.execute(db);
    return rows;
  },
});
