import { setTimeout as sleep } from 'node:timers/promises';
import type { CampaignDefinition, CampaignDetail, CampaignRules } from '@bulkhead/contract';
import type { People } from './people.ts';
import { unitProgram } from './unit-images.ts';

export const campaignName = 'Close CVE-2024-45492 in the telematics unit';

const minutes = 30;
const rules: CampaignRules = {
  rate: { perMinute: 600 },
  maxInFlight: 5_000,
  windows: [],
  timeouts: {
    offered: 24 * 60,
    consented: minutes,
    downloading: minutes,
    downloaded: minutes,
    installing: minutes,
    'installed-awaiting-report': minutes,
  },
  retries: [],
  deferral: { times: 3, hours: 24 },
  onError: 'stop',
  countAsError: [],
};

/** Every vehicle that runs an affected version: a few first, then the rest. */
export function definitionOf(releaseId: string, vehicles: number): CampaignDefinition {
  const first = Math.min(8, Math.max(3, Math.ceil(vehicles / 8)));
  return {
    name: campaignName,
    releaseId,
    filter: unitProgram.versions.map((version) => `runs = "${unitProgram.name}@${version}"`).join(' or '),
    waves: [
      {
        name: 'A few first',
        select: { by: 'count', count: first },
        success: { percent: 100 },
        error: { percent: 50, minimum: Math.ceil(first * 0.6) },
      },
      { name: 'All others', select: { by: 'rest' }, success: { percent: 95 }, error: { percent: 5, minimum: 5 } },
    ],
    rules,
  };
}

/** The campaign, frozen and ready to be asked for, or wherever it stands already. */
export async function planned({ author }: People, releaseId: string, vehicles: number): Promise<CampaignDetail> {
  const { items } = await author.listCampaigns({ query: { filter: `name = "${campaignName}"`, limit: 1 } });
  const id = items[0]?.id ?? (await author.createCampaign({ body: definitionOf(releaseId, vehicles) })).id;
  const params = { id };
  let campaign = await author.getCampaign({ params });
  if (campaign.state === 'draft') campaign = await author.planCampaign({ params, body: {} });
  while (campaign.state === 'planning') {
    await sleep(200);
    campaign = await author.getCampaign({ params });
  }
  return campaign;
}

/** One person asks for it, another agrees to what was asked. */
export async function letLoose(
  { verifier, approver }: People,
  id: string,
  action: 'start' | 'resume',
  reason: string,
): Promise<void> {
  const params = { id };
  const { hash } = await verifier.getCampaign({ params });
  const order = { params, body: { dryRun: false, reason, hash } };
  const { request } = await (action === 'start' ? verifier.startCampaign(order) : verifier.resumeCampaign(order));
  if (request)
    await approver.decideCampaignRequest({
      params: { id: request.id },
      body: { agree: true, hash, comment: 'Agreed: list, waves and thresholds read.' },
    });
}
