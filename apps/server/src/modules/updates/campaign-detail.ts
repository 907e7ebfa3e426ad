import type { Campaign, CampaignDetail, CampaignRequest, CampaignVehicleState as State } from '@bulkhead/contract';
import type { Db } from '../../platform/db/database.ts';
import type { CampaignRow, WaveRow } from './campaign-store.ts';
import { createCampaignStore } from './campaign-store.ts';
import type { RequestRow } from './campaign-tables.ts';
import { type CountedState, createCampaignViews } from './campaign-views.ts';
import { unknownCampaign } from './domain/error.ts';
import { currentRate } from './domain/rate.ts';
import { standingOf } from './domain/thresholds.ts';

type Listed = CampaignRow & { release_name: string; security: boolean };

const iso = (at: Date | null) => at?.toISOString() ?? null;

/** Figures of one campaign from its counts. */
function figuresOf(row: CampaignRow, counts: readonly CountedState[]) {
  const own = counts.filter(({ wave }) => wave > 0);
  const byState = new Map<State, number>();
  for (const { state, vehicles } of own) byState.set(state, (byState.get(state) ?? 0) + vehicles);
  const size = own.reduce((all, { vehicles }) => all + vehicles, 0);
  return standingOf(byState, size, row.rules.countAsError);
}

export function campaignOf(row: Listed, waveCount: number, counts: readonly CountedState[]): Campaign {
  const { size, succeeded, errors, inFlight } = figuresOf(row, counts);
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    state: row.state,
    why: row.why,
    releaseId: row.release_id,
    releaseName: row.release_name,
    security: row.security,
    vehicles: size,
    succeeded,
    errors,
    inFlight,
    wave: row.wave,
    waveCount,
    createdBy: { id: row.created_by, name: row.created_by_name },
    createdAt: row.created_at.toISOString(),
    startedAt: iso(row.started_at),
    finishedAt: iso(row.finished_at),
  };
}

function waveOf(
  row: WaveRow,
  rules: CampaignRow['rules'],
  counts: readonly CountedState[],
): CampaignDetail['waves'][number] {
  const own = new Map<State, number>();
  for (const { wave, state, vehicles } of counts)
    if (wave === row.ordinal) own.set(state, (own.get(state) ?? 0) + vehicles);
  const size = Number(row.size);
  const { ended, errors, errorPercent, successPercent } = standingOf(own, size, rules.countAsError);
  return {
    ordinal: row.ordinal,
    ...row.definition,
    state: row.state,
    size,
    counts: stateCounts(own),
    ended,
    errors,
    errorPercent,
    successPercent,
    startedAt: iso(row.started_at),
    finishedAt: iso(row.finished_at),
  };
}

const stateCounts = (counts: ReadonlyMap<State, number>) =>
  [...counts].map(([state, vehicles]) => ({ state, vehicles })).sort((a, b) => (a.state < b.state ? -1 : 1));

export function requestOf(row: RequestRow & { campaign_name: string }): CampaignRequest {
  return {
    id: row.id,
    campaignId: row.campaign_id,
    campaignName: row.campaign_name,
    action: row.action,
    state: row.state,
    hash: row.hash.toString('hex'),
    vehicles: Number(row.vehicles),
    reason: row.reason,
    requested: { at: row.requested_at.toISOString(), by: { id: row.requested_by, name: row.requested_by_name } },
    decided: row.decided_at
      ? {
          at: row.decided_at.toISOString(),
          by: { id: row.decided_by ?? '', name: row.decided_by_name ?? '' },
          comment: row.comment ?? '',
        }
      : null,
  };
}

/** One campaign with everything a live page shows. @throws UpdatesError `updates.unknown-campaign` */
export async function campaignDetail(db: Db, id: string): Promise<CampaignDetail> {
  const views = createCampaignViews(db);
  const row = await views.byId(id);
  if (!row) throw unknownCampaign(id);
  const [counts, waves, requests, log, child] = await Promise.all([
    views.counts([id]),
    views.waves(id),
    views.requestsOf(id),
    views.log(id),
    views.child(id),
  ]);
  const lanes = await createCampaignStore(db).lanes(id);
  const all = new Map<State, number>();
  for (const { state, vehicles } of counts) all.set(state, (all.get(state) ?? 0) + vehicles);
  const campaign = campaignOf(row, waves.length, counts);
  const notified = lanes.reduce((sum, { next }) => sum + next, 0);
  return {
    ...campaign,
    filter: row.filter,
    rules: row.rules,
    waves: waves.map((wave) => waveOf(wave, row.rules, counts)),
    counts: stateCounts(all),
    hash: row.hash.toString('hex'),
    listHash: row.list_hash?.toString('hex') ?? null,
    rollbackReleaseId: row.rollback_release_id,
    parentId: row.parent_id,
    childId: child ?? null,
    plan: {
      jobId: row.plan_job,
      phase: row.plan_phase,
      done: Number(row.plan_done),
      total: Number(row.plan_total),
      eligible: Number(row.eligible),
      incompatible: Number(row.incompatible),
      plannedAt: iso(row.planned_at),
    },
    perMinute: currentRate(row.rules.rate, { notified, succeeded: campaign.succeeded }),
    requests: requests.map(requestOf),
    log: log.map(({ at, kind, text, by_id, by_name }) => ({
      at: at.toISOString(),
      kind,
      text,
      by: by_id === null ? null : { id: by_id, name: by_name ?? '' },
    })),
  };
}
