import { createHash } from 'node:crypto';
import type { CampaignRules, Wave } from '@bulkhead/contract';
import { canonicalJson, type Json } from '@bulkhead/kernel';

export interface HashedCampaign {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly releaseHash: string;
  readonly rollbackHash: string | null;
  readonly filter: string;
  readonly waves: readonly Wave[];
  readonly rules: CampaignRules;
  readonly listHash: string | null;
}

/** What a second person agrees to: what is shipped, to exactly which vehicles, how fast, and when it stops. */
export function campaignHash(campaign: HashedCampaign): Buffer {
  const { id, name, kind, releaseHash, rollbackHash, filter, waves, rules, listHash } = campaign;
  const content = { id, name, kind, releaseHash, rollbackHash, filter, waves, rules, listHash };
  return createHash('sha256')
    .update('bulkhead campaign 1\n')
    .update(canonicalJson(content as unknown as Json))
    .digest();
}
