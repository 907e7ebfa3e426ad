import { Readable } from 'node:stream';
import type { Db } from '../../platform/db/database.ts';
import { createCampaignVehicleViews } from './campaign-vehicle-views.ts';
import { createCampaignViews } from './campaign-views.ts';
import { unknownCampaign } from './domain/error.ts';
import { csvOf } from './domain/rxswin-csv.ts';

const columns = ['vin', 'wave', 'state', 'cause', 'detail', 'attempt', 'since', 'timeZone'] as const;

/** Every vehicle of a frozen list in pages of a keyset, so that no transaction stays open. */
export async function exportVehicles(db: Db, campaignId: string, format: 'csv' | 'ndjson'): Promise<Readable> {
  if (!(await createCampaignViews(db).byId(campaignId))) throw unknownCampaign(campaignId);
  const pages = createCampaignVehicleViews(db).stream(campaignId);
  return Readable.from(
    (async function* () {
      if (format === 'csv') yield csvOf([columns]);
      for await (const vehicles of pages) {
        if (format === 'ndjson') yield vehicles.map((vehicle) => `${JSON.stringify(vehicle)}\n`).join('');
        else yield csvLines(vehicles);
      }
    })(),
    { objectMode: false },
  );
}

const csvLines = (vehicles: readonly Record<(typeof columns)[number], string | number | null>[]) =>
  csvOf(vehicles.map((vehicle) => columns.map((column) => vehicle[column])));
