import type { Db } from '../../platform/db/database.ts';
import type { CaseDeps } from './case-deps.ts';
import { type CaseRow, createCaseStore } from './case-store.ts';
import { createCaseViews } from './case-views.ts';
import { programsOf } from './domain/case-state.ts';
import { placesOf } from './sync-cases.ts';

/** What the release desk publishes: names of vulnerabilities that it fixes, and the software versions that it brings. */
interface PublishedRelease {
  readonly name: string;
  readonly fixes: readonly string[];
  readonly software: readonly string[];
}

interface Campaign {
  readonly campaignId: string;
  readonly name: string;
  readonly kind: 'rollout' | 'rollback';
  readonly fixes: readonly string[];
  readonly software: readonly string[];
}

const by = 'release desk';

/** Cases follow what is shipped. None of this closes one: that takes what vehicles report. */
export const shippingOf = (deps: CaseDeps) => {
  const { clock, announce } = deps;

  const note = async (tx: Db, one: CaseRow, kind: string, text: string): Promise<void> => {
    await createCaseStore(tx).update(one.id, { dirty: true });
    await createCaseStore(tx).entry(one.id, clock.now(), by, kind, text);
    announce('cases');
  };

  return {
    /** A version that was released for these vulnerabilities fixes their cases, unless it still carries them. */
    releasePublished: async (tx: Db, release: PublishedRelease): Promise<void> => {
      const views = createCaseViews(tx);
      for (const one of await createCaseStore(tx).holdOpen(release.fixes)) {
        const version = (await views.versions(one.software_name)).find(({ id }) => release.software.includes(id));
        if (!version || version.id === one.fix_software_id) continue;
        const places = programsOf(await placesOf(tx, deps.fleet, one.vulnerability_id));
        if (places.some(({ software, affected }) => software === one.software_name && affected.includes(version.id))) {
          await note(
            tx,
            one,
            'no-fix',
            `Release ${release.name} names it as fixed, but ${version.version} still carries it`,
          );
          continue;
        }
        await createCaseStore(tx).update(one.id, { fix_software_id: version.id, fix_version: version.version });
        await note(tx, one, 'link-fix', `Fixed by ${one.software_name} ${version.version}, release ${release.name}`);
      }
    },

    /** Only cases whose fix it ships: the same vulnerability in another program is another case. Taking software back fixes nothing. */
    campaignStarted: async (tx: Db, { campaignId, name, kind, fixes, software }: Campaign): Promise<void> => {
      if (kind === 'rollback') return;
      for (const one of await createCaseStore(tx).holdOpen(fixes)) {
        if (one.fix_software_id === null || !software.includes(one.fix_software_id)) continue;
        await createCaseStore(tx).update(one.id, { campaign: name, campaign_id: campaignId });
        await note(tx, one, 'shipping', `Shipped by campaign ${name}`);
      }
    },

    /** A campaign came to a halt, or to its end: then nothing ships any more what it did not bring. `what` in words. */
    campaignChanged: async (
      tx: Db,
      { campaignId, ended }: Pick<Campaign, 'campaignId'> & { readonly ended: boolean },
      what: string,
    ): Promise<void> => {
      for (const one of await createCaseStore(tx).holdShippedBy(campaignId)) {
        if (ended) await createCaseStore(tx).update(one.id, { campaign: null, campaign_id: null });
        await note(tx, one, 'campaign', what);
      }
    },
  };
};
