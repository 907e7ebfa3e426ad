import type { CampaignState } from '@bulkhead/contract';
import type { Db } from '../../platform/db/database.ts';
import { type CampaignRow, type CampaignStore, createCampaignStore } from './campaign-store.ts';
import { createCampaignViews } from './campaign-views.ts';
import { type Actor, type UpdatesDeps, type UpdatesEvents, updatesEvent } from './deps.ts';
import { createReleaseViews } from './release-views.ts';
import { createRxswinStore } from './rxswin-store.ts';
import { tellUndelivered } from './undelivered.ts';

/** The engine itself, when no person decided. */
export const engine: Actor = Object.freeze({ kind: 'system', id: 'updates', name: 'Campaign engine' });

export interface Chapter {
  readonly deps: UpdatesDeps;
  readonly tx: Db;
  readonly row: CampaignRow;
  readonly now: Date;
  readonly by: Actor;
}

/** What other modules are told of a campaign. */
export async function factsOf(tx: Db, row: Pick<CampaignRow, 'id' | 'name' | 'kind' | 'release_id'>) {
  const views = createReleaseViews(tx);
  const fixes = await views.fixes(row.release_id);
  const software = (await views.items(row.release_id)).map(({ software_id }) => software_id);
  return { campaignId: row.id, name: row.name, kind: row.kind, releaseId: row.release_id, fixes, software };
}

/** Vehicles in the waves of a campaign, and how many of them have succeeded. */
export async function totalsOf(tx: Db, id: string) {
  const counts = (await createCampaignViews(tx).counts([id])).filter(({ wave }) => wave > 0);
  const sum = (rows: typeof counts) => rows.reduce((all, { vehicles }) => all + vehicles, 0);
  return { vehicles: sum(counts), succeeded: sum(counts.filter(({ state }) => state === 'succeeded')) };
}

const titles: Partial<Record<CampaignState, string>> = {
  running: 'runs',
  paused: 'is paused',
  stopped: 'was stopped',
  finished: 'has finished',
  cancelled: 'was cancelled',
};

/** Writes a change of state with everything that belongs to it: log, audit, event, notice. */
export async function enter(
  { deps, tx, row, now, by }: Chapter,
  state: CampaignState,
  why: string,
  {
    verb,
    values = {},
    event,
  }: {
    verb: string;
    values?: Parameters<CampaignStore['set']>[1];
    event?: 'updates.campaign-started' | 'updates.campaign-stopped' | 'updates.campaign-finished';
  },
): Promise<void> {
  const store = createCampaignStore(tx);
  await store.set(row.id, { ...values, state, why });
  await store.log(row.id, now, verb, why, by);
  if (state === 'finished' || state === 'cancelled')
    await createRxswinStore(tx).finish(row.id, (await totalsOf(tx, row.id)).succeeded, now);
  if (state === 'finished') await tellUndelivered(deps, tx, row, by);
  const { audit, outbox } = deps.bind(tx);
  const details = { id: row.id, from: row.state, to: state, why };
  await audit.append({ action: `updates.${verb}-campaign`, subject: row.name, by, details, at: now });
  if (event) {
    const payload = { ...(await factsOf(tx, row)), ...(await totalsOf(tx, row.id)), state, why };
    await outbox.publishAll([updatesEvent(event, payload as never)]);
  }
  await deps.notify?.publish(tx, {
    topic: 'updates.campaign',
    severity: by === engine && state !== 'finished' && state !== 'running' ? 'high' : 'info',
    subject: `Campaign ${row.name} ${titles[state] ?? state}`,
    text: why,
    link: `/campaigns/${row.id}`,
    data: { campaignId: row.id, state },
  });
  await deps.announce?.(tx, 'campaigns');
}

export type CampaignEvent = keyof UpdatesEvents;
