import type { OperationId, Sbom } from '@bulkhead/contract';
import type { CommandSpec } from './commands/spec.ts';

const unidentifiedGate = {
  flags: '--max-unidentified <number>',
  option: 'maxUnidentified',
  description: 'Fail with code 7 when more components than this can be matched to no advisory',
  fault: (value: unknown, limit: string) => {
    const { unidentified } = value as Sbom;
    return unidentified > Number(limit) || !/^\d+$/.test(limit)
      ? `${unidentified} components can be matched to no advisory; at most ${limit} may`
      : undefined;
  },
};

/** Commands about SBOMs, their components and licences. */
export const sbomCommands: Partial<Record<OperationId, CommandSpec>> = {
  uploadSbom: {
    verb: 'upload',
    noun: 'sbom',
    contentFile: true,
    describe: { id: 'Id of the software version' },
    gate: unidentifiedGate,
    verdict: (value) => {
      const { state, stateReason } = value as Sbom;
      return state === 'rejected' ? `${stateReason ?? 'Below the intake gate.'} It is kept, but not used.` : undefined;
    },
    examples: ['bulkhead sbom upload ID bom.cdx.json', 'bulkhead sbom upload ID image.spdx.json --max-unidentified 0'],
  },
  listSboms: {
    verb: 'list',
    noun: 'sbom',
    columns: ['id', 'software', 'version', 'format', 'components', 'unidentified', 'score', 'state', 'uploadedAt'],
    examples: ["bulkhead sbom list --filter 'unidentified > 0'", "bulkhead sbom list --filter 'state = rejected'"],
  },
  getSbom: { verb: 'show', noun: 'sbom', examples: ['bulkhead sbom show ID'] },
  acceptSbom: {
    verb: 'accept',
    noun: 'sbom',
    describe: { reason: 'Why it is used although it is below the gate, for the audit log' },
    danger: async (session, call) => {
      const { software, version, stateReason } = (await session.call('getSbom', call)) as Sbom;
      return `Uses the SBOM of ${software} ${version} in place of the one in use. ${stateReason ?? ''}`.trim();
    },
    examples: ['bulkhead sbom accept ID --reason "supplier sends a better one with 4.2"'],
  },
  downloadSbom: { verb: 'download', noun: 'sbom', examples: ['bulkhead sbom download ID > bom.json'] },
  exportSbom: {
    verb: 'export',
    noun: 'sbom',
    examples: [
      'bulkhead sbom export --vin WBHAR1A23S1000001 > vehicle.cdx.json',
      'bulkhead sbom export --vin WBHAR1A23S1000001 --view reported > vehicle.cdx.json',
      'bulkhead sbom export --software ID > software.cdx.json',
    ],
  },
  diffSboms: {
    verb: 'diff',
    noun: 'sbom',
    columns: ['kind', 'name', 'fromVersion', 'toVersion', 'fromLicences', 'toLicences'],
    examples: ['bulkhead sbom diff ID ID', 'bulkhead sbom diff ID ID -o csv > changes.csv'],
  },
  getSbomQuality: {
    verb: 'quality',
    noun: 'sbom',
    columns: ['id', 'passed', 'failing', 'of', 'title', 'ask'],
    examples: ['bulkhead sbom quality ID', 'bulkhead sbom quality ID -o csv > ask-the-supplier.csv'],
  },
  getSbomGraph: {
    verb: 'graph',
    noun: 'sbom',
    describe: { focus: 'Id of the component in the middle; the software itself unless told' },
    examples: ['bulkhead sbom graph ID --limit 300 -o json > graph.json'],
  },
  listSbomRules: {
    verb: 'rules',
    noun: 'sbom',
    columns: ['id', 'standard', 'weight', 'title'],
    examples: ['bulkhead sbom rules'],
  },
  listSbomLicences: { verb: 'licences', noun: 'sbom', examples: ['bulkhead sbom licences ID'] },
  listSbomStatements: {
    verb: 'statements',
    noun: 'sbom',
    columns: ['vulnerability', 'status', 'justification', 'components', 'detail'],
    examples: ['bulkhead sbom statements --filter \'sbom = "ID"\''],
  },
  listSbomGates: {
    verb: 'list',
    noun: 'sbom-gates',
    columns: ['supplier', 'minimumScore', 'requiredRules', 'updatedAt', 'updatedBy'],
    examples: ['bulkhead sbom-gates list'],
  },
  putSbomGate: {
    verb: 'put',
    noun: 'sbom-gates',
    danger: async (_session, { params, body }) =>
      `SBOMs of ${String(params?.supplier)} need a score of ${String((body as { minimumScore: number }).minimumScore)} from now on.`,
    examples: [
      'bulkhead sbom-gates put Nordtel --minimum-score 60 --required-rules ntia.version,bulkhead.matchable --yes',
    ],
  },
  deleteSbomGate: {
    verb: 'delete',
    noun: 'sbom-gates',
    danger: async (_session, { params }) => `Takes away the gate of ${String(params?.supplier)}.`,
    examples: ['bulkhead sbom-gates delete Nordtel'],
  },
  listComponents: {
    verb: 'list',
    columns: ['name', 'version', 'purl', 'alias', 'softwareVersions', 'vehicles'],
    examples: ['bulkhead components list --filter \'name : "openssl"\''],
  },
  listUnidentified: {
    verb: 'unidentified',
    noun: 'components',
    columns: ['name', 'versions', 'software', 'vehicles', 'source'],
    examples: ["bulkhead components unidentified --filter 'confirmed = false'"],
  },
  listAliases: {
    verb: 'list',
    columns: ['id', 'name', 'prefix', 'purl', 'cpeVendor', 'cpeProduct', 'state', 'because'],
    examples: ["bulkhead aliases list --filter 'state = proposed'"],
  },
  createAlias: {
    verb: 'create',
    describe: { name: 'Name of the component, or its beginning with --prefix' },
    examples: [
      'bulkhead aliases create --name com-stack --cpe-vendor acme --cpe-product com_stack',
      'bulkhead aliases create --name kernel-module- --prefix --cpe-vendor linux --cpe-product linux_kernel',
    ],
  },
  confirmAlias: { verb: 'confirm', examples: ['bulkhead aliases confirm ID'] },
  rejectAlias: { verb: 'reject', examples: ['bulkhead aliases reject ID'] },
  listLicences: {
    verb: 'list',
    columns: ['licence', 'kind', 'components', 'software'],
    examples: ["bulkhead licences list --filter 'kind in (copyleft, network-copyleft)'"],
  },
};
