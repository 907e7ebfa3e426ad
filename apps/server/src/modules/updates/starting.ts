import type { Db } from '../../platform/db/database.ts';
import { enter } from './campaign-life.ts';
import { createCampaignStore } from './campaign-store.ts';
import type { Actor, UpdatesDeps } from './deps.ts';
import { stepCampaign } from './domain/campaign-states.ts';
import { UpdatesError } from './domain/error.ts';
import { createReleaseViews } from './release-views.ts';
import { createRxswinStore } from './rxswin-store.ts';

/** What may be shipped is published. @throws UpdatesError `updates.bad-campaign` */
export async function requirePublished(tx: Db, releaseId: string): Promise<void> {
  const release = await createReleaseViews(tx).byId(releaseId);
  if (release?.state === 'published') return;
  throw new UpdatesError(
    'updates.bad-campaign',
    `The release ${release?.name ?? releaseId} is ${release?.state ?? 'unknown'}: only a published one is shipped.`,
  );
}

/** Begins the first wave, or waits for the time at which it may begin. */
export async function startCampaign(deps: UpdatesDeps, tx: Db, id: string, why: string, by: Actor): Promise<void> {
  const store = createCampaignStore(tx);
  const row = await store.hold(id);
  if (!row) throw new Error(`campaign ${id} is gone`);
  const state = stepCampaign(row.name, row.state, 'start');
  await requirePublished(tx, row.release_id);
  const now = deps.clock.now();
  const begins = row.rules.startsAt ? new Date(row.rules.startsAt) : now;
  const release = await createReleaseViews(tx).byId(row.release_id);
  await createRxswinStore(tx).begin(id, release?.rxswins ?? [], Number(row.eligible), now);
  await store.setWave(id, 1, { state: 'running', started_at: now });
  const values = { wave: 1, started_at: now, rate_at: now, rate_credit: 1, wake_at: begins > now ? begins : now };
  await enter({ deps, tx, row, now, by }, state, why, { verb: 'start', values, event: 'updates.campaign-started' });
}
