import { operations } from '@bulkhead/contract';
import { type Command, Option } from 'commander';
import { CliError } from '../error.ts';
import { type Judgement, judgeEvaluation } from '../gate/judge-evaluation.ts';
import { readPolicy } from '../gate/policy.ts';
import { addNotes } from '../notes.ts';
import { safeJson } from '../output/escape.ts';
import { createRowWriter } from '../output/rows.ts';
import { schemaOf } from '../schema.ts';
import { readBytes } from '../signing/files.ts';
import type { Terminal } from '../terminal.ts';
import { type Environment, openFor, optionsOf, textOption } from './environment.ts';

const longestSbom = 1_073_741_824;
const patience = 600_000;
const shownViolations = 20;
const order = ['failed', 'allowed', 'passed'] as const;
const columns = [
  { name: 'gate', label: 'GATE' },
  { name: 'ref', label: 'VULNERABILITY' },
  { name: 'component.name', label: 'COMPONENT' },
  { name: 'component.version', label: 'VERSION' },
  { name: 'outcome', label: 'PRIORITY' },
  { name: 'severity', label: 'SEVERITY' },
  { name: 'cvss', label: 'CVSS' },
  { name: 'epss', label: 'EPSS' },
  { name: 'kev', label: 'KEV' },
  { name: 'verdict', label: 'VERDICT' },
  { name: 'fixedIn', label: 'FIXED IN' },
  { name: 'because', label: 'BECAUSE' },
] as const;

/** `gate`: judges the SBOM of a release against all advisories and a policy file; for a build pipeline. */
export function addGate(environment: Environment, program: Command): void {
  const functions = schemaOf(operations.evaluateSbom.query).properties?.function?.enum ?? [];
  const command = program
    .command('gate')
    .description('Hold the SBOM of a release to a policy: fails with code 7 when it breaks a limit; stores nothing')
    .requiredOption('--sbom <file>', 'CycloneDX or SPDX, - for standard input')
    .requiredOption('--policy <file>', 'YAML or JSON file with the limits and exceptions')
    .addOption(
      new Option('--function <function>', 'What the ECU that will run it is for; decides priority').choices(functions),
    )
    .option('--software <name>', 'Name of the software, whose decisions hold here too')
    .addOption(
      new Option('-o, --output <format>', 'Table on a terminal, JSON elsewhere unless told').choices(['table', 'json']),
    );
  addNotes(command, {
    examples: [
      'bulkhead gate --sbom tcu-os.cdx.json --policy gate.yaml --function telematics --software tcu-os',
      'bulkhead gate --sbom tcu-os.cdx.json --policy gate.yaml -o json > gate.json',
    ],
    more: {
      'Keys of the policy': [
        'version             1',
        'maxOutcome          The most urgent priority that passes: defer, scheduled, out-of-cycle',
        'maxSeverity         The highest severity that passes: none, low, medium, high',
        'maxCvss, maxEpss    The highest score that passes',
        'failOnKev           true fails what is known to be exploited',
        'failOnUnscored      false lets pass what nobody has scored, in spite of maxSeverity or maxCvss',
        'verdicts            Which count: affected, unsure; both unless told',
        'strengths           Which ways to recognise a component count: purl, distro, cpe, alias, name; all unless told',
        'minIdentified       Percent of the components that must be matchable to advisories',
        'allow               Exceptions: ref, reason, expires (the last day), component (name or purl) if it is to be narrow',
      ],
    },
  });
  command.action(() => gate(environment, command));
}

async function gate(environment: Environment, command: Command): Promise<void> {
  const { terminal } = environment;
  const [sbom, file] = [textOption(command, 'sbom') ?? '', textOption(command, 'policy') ?? ''];
  // a policy with a fault is found before anything is sent
  const policy = readPolicy(Buffer.from(readBytes(file)).toString('utf8'), file);
  const bytes = sbom === '-' ? await terminal.readInput(longestSbom) : readBytes(sbom, longestSbom);
  const { function: purpose, software } = optionsOf(command) as GateOptions;
  const evaluation = await openFor(environment, command).client.evaluateSbom({
    query: { ...(purpose ? { function: purpose } : {}), ...(software ? { software } : {}) },
    content: new Uint8Array(bytes),
    signal: AbortSignal.timeout(patience),
  });
  const judgement = judgeEvaluation(evaluation, policy, new Date().toISOString().slice(0, 10));
  const format = textOption(command, 'output') ?? (terminal.outIsTerminal ? 'table' : 'json');
  await (format === 'json' ? terminal.out(`${safeJson(judgement, 2)}\n`) : writeTable(terminal, judgement));
  talkIdle(terminal, judgement);
  if (!judgement.passed) throw new CliError('cli.policy', inWords(judgement));
  const { components, findings, identified } = judgement;
  terminal.talk(`Passed: ${components} components (${identified} % identified), ${findings.length} findings`);
}

interface GateOptions {
  readonly function?: NonNullable<
    Parameters<ReturnType<typeof openFor>['client']['evaluateSbom']>[0]['query']
  >['function'];
  readonly software?: string;
}

async function writeTable(terminal: Terminal, { findings }: Judgement): Promise<void> {
  const rows = createRowWriter(terminal, { format: 'table', columns, chosen: true });
  // the server's order, the most urgent first, stays within each group
  const sorted = order.flatMap((gate) => findings.filter((finding) => finding.gate === gate));
  if (sorted.length > 0)
    await rows.write(sorted.map((finding) => ({ ...finding, because: finding.because.join('; ') })));
  await rows.end();
}

function talkIdle(terminal: Terminal, { idle }: Judgement): void {
  for (const { ref, why, expires } of idle)
    terminal.talk(
      why === 'expired'
        ? `The exception for ${ref} ended on ${expires}`
        : `The exception for ${ref} lets nothing through`,
    );
}

function inWords({ violations }: Judgement): string {
  const more = violations.length - shownViolations;
  const lines = violations.slice(0, shownViolations).map((line) => `\n  ${line}`);
  return `The release breaks the policy:${lines.join('')}${more > 0 ? `\n  and ${more} more` : ''}`;
}
