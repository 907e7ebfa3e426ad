import type { OperationId } from '@bulkhead/contract';
import type { CommandSpec } from './commands/spec.ts';

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
};
