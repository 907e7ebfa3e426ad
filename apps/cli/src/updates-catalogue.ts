import type { CampaignConsequence, CampaignDetail, OperationId } from '@bulkhead/contract';
import type { CommandSpec } from './commands/spec.ts';

const campaignEnds = {
  ended: (value: unknown) => ['finished', 'stopped', 'cancelled'].includes((value as CampaignDetail).state),
  failure: (value: unknown) => {
    const { state, why } = value as CampaignDetail;
    return state === 'finished' ? undefined : why;
  },
};

/** What is done to a campaign is said with its numbers first. */
const ordered = (verb: string, id: OperationId, bound = false): CommandSpec => ({
  verb,
  fixed: { dryRun: false },
  danger: async (session, call) => {
    const body = { ...(call.body as Record<string, unknown>), dryRun: true };
    return ((await session.call(id, { ...call, body })) as CampaignConsequence).text;
  },
  describe: bound ? { hash: 'The hash of the campaign that was read' } : {},
  examples: [
    `bulkhead campaigns ${verb} ID --reason "as agreed on Monday"${bound ? ` --hash ${'0'.repeat(64)}` : ''} --yes`,
  ],
});

/** Commands of the release desk and of campaigns. */
export const updates: Partial<Record<OperationId, CommandSpec>> = {
  listReleases: {
    verb: 'list',
    columns: ['id', 'name', 'state', 'security', 'items', 'fixes', 'updatedAt'],
    examples: ["bulkhead releases list --filter 'state = published and security = true'"],
  },
  createRelease: {
    verb: 'create',
    describe: { name: 'Name of the release', security: 'It closes a hole', description: 'What it is' },
    examples: ['bulkhead releases create --name "Modem 8.0" --security'],
  },
  getRelease: { verb: 'show', examples: ['bulkhead releases show ID'] },
  putReleaseContents: { verb: 'put', bodyFile: true, examples: ['bulkhead releases put ID -f contents.json'] },
  putReleaseDossier: { verb: 'dossier', bodyFile: true, examples: ['bulkhead releases dossier ID -f dossier.json'] },
  submitRelease: { verb: 'submit', examples: ['bulkhead releases submit ID'] },
  signOffRelease: {
    verb: 'sign-off',
    describe: { passed: 'Verification and validation have passed' },
    defaults: { passed: false },
    examples: [`bulkhead releases sign-off ID --hash ${'0'.repeat(64)} --passed --comment "TR-1 green"`],
  },
  approveRelease: {
    verb: 'approve',
    examples: [`bulkhead releases approve ID --hash ${'0'.repeat(64)} --comment "agreed"`],
  },
  returnRelease: { verb: 'return', examples: ['bulkhead releases return ID --reason "Dossier names the wrong type"'] },
  publishRelease: { verb: 'publish', examples: [`bulkhead releases publish ID --hash ${'0'.repeat(64)}`] },
  endRelease: {
    verb: 'end',
    fixed: { dryRun: false },
    danger: async (session, call) => {
      const body = { ...(call.body as Record<string, unknown>), dryRun: true };
      const { campaigns, vehicles } = (await session.call('endRelease', { ...call, body })) as {
        campaigns: number;
        vehicles: number;
      };
      return `Ends the release: ${campaigns} campaigns with ${vehicles} vehicles still to update are affected.`;
    },
    examples: ['bulkhead releases end ID --to withdrawn --reason "Bricks units of batch 12"'],
  },
  checkCompatibility: {
    verb: 'check',
    filters: 'listVehicles',
    describe: { filter: 'The vehicles, in the filter language of `vehicles list`' },
    examples: ["bulkhead releases check ID --filter 'model = aria'"],
  },
  getReleaseDiff: { verb: 'diff', examples: ['bulkhead releases diff ID'] },
  exportDossier: {
    verb: 'export',
    defaults: { format: 'json' },
    examples: ['bulkhead releases export ID --format html > dossier.html'],
  },
  listCampaigns: {
    verb: 'list',
    columns: ['id', 'name', 'state', 'releaseName', 'vehicles', 'succeeded', 'errors', 'inFlight', 'wave'],
    examples: ["bulkhead campaigns list --filter 'state = running'"],
  },
  createCampaign: { verb: 'create', bodyFile: true, examples: ['bulkhead campaigns create -f campaign.json'] },
  previewCampaign: { verb: 'preview', bodyFile: true, examples: ['bulkhead campaigns preview -f campaign.json'] },
  getCampaign: { verb: 'show', until: campaignEnds, examples: ['bulkhead campaigns show ID --wait'] },
  putCampaign: { verb: 'put', bodyFile: true, examples: ['bulkhead campaigns put ID -f campaign.json'] },
  amendCampaign: { verb: 'amend', bodyFile: true, examples: ['bulkhead campaigns amend ID -f amendment.json'] },
  planCampaign: { verb: 'plan', examples: ['bulkhead campaigns plan ID'] },
  startCampaign: ordered('start', 'startCampaign', true),
  resumeCampaign: ordered('resume', 'resumeCampaign', true),
  rollBackCampaign: ordered('roll-back', 'rollBackCampaign', true),
  pauseCampaign: ordered('pause', 'pauseCampaign'),
  stopCampaign: ordered('stop', 'stopCampaign'),
  cancelCampaign: ordered('cancel', 'cancelCampaign'),
  listCampaignRequests: {
    verb: 'list',
    columns: ['id', 'campaignName', 'action', 'state', 'vehicles', 'requested.by.name', 'requested.at'],
    examples: ["bulkhead campaign-requests list --filter 'state = open'"],
  },
  decideCampaignRequest: {
    verb: 'decide',
    defaults: { agree: false },
    describe: { agree: 'Agree; without it the request is refused', comment: 'Why, for the record' },
    examples: [`bulkhead campaign-requests decide ID --agree --hash ${'0'.repeat(64)} --comment "checked"`],
  },
  listCampaignVehicles: {
    verb: 'list',
    examples: [
      'bulkhead campaign-vehicles list --filter \'campaign = "ID" and state in (failed, timed-out)\' --all -o csv > failed.csv',
    ],
  },
  getCampaignVehicle: { verb: 'vehicle', examples: ['bulkhead campaigns vehicle ID WBHAR1A23S1000001'] },
  getCampaignCauses: { verb: 'causes', examples: ['bulkhead campaigns causes ID'] },
  getUpdateSettings: { verb: 'show', examples: ['bulkhead update-settings show'] },
  putUpdateSettings: {
    verb: 'put',
    bodyFile: true,
    examples: ['bulkhead update-settings put -f time-zones.json'],
  },
  listRxswins: {
    verb: 'list',
    columns: ['id', 'rxswin', 'model', 'version', 'state', 'system', 'drift.drifted', 'releasedAt'],
    examples: ["bulkhead rxswins list --filter 'state = released'"],
  },
  createRxswin: { verb: 'create', bodyFile: true, examples: ['bulkhead rxswins create -f rxswin.json'] },
  getRxswin: { verb: 'show', examples: ['bulkhead rxswins show ID'] },
  putRxswin: { verb: 'put', bodyFile: true, examples: ['bulkhead rxswins put ID -f rxswin.json'] },
  releaseRxswin: { verb: 'release', examples: [`bulkhead rxswins release ID --hash ${'0'.repeat(64)}`] },
  checkRxswin: { verb: 'check', examples: ['bulkhead rxswins check ID'] },
  exportRxswins: { verb: 'export', defaults: { format: 'csv' }, examples: ['bulkhead rxswins export > register.csv'] },
  listRxswinDrift: { verb: 'list', examples: ["bulkhead rxswin-drift list --filter 'model = aria'"] },
  getVehicleRxswins: { verb: 'rxswins', examples: ['bulkhead vehicles rxswins WBHAR1A23S1000001'] },
  getVehicleUpdates: { verb: 'updates', examples: ['bulkhead vehicles updates WBHAR1A23S1000001'] },
  getUpdatesSummary: { verb: 'summary', noun: 'campaigns', examples: ['bulkhead campaigns summary'] },
  listUndelivered: {
    verb: 'list',
    columns: ['campaign', 'text', 'vehicles', 'notice', 'reason', 'decided.by.name'],
    examples: ["bulkhead undelivered-updates list --filter 'notice = not-notified'"],
  },
  decideUndelivered: {
    verb: 'undelivered',
    defaults: { notify: false, cause: '' },
    describe: {
      notify: 'Tell stakeholders; without it the decision not to is recorded',
      state: 'State of the vehicles',
    },
    examples: ['bulkhead campaigns undelivered ID --state denied --reason "They were written to by post"'],
  },
  getCampaignReport: {
    verb: 'report',
    defaults: { format: 'json' },
    examples: ['bulkhead campaigns report ID --format html > report.html'],
  },
  exportCampaignVehicles: {
    verb: 'export',
    defaults: { format: 'csv' },
    examples: ['bulkhead campaigns export ID > vehicles.csv'],
  },
};
