import { type Db, inTransaction } from '../../platform/db/database.ts';
import { rehash } from './campaign-hashing.ts';
import { type CampaignRow, type CampaignStore, createCampaignStore, type WaveRow } from './campaign-store.ts';
import { createCompatibilityViews } from './compatibility-views.ts';
import type { Actor, UpdatesDeps } from './deps.ts';
import { stepCampaign } from './domain/campaign-states.ts';
import { placesOf } from './domain/freeze.ts';
import { createPlanStore } from './plan-store.ts';
import { countTargets, ringOf, touchedBy } from './planning-views.ts';
import { createReleaseViews } from './release-views.ts';
import { startCampaign } from './starting.ts';
import { targetCondition } from './target-filter-views.ts';

/** Vehicles per transaction: about a second of work, which is what a kill at the wrong moment costs. */
export const planSlice = 25_000;
const firstId = '00000000-0000-0000-0000-000000000000';

export interface PlanProgress {
  readonly ended: boolean;
  readonly done: number;
  readonly total: number;
}

/**
 * One slice of a plan in one transaction: judge vehicles (`freeze`), then put them into waves (`assign`). All progress is in
 * the campaign's row, which each slice holds: runs that overlap or follow a crash go on with the next slice, never twice.
 */
export async function planStep(deps: UpdatesDeps, id: string, by: Actor, slice = planSlice): Promise<PlanProgress> {
  return inTransaction(deps.db, async (tx) => {
    const store = createCampaignStore(tx);
    const row = await store.hold(id);
    if (row?.state !== 'planning') return { ended: true, done: 0, total: 0 };
    const plan = { deps, tx, row, store, waves: await store.waves(id), slice, by };
    switch (row.plan_phase) {
      case 'none':
        return begin(plan);
      case 'freeze':
        return freeze(plan);
      default:
        return assign(plan);
    }
  });
}

interface Plan {
  readonly deps: UpdatesDeps;
  readonly tx: Db;
  readonly row: CampaignRow;
  readonly store: CampaignStore;
  readonly waves: readonly WaveRow[];
  readonly slice: number;
  readonly by: Actor;
}

const conditionOf = ({ kind, parent_id, filter }: CampaignRow) =>
  kind === 'rollback' && parent_id ? touchedBy(parent_id) : targetCondition(filter);

/** What an earlier plan left goes first; then the vehicles are counted, for the progress. */
async function begin({ tx, row, store, slice }: Plan): Promise<PlanProgress> {
  const plans = createPlanStore(tx);
  if ((await plans.drop(row.id, slice)) > 0) return { ended: false, done: 0, total: 0 };
  await plans.reset(row.id);
  const total = await countTargets(tx, conditionOf(row));
  await store.set(row.id, {
    plan_phase: 'freeze',
    plan_cursor: firstId,
    plan_done: 0,
    plan_total: total,
    plan_placed: 0,
    eligible: 0,
    incompatible: 0,
    list_hash: null,
  });
  return { ended: false, done: 0, total };
}

/** UN R156 7.1.1.6 and 7.1.1.7: the targets, each compared with its last known configuration. */
async function freeze({ deps, tx, row, store, waves, slice }: Plan): Promise<PlanProgress> {
  const views = createReleaseViews(tx);
  const release = await views.byId(row.release_id);
  const items = await views.items(row.release_id);
  const check = await createCompatibilityViews(tx).checkOf({
    models: release?.models ?? [],
    rules: release?.rules ?? [],
    items,
  });
  const { seen } = await createPlanStore(tx).freeze({
    campaignId: row.id,
    check,
    condition: conditionOf(row),
    ring: ringOf(waves),
    after: row.plan_cursor ?? firstId,
    limit: slice,
    now: deps.clock.now(),
    withUpToDate: row.kind === 'rollback',
  });
  const done = Number(row.plan_done) + seen;
  if (seen < slice) {
    await createPlanStore(tx).openLanes(row.id, waves.length);
    await store.set(row.id, { plan_phase: 'assign' });
  }
  return { ended: false, done: Math.floor(done / 2), total: Math.max(Number(row.plan_total), done) };
}

async function assign(plan: Plan): Promise<PlanProgress> {
  const { deps, tx, row, store, waves, slice } = plan;
  const eligible = Number(row.eligible);
  const places = placesOf(
    waves.map(({ ordinal, matched, definition }) => ({ ordinal, matched: Number(matched), definition })),
    eligible,
  );
  const placed = Number(row.plan_placed);
  const { all, free } = await createPlanStore(tx).place(row.id, places, placed, slice, deps.clock.now());
  await store.set(row.id, { plan_placed: placed + free });
  const total = Number(row.plan_total);
  if (all === slice) return { ended: false, done: Math.min(total, Math.ceil(total / 2) + placed), total };
  await finishPlan(plan);
  return { ended: true, done: total, total };
}

async function finishPlan({ deps, tx, row, store, by }: Plan): Promise<void> {
  const now = deps.clock.now();
  await store.fold(row.id);
  const state = stepCampaign(row.name, row.state, 'planned');
  const why = `The list is frozen: ${row.eligible} vehicles, ${row.incompatible} cannot take it.`;
  await store.set(row.id, { plan_phase: 'done', planned_at: now, state, why });
  const hash = await rehash(tx, row.id);
  await store.log(row.id, now, 'planned', why, by);
  const details = {
    id: row.id,
    eligible: Number(row.eligible),
    incompatible: Number(row.incompatible),
    hash: hash.toString('hex'),
    list: row.list_hash?.toString('hex') ?? '',
  };
  await deps.bind(tx).audit.append({ action: 'updates.plan-campaign', subject: row.name, by, details, at: now });
  await deps.announce?.(tx, 'campaigns');
  if (row.auto_start) await startCampaign(deps, tx, row.id, 'Agreed to with the campaign it takes back.', by);
}

/** A plan that cannot be finished leaves the campaign a draft again, with the reason. */
export async function abandonPlan(deps: UpdatesDeps, id: string, why: string, by: Actor): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const store = createCampaignStore(tx);
    const row = await store.hold(id);
    if (row?.state !== 'planning') return;
    const now = deps.clock.now();
    await store.set(id, { state: stepCampaign(row.name, row.state, 'plan-failed'), plan_phase: 'none', why });
    await store.log(id, now, 'plan-ended', why, by);
    await deps
      .bind(tx)
      .audit.append({ action: 'updates.abandon-plan', subject: row.name, by, details: { id, why }, at: now });
    await deps.announce?.(tx, 'campaigns');
  });
}
