import type { Db } from '../../platform/db/database.ts';
import { campaignDetail } from './campaign-detail.ts';
import { campaignCauses } from './causes.ts';
import type { UpdatesDeps } from './deps.ts';
import type { CampaignReport } from './domain/report-page.ts';
import { releaseDetail } from './release-detail.ts';
import { createRxswinViews } from './rxswin-views.ts';
import { createWatchViews } from './watch-views.ts';

/** All that is known of a campaign, for whoever has to answer for it (ISO 24089 clause 9, UN R156 7.1.2). */
export async function campaignReport(deps: UpdatesDeps, id: string): Promise<CampaignReport> {
  const db: Db = deps.db;
  const campaign = await campaignDetail(db, id);
  const { causes } = await campaignCauses(deps, id);
  const release = await releaseDetail(db, campaign.releaseId, deps.images);
  const passages = await createRxswinViews(db).passages({ campaignId: id });
  return {
    at: deps.clock.now().toISOString(),
    campaign,
    release,
    causes,
    rxswins: passages.map(({ afterId: _afterId, ...passage }) => passage),
    undelivered: await createWatchViews(db).ofCampaign(id),
  };
}
