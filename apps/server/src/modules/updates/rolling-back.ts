import { newId } from '@bulkhead/kernel';
import { rehash } from './campaign-hashing.ts';
import { type Chapter, enter } from './campaign-life.ts';
import { createCampaignStore } from './campaign-store.ts';
import { createCampaignViews } from './campaign-views.ts';
import { stepCampaign } from './domain/campaign-states.ts';
import { UpdatesError } from './domain/error.ts';
import { requirePublished } from './starting.ts';

/**
 * Takes vehicles back: the campaign is cancelled and a campaign of its own brings the former software, as a release with a
 * higher counter (an ECU refuses a lower one, Uptane C7), to every vehicle that was updated or may be installing.
 */
export async function rollBack(chapter: Chapter, why: string): Promise<string> {
  const { deps, tx, row, now, by } = chapter;
  stepCampaign(row.name, row.state, 'roll-back');
  const releaseId = row.rollback_release_id;
  if (releaseId === null) throw new UpdatesError('updates.bad-campaign', `${row.name} names no release to go back to.`);
  await requirePublished(tx, releaseId);
  const store = createCampaignStore(tx);
  const id = newId(now.getTime());
  await store.insert({
    id,
    name: await freeName(chapter),
    kind: 'rollback',
    parent_id: row.id,
    release_id: releaseId,
    rollback_release_id: null,
    filter: '',
    rules: { ...row.rules, onError: 'stop' },
    state: 'planning',
    why: `Takes back the vehicles of ${row.name}: ${why}`,
    hash: row.hash,
    auto_start: true,
    created_at: now,
    created_by: by.id,
    created_by_name: by.name,
  });
  await store.replaceWaves(id, [
    { name: 'All', select: { by: 'rest' }, success: { percent: 0 }, error: { percent: 100, minimum: 1_000_000 } },
  ]);
  await rehash(tx, id);
  const title = `Freeze the list of ${row.name} (rollback)`;
  await store.set(id, { plan_job: await deps.startPlanning(tx, { campaignId: id, title, by }) });
  await store.log(id, now, 'roll-back', why, by);
  const ended = row.state === 'cancelled' || row.state === 'finished';
  if (ended) await store.log(row.id, now, 'roll-back', why, by);
  else await cancel(chapter, `Rolled back: ${why}`);
  const { audit } = deps.bind(tx);
  await audit.append({
    action: 'updates.roll-back-campaign',
    subject: row.name,
    by,
    details: { id: row.id, with: id, why },
    at: now,
  });
  return id;
}

/** Ends a campaign for good; what is under way is watched until it has come to rest. */
export function cancel(chapter: Chapter, why: string): Promise<void> {
  const { row, now } = chapter;
  const state = stepCampaign(row.name, row.state, 'cancel');
  const driven = row.started_at !== null;
  const values = { finished_at: now, ...(driven ? { sweep: 'cancel' as const, wake_at: now } : {}) };
  return enter(chapter, state, why, {
    verb: 'cancel',
    values,
    ...(driven ? { event: 'updates.campaign-stopped' as const } : {}),
  });
}

async function freeName({ tx, row }: Chapter): Promise<string> {
  const number = (await createCampaignViews(tx).children(row.id)) + 1;
  return `${row.name.slice(0, 180)} (rollback${number > 1 ? ` ${number}` : ''})`;
}
