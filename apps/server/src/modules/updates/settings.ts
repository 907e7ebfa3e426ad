import type { UpdateSettings } from '@bulkhead/contract';
import { inTransaction } from '../../platform/db/database.ts';
import { createCampaignStore } from './campaign-store.ts';
import { createCampaignViews } from './campaign-views.ts';
import type { Actor, UpdatesDeps } from './deps.ts';
import { UpdatesError } from './domain/error.ts';
import { requireTimeZone } from './domain/windows.ts';

/** Where the clocks of a region stand. What a frozen list knows stays what it was. */
export const createSettings = ({ db, clock, bind }: UpdatesDeps) => {
  const get = async (): Promise<UpdateSettings> => ({
    regions: (await createCampaignViews(db).regions()).map(({ region, time_zone }) => ({
      region,
      timeZone: time_zone,
    })),
  });
  return {
    get,
    put: async (settings: UpdateSettings, by: Actor): Promise<UpdateSettings> => {
      const seen = new Set<string>();
      for (const { region, timeZone } of settings.regions) {
        requireTimeZone(timeZone);
        if (seen.has(region)) throw new UpdatesError('updates.bad-campaign', `The region "${region}" stands twice.`);
        seen.add(region);
      }
      await inTransaction(db, async (tx) => {
        await createCampaignStore(tx).setRegions(settings.regions);
        const details = { regions: settings.regions.map(({ region, timeZone }) => `${region}=${timeZone}`) };
        await bind(tx).audit.append({
          action: 'updates.set-time-zones',
          subject: 'regions',
          by,
          details,
          at: clock.now(),
        });
      });
      return get();
    },
  };
};
