import type { CaseDetail, Decision, OperationId, Operations, Output } from '@bulkhead/contract';
import type { CommandSpec } from './commands/spec.ts';
import type { LooseCall, Session } from './session.ts';

const reachOfMany = async (session: Session, call: LooseCall): Promise<string> => {
  const body = { ...(call.body as Record<string, unknown>), dryRun: true };
  const { covers, outside } = (await session.call('decideFindings', { ...call, body })) as Output<
    Operations['decideFindings']
  >;
  const left = outside === 0 ? '' : ` ${outside} do not occur there: nothing is decided about them.`;
  return `Decides ${covers.findings} findings in ${covers.softwareVersions} software versions on ${covers.vehicles} vehicles.${left}`;
};

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
  listVehicleFindings: {
    verb: 'findings',
    // its `all` (decided ones too) would be taken for `--all`, every page
    fixed: { all: undefined },
    columns: ['ref', 'priority.outcome', 'component.name', 'component.version', 'software.name', 'state', 'title'],
    examples: [
      'bulkhead vehicles findings WNWZZZ0ZZ6A000001',
      'bulkhead vehicles findings WNWZZZ0ZZ6A000001 --serial TCU-1',
    ],
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
  putCompiledFiles: {
    verb: 'put',
    noun: 'compiled-files',
    contentFile: true,
    examples: ['bulkhead compiled-files put ID compiled.txt', 'bulkhead compiled-files put ID compile_commands.json'],
  },
  getCompiledFiles: { verb: 'show', noun: 'compiled-files', examples: ['bulkhead compiled-files show ID'] },
  deleteCompiledFiles: {
    verb: 'delete',
    noun: 'compiled-files',
    danger: async (session, call) => {
      const { list } = (await session.call('getCompiledFiles', call)) as Output<Operations['getCompiledFiles']>;
      return `Takes the list of ${list?.files ?? 0} compiled files away: ${list?.settles ?? 0} findings are open again.`;
    },
    examples: ['bulkhead compiled-files delete ID'],
  },
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
  decideFindings: {
    verb: 'decide',
    noun: 'findings',
    bodyFile: true,
    danger: reachOfMany,
    examples: ['bulkhead findings decide -f decision.json', 'bulkhead findings decide -f decision.json --dry-run'],
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

const ofCase = async (session: Session, call: LooseCall): Promise<string> => {
  const { number, ref, software, vehicles } = (await session.call('getCase', call)) as CaseDetail;
  return `case ${number}, ${ref} in ${software} (${vehicles.remaining} vehicles to fix)`;
};

/** Commands about the work on vulnerabilities. */
export const cases: Partial<Record<OperationId, CommandSpec>> = {
  listCases: {
    verb: 'list',
    noun: 'cases',
    columns: ['id', 'number', 'ref', 'software', 'outcome', 'state', 'owner.name', 'dueAt', 'overdue'],
    examples: [
      "bulkhead cases list --filter 'overdue = true'",
      "bulkhead cases list --filter 'state != closed' --sort due",
    ],
  },
  getCase: { verb: 'show', noun: 'cases', examples: ['bulkhead cases show ID'] },
  openCase: {
    verb: 'open',
    noun: 'cases',
    describe: { ref: 'Vulnerability', software: 'Name of the program' },
    examples: ['bulkhead cases open --ref CVE-2024-45492 --software tcu-os'],
  },
  assignCase: {
    verb: 'assign',
    noun: 'cases',
    bodyFile: true,
    examples: ['bulkhead cases assign ID -f owner.json'],
  },
  pauseCase: {
    verb: 'pause',
    noun: 'cases',
    describe: { reason: 'Why, for the timeline and the audit log' },
    danger: async (session, call) => `Stops the clock of ${await ofCase(session, call)}.`,
    examples: ['bulkhead cases pause ID --reason "the supplier ships the fix in March" --yes'],
  },
  resumeCase: { verb: 'resume', noun: 'cases', examples: ['bulkhead cases resume ID'] },
  commentCase: {
    verb: 'comment',
    noun: 'cases',
    describe: { text: 'The note' },
    examples: ['bulkhead cases comment ID --text "reproduced on the bench"'],
  },
  linkFix: {
    verb: 'fix',
    noun: 'cases',
    describe: { softwareId: 'Id of the version that fixes it', campaign: 'Campaign that ships it' },
    examples: ['bulkhead cases fix ID --software-id ID'],
  },
  requestSupplier: {
    verb: 'request',
    noun: 'cases',
    describe: { question: 'What you want to know', contact: 'Address of the supplier', days: 'Days to answer' },
    examples: ['bulkhead cases request ID --question "Is the parser reachable in your module?" --days 14'],
  },
  getSlaPolicy: { verb: 'show', noun: 'sla-policy', examples: ['bulkhead sla-policy show -o json > sla.json'] },
  previewSlaPolicy: {
    verb: 'preview',
    noun: 'sla-policy',
    bodyFile: true,
    examples: ['bulkhead sla-policy preview -f sla.json'],
  },
  putSlaPolicy: {
    verb: 'put',
    noun: 'sla-policy',
    bodyFile: true,
    danger: async (session, { body }) => {
      const effect = (await session.call('previewSlaPolicy', { body })) as Output<Operations['previewSlaPolicy']>;
      return `Moves the due date of ${effect.moved} of ${effect.open} open cases; ${effect.newlyOverdue} would be overdue at once, ${effect.withoutClock} would have no clock.`;
    },
    examples: ['bulkhead sla-policy put -f sla.json'],
  },
};

export const vulnerabilityNouns: Readonly<Record<string, string>> = Object.freeze({
  vulnerabilities: 'Vulnerabilities and the vehicles that carry them',
  findings: 'Component versions of the fleet met by a vulnerability',
  portfolio: 'Open findings by model and ECU',
  cases: 'Work on vulnerabilities, with the clock and how much of the fleet is fixed',
  'sla-policy': 'Days until the fix, by priority and criticality',
  'compiled-files': 'Files that the build of a software version compiled, to tell kernel findings apart',
  decisions: 'Decisions about vulnerabilities, with where they hold and until when',
});
