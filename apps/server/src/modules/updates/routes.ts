import type {
  campaignOperations,
  releaseOperations,
  rxswinOperations,
  UpdatesCode,
  updatesOperations,
  watchOperations,
} from '@bulkhead/contract';
import type { Actor as Caller, Handlers, ProblemTable } from '../../platform/http/handlers.ts';
import type { Actor } from './deps.ts';
import { dossierPage } from './domain/dossier-page.ts';
import { reportPage } from './domain/report-page.ts';
import type { Updates } from './updates.ts';

export const updatesProblemTable = Object.freeze({
  'updates.bad-campaign': [422, 'The campaign is not consistent'],
  'updates.bad-contents': [422, 'The contents are not consistent'],
  'updates.bad-rxswin': [422, 'The definition is not consistent'],
  'updates.draft-exists': [409, 'There is a draft already'],
  'updates.duplicate-name': [409, 'The name is taken'],
  'updates.hash-changed': [409, 'It has changed since'],
  'updates.incomplete': [422, 'Something is missing'],
  'updates.not-signed-off': [409, 'Verification is not signed off'],
  'updates.nothing-undelivered': [409, 'No vehicle is left out for this reason'],
  'updates.person-required': [403, 'A person must decide'],
  'updates.same-person': [403, 'Somebody else must decide'],
  'updates.unknown-campaign': [404, 'Unknown campaign'],
  'updates.unknown-release': [404, 'Unknown release'],
  'updates.unknown-request': [404, 'Unknown request'],
  'updates.unknown-rxswin': [404, 'Unknown RXSWIN definition'],
  'updates.unknown-vehicle': [404, 'Not in this campaign'],
  'updates.wrong-state': [409, 'Not possible in this state'],
}) satisfies ProblemTable<UpdatesCode>;

/** The audit knows no anonymous actor: no operation of this module is public. */
const actorOf = ({ kind, id, name }: Caller): Actor => ({ kind: kind === 'token' ? 'token' : 'operator', id, name });

export const updatesRoutes = (updates: RoutedUpdates): Handlers<typeof updatesOperations> => ({
  ...releaseRoutes(updates),
  ...campaignRoutes(updates),
  ...rxswinRoutes(updates),
  ...watchRoutes(updates),
});

type RoutedUpdates = Pick<
  Updates,
  | 'releases'
  | 'agreements'
  | 'compatibility'
  | 'campaigns'
  | 'steps'
  | 'vehicles'
  | 'causes'
  | 'settings'
  | 'rxswins'
  | 'watch'
>;

const releaseRoutes = ({ releases, agreements, compatibility }: RoutedUpdates): Handlers<typeof releaseOperations> => ({
  listReleases: ({ query }) => releases.list(query),
  createRelease: ({ body }, { actor }) => releases.create(body, actorOf(actor)),
  getRelease: ({ params }) => releases.get(params.id),
  putReleaseContents: ({ params, body }, { actor }) => releases.putContents(params.id, body, actorOf(actor)),
  putReleaseDossier: ({ params, body }, { actor }) => releases.putDossier(params.id, body, actorOf(actor)),
  submitRelease: ({ params }, { actor }) => agreements.submit(params.id, actorOf(actor)),
  signOffRelease: ({ params, body }, { actor }) => agreements.signOff(params.id, body, actorOf(actor)),
  approveRelease: ({ params, body }, { actor }) => agreements.approve(params.id, body, actorOf(actor)),
  returnRelease: ({ params, body }, { actor }) => agreements.return(params.id, body.reason, actorOf(actor)),
  publishRelease: ({ params, body }, { actor }) => agreements.publish(params.id, body.hash, actorOf(actor)),
  endRelease: async ({ params, body: { to, reason, dryRun } }, { actor }) => {
    const ended = await agreements.endedBy(params.id, to);
    if (dryRun) return ended;
    const { state } = await agreements.end(params.id, to, reason, actorOf(actor));
    return { ...ended, state };
  },
  checkCompatibility: ({ params, body }, { signal }) => compatibility(params.id, body.filter, signal),
  getReleaseDiff: ({ params }) => agreements.diffs(params.id),
  exportDossier: async ({ params, query: { format } }) => {
    const release = await releases.get(params.id);
    const fileName = `dossier-${release.name}.${format}`;
    return format === 'html'
      ? { contentType: 'text/html; charset=utf-8', body: dossierPage(release), fileName }
      : { contentType: 'application/json', body: `${JSON.stringify(release, null, 2)}\n`, fileName };
  },
});

const campaignRoutes = ({
  campaigns,
  steps,
  vehicles,
  causes,
  settings,
}: RoutedUpdates): Handlers<typeof campaignOperations> => ({
  listCampaigns: ({ query }) => campaigns.list(query),
  createCampaign: ({ body }, { actor }) => campaigns.create(body, actorOf(actor)),
  previewCampaign: ({ body }, { signal }) => campaigns.preview(body, signal),
  getCampaign: ({ params }) => campaigns.get(params.id),
  putCampaign: ({ params, body }, { actor }) => campaigns.put(params.id, body, actorOf(actor)),
  amendCampaign: ({ params, body }, { actor }) => campaigns.amend(params.id, body, actorOf(actor)),
  planCampaign: ({ params }, { actor }) => campaigns.plan(params.id, actorOf(actor)),
  startCampaign: ({ params, body }, { actor }) => steps.start(params.id, body, actorOf(actor)),
  resumeCampaign: ({ params, body }, { actor }) => steps.resume(params.id, body, actorOf(actor)),
  rollBackCampaign: ({ params, body }, { actor }) => steps.rollBack(params.id, body, actorOf(actor)),
  pauseCampaign: ({ params, body }, { actor }) => steps.pause(params.id, body, actorOf(actor)),
  stopCampaign: ({ params, body }, { actor }) => steps.stop(params.id, body, actorOf(actor)),
  cancelCampaign: ({ params, body }, { actor }) => steps.cancel(params.id, body, actorOf(actor)),
  listCampaignRequests: ({ query }) => campaigns.requests(query),
  decideCampaignRequest: ({ params, body }, { actor }) => steps.decide(params.id, body, actorOf(actor)),
  listCampaignVehicles: ({ query }) => vehicles.list(query),
  getCampaignVehicle: ({ params }) => vehicles.get(params.id, params.vin),
  getCampaignCauses: ({ params }) => causes(params.id),
  getUpdateSettings: () => settings.get(),
  putUpdateSettings: ({ body }, { actor }) => settings.put(body, actorOf(actor)),
});

const rxswinRoutes = ({ rxswins }: RoutedUpdates): Handlers<typeof rxswinOperations> => ({
  listRxswins: ({ query }) => rxswins.list(query),
  createRxswin: ({ body }, { actor }) => rxswins.create(body, actorOf(actor)),
  getRxswin: ({ params }) => rxswins.get(params.id),
  putRxswin: ({ params, body }, { actor }) => rxswins.put(params.id, body, actorOf(actor)),
  releaseRxswin: ({ params, body }, { actor }) => rxswins.release(params.id, body.hash, actorOf(actor)),
  checkRxswin: ({ params }, { actor }) => rxswins.check(params.id, actorOf(actor)),
  exportRxswins: async ({ query: { format } }) => ({
    contentType: format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json',
    body: await rxswins.export(format),
    fileName: `rxswin-register.${format}`,
  }),
  listRxswinDrift: ({ query }) => rxswins.drift(query),
  getVehicleRxswins: ({ params }) => rxswins.ofVehicle(params.vin),
});

const watchRoutes = ({ watch }: RoutedUpdates): Handlers<typeof watchOperations> => ({
  getUpdatesSummary: () => watch.summary(),
  getVehicleUpdates: ({ params }) => watch.ofVehicle(params.vin),
  listUndelivered: ({ query }) => watch.undelivered(query),
  decideUndelivered: ({ params, body }, { actor }) => watch.decideUndelivered(params.id, body, actorOf(actor)),
  getCampaignReport: async ({ params, query: { format } }) => {
    const report = await watch.report(params.id);
    const fileName = `campaign-${report.campaign.name}.${format}`;
    return format === 'html'
      ? { contentType: 'text/html; charset=utf-8', body: reportPage(report), fileName }
      : { contentType: 'application/json', body: `${JSON.stringify(report, null, 2)}\n`, fileName };
  },
  exportCampaignVehicles: async ({ params, query: { format } }) => ({
    contentType: format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
    body: await watch.exportVehicles(params.id, format),
    fileName: `campaign-vehicles.${format}`,
  }),
});
