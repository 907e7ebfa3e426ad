import type { Output, updatesOperations } from '@bulkhead/contract';
import { createCampaignVehicleViews } from './campaign-vehicle-views.ts';
import { type CountedState, createCampaignViews } from './campaign-views.ts';
import type { UpdatesDeps } from './deps.ts';
import { causeWords, defaultCause } from './domain/campaign-words.ts';
import { unknownCampaign } from './domain/error.ts';

type Causes = Output<typeof updatesOperations.getCampaignCauses>;

const shownCauses = 50;
const quiet = new Set(['pending', 'succeeded', 'offered', 'consented', 'downloading', 'downloaded', 'installing']);

/** What keeps vehicles from being updated, most first. Counts come from the tally, examples from an index. */
export async function campaignCauses({ db, clock }: UpdatesDeps, id: string): Promise<Causes> {
  const row = await createCampaignViews(db).byId(id);
  if (!row) throw unknownCampaign(id);
  const counts = (await createCampaignViews(db).counts([id])).filter(({ state }) => !quiet.has(state));
  const views = createCampaignVehicleViews(db);
  const groups = [...Map.groupBy(counts, ({ state, cause }) => JSON.stringify([state, cause])).values()]
    .map(groupOf)
    .sort((a, b) => b.vehicles - a.vehicles)
    .slice(0, shownCauses);
  const causes: Causes['causes'] = [];
  for (const { key, ...group } of groups)
    causes.push({ ...group, examples: await views.examples(id, group.state, key, 5) });
  const stalled = await views.stalled(id, clock.now(), row.rules.timeouts);
  return {
    causes,
    stalled: stalled.map(({ oldest, vehicles, ...rest }) => ({
      ...rest,
      vehicles: Number(vehicles),
      oldest: oldest.toISOString(),
    })),
  };
}

function groupOf(rows: readonly CountedState[]) {
  const [{ state, cause: key } = { state: 'failed' as const, cause: '' }] = rows;
  const cause = key === '' ? defaultCause(state) || state : key;
  const text = causeWords(state, key);
  const waves = rows.map(({ wave }) => wave).sort((a, b) => a - b);
  return { key, state, cause, text, vehicles: rows.reduce((all, { vehicles }) => all + vehicles, 0), waves };
}
