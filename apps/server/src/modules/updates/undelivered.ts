import type { CampaignVehicleState as State, Undelivered } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import type { CampaignRow } from './campaign-store.ts';
import { createCampaignViews } from './campaign-views.ts';
import type { Actor, UpdatesDeps } from './deps.ts';
import { causeWords } from './domain/campaign-words.ts';
import { UpdatesError, unknownCampaign } from './domain/error.ts';
import { createReleaseViews } from './release-views.ts';
import { createWatchStore } from './watch-store.ts';
import { createWatchViews } from './watch-views.ts';

export interface Group {
  readonly state: State;
  readonly cause: string;
  readonly vehicles: number;
}

const unreached: ReadonlySet<State> = new Set([
  'failed',
  'timed-out',
  'rolled-back',
  'unreachable',
  'denied',
  'cancelled',
  'incompatible',
]);
/** These vehicles were not meant, or need nothing. */
const unconcerned = new Set(['model', 'up-to-date', 'retired']);

/** Vehicles that an update is meant for and does not reach, by state and cause. */
export async function undeliveredGroups(tx: Db, campaignId: string): Promise<Group[]> {
  const groups = new Map<string, Group>();
  for (const { state, cause, vehicles } of await createCampaignViews(tx).counts([campaignId])) {
    if (!unreached.has(state) || unconcerned.has(cause)) continue;
    const key = JSON.stringify([state, cause]);
    groups.set(key, { state, cause, vehicles: vehicles + (groups.get(key)?.vehicles ?? 0) });
  }
  return [...groups.values()].sort((a, b) => b.vehicles - a.vehicles);
}

/**
 * A security update that has ended tells stakeholders whom it did not reach, but for the groups about which somebody decided
 * otherwise with a reason; those decisions are kept (UN R156 9.1.3).
 */
export async function tellUndelivered(deps: UpdatesDeps, tx: Db, row: CampaignRow, by: Actor): Promise<void> {
  const release = await createReleaseViews(tx).byId(row.release_id);
  if (!release?.security) return;
  const decided = await createWatchViews(tx).ofCampaign(row.id);
  const told: Group[] = [];
  for (const group of await undeliveredGroups(tx, row.id)) {
    const decision = decided.find(({ state, cause }) => state === group.state && cause === group.cause);
    if (decision) await createWatchStore(tx).recount(row.id, group.state, group.cause, group.vehicles);
    else {
      await keep(deps, tx, row, group, { notify: true, reason: 'The campaign has ended' }, by);
      told.push(group);
    }
  }
  if (told.length > 0) await publish(deps, tx, row, told);
}

interface Decision {
  readonly notify: boolean;
  readonly reason: string;
}

function keep(
  { clock }: UpdatesDeps,
  tx: Db,
  row: Pick<CampaignRow, 'id'>,
  group: Group,
  { notify, reason }: Decision,
  by: Actor,
) {
  return createWatchStore(tx).decide({
    id: newId(),
    campaign_id: row.id,
    ...group,
    notice: notify ? 'notified' : 'not-notified',
    reason,
    decided_at: clock.now(),
    decided_by: by.id,
    decided_by_name: by.name,
  });
}

async function publish(
  deps: UpdatesDeps,
  tx: Db,
  row: Pick<CampaignRow, 'id' | 'name'>,
  groups: readonly Group[],
): Promise<void> {
  const vehicles = groups.reduce((all, group) => all + group.vehicles, 0);
  const lines = groups.map(({ state, cause, vehicles: n }) => `${n}: ${causeWords(state, cause)}`);
  await deps.notify?.publish(tx, {
    topic: 'updates.undeliverable',
    severity: 'high',
    subject: `${vehicles} vehicles are not reached by the security update ${row.name}`,
    text: lines.join('\n'),
    link: `/campaigns/${row.id}`,
    data: {
      campaignId: row.id,
      groups: groups.map(({ state, cause, vehicles: n }) => ({ state, cause, vehicles: n })),
    },
  });
}

/** A decision about one group of vehicles by a person, before or after the campaign has ended. */
export function decideUndelivered(
  deps: UpdatesDeps,
  campaignId: string,
  { state, cause, ...decision }: Decision & { state: State; cause: string },
  by: Actor,
): Promise<Undelivered> {
  return inTransaction(deps.db, async (tx) => {
    const row = await createCampaignViews(tx).byId(campaignId);
    if (!row) throw unknownCampaign(campaignId);
    const groups = await undeliveredGroups(tx, campaignId);
    const group = groups.find(
      (one) => one.state === state && (one.cause === cause || (one.cause === '' && cause === state)),
    );
    if (!group)
      throw new UpdatesError(
        'updates.nothing-undelivered',
        `No vehicle of ${row.name} is ${state} because of "${cause}".`,
      );
    await keep(deps, tx, row, group, decision, by);
    if (decision.notify) await publish(deps, tx, row, [group]);
    const details = { id: campaignId, ...group, ...decision };
    await deps
      .bind(tx)
      .audit.append({ action: 'updates.decide-undelivered', subject: row.name, by, details, at: deps.clock.now() });
    const kept = (await createWatchViews(tx).ofCampaign(campaignId)).find(
      (one) => one.state === group.state && one.cause === group.cause,
    );
    if (!kept) throw new Error('the decision was not kept');
    return kept;
  });
}
