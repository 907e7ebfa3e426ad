import { createAgreements } from './agreements.ts';
import { createAssignments } from './assignments.ts';
import { engine } from './campaign-life.ts';
import { createCampaignSteps } from './campaign-steps.ts';
import { createCampaignVehicleViews } from './campaign-vehicle-views.ts';
import { createCampaigns } from './campaigns.ts';
import { campaignCauses } from './causes.ts';
import { checkCompatibility } from './compatibility.ts';
import type { Actor, ListQuery, UpdatesDeps } from './deps.ts';
import { UpdatesError } from './domain/error.ts';
import { createDriver, type DriverOptions } from './driver.ts';
import { planStep } from './plan.ts';
import { type PlanContext, runPlan } from './plan-job.ts';
import { createReleases } from './releases.ts';
import { campaignReport } from './report.ts';
import { createRxswins } from './rxswins.ts';
import { createSettings } from './settings.ts';
import { decideUndelivered } from './undelivered.ts';
import { exportVehicles } from './vehicle-export.ts';
import { vehicleUpdates } from './vehicle-updates-views.ts';
import { createWatchViews } from './watch-views.ts';

/** Rule 4, second half: releases, campaigns, RXSWIN. The only writer of updates_*. */
export const createUpdates = (deps: UpdatesDeps) =>
  Object.freeze({
    releases: createReleases(deps),
    agreements: createAgreements(deps),
    compatibility: (releaseId: string, filter: string, signal?: AbortSignal) =>
      checkCompatibility(deps.db, releaseId, filter, signal),
    campaigns: createCampaigns(deps),
    steps: createCampaignSteps(deps),
    vehicles: createVehicles(deps),
    causes: (campaignId: string) => campaignCauses(deps, campaignId),
    rxswins: createRxswins(deps),
    settings: createSettings(deps),
    watch: createWatch(deps),
    /** The seam to the Director. */
    assignments: createAssignments(deps),
    /** Handler of the job `updates.plan`. */
    planJob: (context: PlanContext) => runPlan(deps, context.input.campaignId, context),
    /** Runs a plan to its end in this call; for tools and tests. */
    planNow: async (campaignId: string, slice?: number) => {
      while (!(await planStep(deps, campaignId, engine, slice)).ended);
    },
    /** What it was made of; for tests. */
    deps,
    driver: (options: DriverOptions) => createDriver(deps, options),
  });
export type Updates = ReturnType<typeof createUpdates>;

const createVehicles = ({ db }: UpdatesDeps) => ({
  list: (query: ListQuery) => createCampaignVehicleViews(db).list(query),
  get: async (campaignId: string, vin: string) => {
    const views = createCampaignVehicleViews(db);
    const vehicle = await views.byVin(campaignId, vin);
    if (!vehicle) throw new UpdatesError('updates.unknown-vehicle', `${vin} takes no part in this campaign.`);
    return { ...vehicle, events: await views.events(campaignId, vin) };
  },
});

const createWatch = (deps: UpdatesDeps) => ({
  summary: () => createWatchViews(deps.db).summary(),
  ofVehicle: (vin: string) => vehicleUpdates(deps.db, vin),
  undelivered: (query: ListQuery) => createWatchViews(deps.db).list(query),
  decideUndelivered: (id: string, decision: Parameters<typeof decideUndelivered>[2], by: Actor) =>
    decideUndelivered(deps, id, decision, by),
  report: (id: string) => campaignReport(deps, id),
  exportVehicles: (id: string, format: 'csv' | 'ndjson') => exportVehicles(deps.db, id, format),
});
