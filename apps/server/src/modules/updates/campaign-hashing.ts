import type { Db } from '../../platform/db/database.ts';
import { createCampaignStore } from './campaign-store.ts';
import { createCampaignViews } from './campaign-views.ts';
import { campaignHash } from './domain/campaign-hash.ts';
import { createReleaseViews } from './release-views.ts';

/** Computes the hash of a campaign anew from what is stored, and stores it. */
export async function rehash(tx: Db, id: string): Promise<Buffer> {
  const views = createCampaignViews(tx);
  const row = await views.byId(id);
  if (!row) throw new Error(`campaign ${id} is gone`);
  const back = row.rollback_release_id ? await createReleaseViews(tx).byId(row.rollback_release_id) : undefined;
  const hash = campaignHash({
    id,
    name: row.name,
    kind: row.kind,
    releaseHash: row.release_hash.toString('hex'),
    rollbackHash: back?.hash.toString('hex') ?? null,
    filter: row.filter,
    waves: (await views.waves(id)).map(({ definition }) => definition),
    rules: row.rules,
    listHash: row.list_hash?.toString('hex') ?? null,
  });
  await createCampaignStore(tx).set(id, { hash });
  return hash;
}
