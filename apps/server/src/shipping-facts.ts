import type { Updates } from './modules/updates/index.ts';

/** What the overview says of campaigns and of the RXSWIN register. */
export async function shippingFacts({ watch }: Pick<Updates, 'watch'>) {
  const { campaigns, openRequests, driftedVehicles } = await watch.summary();
  const campaignsIn = (wanted: string) => campaigns.find(({ state }) => state === wanted)?.count ?? 0;
  return {
    runningCampaigns: campaignsIn('running'),
    stoppedCampaigns: campaignsIn('stopped'),
    openRequests,
    driftedVehicles,
  };
}
