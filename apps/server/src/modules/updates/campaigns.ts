import type { CampaignDefinition, Input, updatesOperations, Wave } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { violatedUnique } from '../../platform/db/constraint.ts';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import { campaignDetail, campaignOf, requestOf } from './campaign-detail.ts';
import { rehash } from './campaign-hashing.ts';
import { type CampaignRow, createCampaignStore } from './campaign-store.ts';
import { createCampaignViews } from './campaign-views.ts';
import { checkCompatibility } from './compatibility.ts';
import type { Actor, ListQuery, UpdatesDeps } from './deps.ts';
import { stepCampaign } from './domain/campaign-states.ts';
import { checkCampaign, checkWaves } from './domain/check-campaign.ts';
import { UpdatesError, unknownCampaign, unknownRelease } from './domain/error.ts';
import { waveSizes } from './domain/wave-sizes.ts';
import { createReleaseViews } from './release-views.ts';
import { targetCondition } from './target-filter-views.ts';

type Amendment = Input<typeof updatesOperations.amendCampaign>['body'];

/** Defining campaigns: what goes to whom in which waves. Nothing here sends anything. */
export const createCampaigns = (deps: UpdatesDeps) => {
  const { db } = deps;
  return {
    list: async (query: ListQuery) => {
      const views = createCampaignViews(db);
      const { rows, ...page } = await views.list(query);
      const counts = Map.groupBy(await views.counts(rows.map(({ id }) => id)), ({ campaign_id }) => campaign_id);
      return { items: rows.map((row) => campaignOf(row, row.wave_count, counts.get(row.id) ?? [])), ...page };
    },
    get: (id: string) => campaignDetail(db, id),
    requests: async (query: ListQuery) => {
      const { rows, ...page } = await createCampaignViews(db).requests(query);
      return { items: rows.map(requestOf), ...page };
    },
    create: (body: CampaignDefinition, by: Actor) => distinct(body.name, () => create(deps, body, by)),
    put: (id: string, body: CampaignDefinition, by: Actor) => distinct(body.name, () => put(deps, id, body, by)),
    amend: (id: string, body: Amendment, by: Actor) => amend(deps, id, body, by),
    plan: (id: string, by: Actor) => plan(deps, id, by),
    preview: (body: { releaseId: string; filter: string; waves: readonly Wave[] }, signal?: AbortSignal) =>
      preview(deps, body, signal),
  };
};

async function requireReleases(
  tx: Db,
  { releaseId, rollbackReleaseId }: Pick<CampaignDefinition, 'releaseId' | 'rollbackReleaseId'>,
) {
  for (const id of [releaseId, rollbackReleaseId]) {
    if (id !== undefined && !(await createReleaseViews(tx).byId(id))) throw unknownRelease(id);
  }
  if (releaseId === rollbackReleaseId)
    throw new UpdatesError('updates.bad-campaign', 'The release to go back to is the one that is shipped.');
}

/** Refuses bad filters now rather than in the job. */
function check(body: CampaignDefinition): void {
  checkCampaign(body);
  targetCondition(body.filter);
  for (const { select } of body.waves) if (select.filter !== undefined) targetCondition(select.filter);
}

async function create(deps: UpdatesDeps, body: CampaignDefinition, by: Actor) {
  check(body);
  return inTransaction(deps.db, async (tx) => {
    await requireReleases(tx, body);
    const now = deps.clock.now();
    const id = newId(now.getTime());
    const store = createCampaignStore(tx);
    const { name, filter, rules, releaseId, rollbackReleaseId = null } = body;
    await store.insert({
      id,
      name,
      kind: 'rollout',
      parent_id: null,
      release_id: releaseId,
      rollback_release_id: rollbackReleaseId,
      filter,
      rules,
      state: 'draft',
      why: 'It is being prepared.',
      hash: Buffer.alloc(32),
      created_at: now,
      created_by: by.id,
      created_by_name: by.name,
    });
    await store.replaceWaves(id, body.waves);
    return record(deps, tx, { id, name }, 'create', by, { releaseId, filter });
  });
}

async function record(
  deps: UpdatesDeps,
  tx: Db,
  { id, name }: Pick<CampaignRow, 'id' | 'name'>,
  verb: string,
  by: Actor,
  more: Record<string, string | number>,
) {
  const now = deps.clock.now();
  const hash = (await rehash(tx, id)).toString('hex');
  await createCampaignStore(tx).log(id, now, verb, typeof more.reason === 'string' ? more.reason : '', by);
  await deps
    .bind(tx)
    .audit.append({ action: `updates.${verb}-campaign`, subject: name, by, details: { id, hash, ...more }, at: now });
  await deps.announce?.(tx, 'campaigns');
  return campaignDetail(tx, id);
}

/** A frozen list belongs to one definition: with another one it has to be frozen anew. */
async function put(deps: UpdatesDeps, id: string, body: CampaignDefinition, by: Actor) {
  check(body);
  return inTransaction(deps.db, async (tx) => {
    const store = createCampaignStore(tx);
    const row = await store.hold(id);
    if (!row) throw unknownCampaign(id);
    const state = stepCampaign(row.name, row.state, 'change');
    await requireReleases(tx, body);
    await store.voidRequests(id, 'The campaign was changed', deps.clock.now());
    const { name, filter, releaseId, rollbackReleaseId = null } = body;
    const plan = {
      plan_phase: 'none' as const,
      plan_done: 0,
      plan_total: 0,
      eligible: 0,
      incompatible: 0,
      list_hash: null,
      planned_at: null,
    };
    await store.set(id, {
      name,
      filter,
      release_id: releaseId,
      rollback_release_id: rollbackReleaseId,
      state,
      why: 'It is being prepared.',
      ...plan,
    });
    await store.setRules(id, body.rules);
    await store.replaceWaves(id, body.waves);
    return record(deps, tx, { id, name }, 'change', by, { releaseId, filter });
  });
}

/** A correction of a campaign that is halted; the frozen list and the waves stay what they are. */
function amend(deps: UpdatesDeps, id: string, body: Amendment, by: Actor) {
  return inTransaction(deps.db, async (tx) => {
    const store = createCampaignStore(tx);
    const row = await store.hold(id);
    if (!row) throw unknownCampaign(id);
    stepCampaign(row.name, row.state, 'amend');
    const now = deps.clock.now();
    const releaseId = body.releaseId ?? row.release_id;
    const waves = await store.waves(id);
    for (const { ordinal, success, error, soakMinutes } of body.waves ?? []) {
      const wave = waves.find((one) => one.ordinal === ordinal);
      if (!wave) throw new UpdatesError('updates.bad-campaign', `There is no wave ${ordinal}.`);
      await store.defineWave(id, ordinal, {
        ...wave.definition,
        success,
        error,
        ...(soakMinutes === undefined ? {} : { soakMinutes }),
      });
    }
    const rules = body.rules ?? row.rules;
    const rollbackReleaseId = row.rollback_release_id ?? undefined;
    checkCampaign({
      waves: (await store.waves(id)).map(({ definition }) => definition),
      rules,
      ...(rollbackReleaseId ? { rollbackReleaseId } : {}),
    });
    await requireReleases(tx, { releaseId, ...(rollbackReleaseId ? { rollbackReleaseId } : {}) });
    await store.setRules(id, rules);
    await store.set(id, { release_id: releaseId, amended: true, retry_failed: body.retryFailed ?? row.retry_failed });
    await store.voidRequests(id, 'The campaign was amended', now);
    return record(deps, tx, row, 'amend', by, { reason: body.reason, releaseId });
  });
}

function plan(deps: UpdatesDeps, id: string, by: Actor) {
  return inTransaction(deps.db, async (tx) => {
    const store = createCampaignStore(tx);
    const row = await store.hold(id);
    if (!row) throw unknownCampaign(id);
    const state = stepCampaign(row.name, row.state, 'plan');
    const now = deps.clock.now();
    const jobId = await deps.startPlanning(tx, { campaignId: id, title: `Freeze the list of ${row.name}`, by });
    await store.set(id, {
      state,
      why: 'The list of vehicles is being frozen.',
      plan_job: jobId,
      plan_phase: 'none',
      plan_done: 0,
    });
    await store.log(id, now, 'plan', '', by);
    await deps
      .bind(tx)
      .audit.append({ action: 'updates.freeze-campaign', subject: row.name, by, details: { id, jobId }, at: now });
    await deps.announce?.(tx, 'campaigns');
    return campaignDetail(tx, id);
  });
}

async function preview(
  { db }: UpdatesDeps,
  { releaseId, filter, waves }: { releaseId: string; filter: string; waves: readonly Wave[] },
  signal: AbortSignal | undefined,
) {
  checkWaves(waves);
  const { vehicles, compatible, groups } = await checkCompatibility(db, releaseId, filter, signal);
  const matched = new Map<number, number>();
  let earlier = '';
  for (const [i, { select }] of waves.entries()) {
    if (select.by !== 'filter') continue;
    // what an earlier wave takes is not there for a later one
    const own = `(${filter || 'ecus >= 0'}) and (${select.filter || 'ecus >= 0'})`;
    targetCondition(select.filter ?? '');
    const { compatible: all } = await checkCompatibility(db, releaseId, `${own}${earlier}`, signal);
    matched.set(i, all);
    earlier += ` and not (${select.filter || 'ecus >= 0'})`;
  }
  const sizes = waveSizes(waves, compatible, matched);
  return {
    vehicles,
    compatible,
    waves: waves.map(({ name }, i) => ({ name, vehicles: sizes[i] ?? 0 })),
    groups: groups.map(({ reason, text, vehicles: n, examples }) => ({ reason, text, vehicles: n, examples })),
  };
}

async function distinct<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (violatedUnique(error) !== 'updates_campaign_name_key') throw error;
    throw new UpdatesError('updates.duplicate-name', `There is a campaign named "${name}" already.`, {
      cause: error,
      fields: { name: 'is taken' },
    });
  }
}
