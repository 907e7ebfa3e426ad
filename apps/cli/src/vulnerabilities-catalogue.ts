import type { Decision, OperationId } from '@bulkhead/contract';
import type { CommandSpec } from './commands/spec.ts';
import type { LooseCall, Session } from './session.ts';

const reachOf = async (session: Session, call: LooseCall): Promise<string> => {
  const body = { ...(call.body as Record<string, unknown>), dryRun: true };
  const { covers } = (await session.call('createDecision', { ...call, body })) as {
    covers: { findings: number; softwareVersions: number; vehicles: number };
  };
  return `Decides ${covers.findings} findings in ${covers.softwareVersions} software versions on ${covers.vehicles} vehicles.`;
};

/** Commands about vulnerabilities, where they occur and what was decided. */
export const vulnerabilities: Partial<Record<OperationId, CommandSpec>> = {
  listVulnerabilities: {
    verb: 'list',
    columns: ['ref', 'outcome', 'severity', 'cvss', 'epss', 'kev', 'openFindings', 'vehicles', 'title'],
    examples: [
      "bulkhead vulnerabilities list --filter 'outcome in (immediate, out-of-cycle)'",
      "bulkhead vulnerabilities list --filter 'kev = true and vehicles > 0' -o csv > exploited.csv",
    ],
  },
  getVulnerability: { verb: 'show', examples: ['bulkhead vulnerabilities show CVE-2024-45492'] },
  listOccurrences: {
    verb: 'occurrences',
    columns: [
      'software.name',
      'software.version',
      'component.name',
      'component.version',
      'priority.outcome',
      'state',
      'strength',
      'vehicles',
    ],
    examples: ['bulkhead vulnerabilities occurrences CVE-2024-45492'],
  },
  getBlastRadius: {
    verb: 'blast-radius',
    describe: { all: 'Also where it is decided as not affected or fixed' },
    examples: ['bulkhead vulnerabilities blast-radius CVE-2024-45492'],
  },
  listAffectedVehicles: {
    verb: 'vehicles',
    // its `all` (decided places too) would be taken for `--all`, every page; `blast-radius --all` counts these
    fixed: { all: undefined },
    columns: ['vin', 'model', 'region', 'plant', 'state', 'lastSeenAt'],
    examples: ['bulkhead vulnerabilities vehicles CVE-2024-45492 --region eu'],
  },
  exportAffectedVehicles: {
    verb: 'export-vehicles',
    defaults: { format: 'csv' },
    examples: ['bulkhead vulnerabilities export-vehicles CVE-2024-45492 > vins.csv'],
  },
  listFindings: {
    verb: 'list',
    columns: ['id', 'ref', 'outcome', 'severity', 'cvss', 'component.name', 'component.version', 'state', 'vehicles'],
    examples: [
      "bulkhead findings list --filter 'state = open and outcome = immediate'",
      'bulkhead findings list --filter \'component = "expat"\' --sort -vehicles',
    ],
  },
  getFinding: { verb: 'show', examples: ['bulkhead findings show ID'] },
  getPortfolio: { verb: 'show', examples: ['bulkhead portfolio show'] },
  listDecisions: {
    verb: 'list',
    columns: ['id', 'ref', 'status', 'scopeText', 'state', 'expiresAt', 'findings', 'author'],
    examples: ["bulkhead decisions list --filter 'state = expired'"],
  },
  getDecision: { verb: 'show', examples: ['bulkhead decisions show ID'] },
  createDecision: {
    verb: 'create',
    bodyFile: true,
    danger: reachOf,
    examples: ['bulkhead decisions create -f decision.json', 'bulkhead decisions create -f decision.json --dry-run'],
  },
  withdrawDecision: {
    verb: 'withdraw',
    describe: { reason: 'Why, for the audit log' },
    danger: async (session, call) => {
      const { ref, status, scopeText, findings } = (await session.call('getDecision', call)) as Decision;
      return `Takes back that ${ref} is ${status} (${scopeText}): ${findings} findings may be open again.`;
    },
    examples: ['bulkhead decisions withdraw ID --reason "the parser is reachable after all"'],
  },
};

export const vulnerabilityNouns: Readonly<Record<string, string>> = Object.freeze({
  vulnerabilities: 'Vulnerabilities and the vehicles that carry them',
  findings: 'Component versions of the fleet met by a vulnerability',
  portfolio: 'Open findings by model and ECU',
  decisions: 'Decisions about vulnerabilities, with where they hold and until when',
});
