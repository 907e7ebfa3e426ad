import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './lib/repository-root.ts';
import { runProgram } from './lib/run-program.ts';

interface Step {
  readonly name: string;
  /** A script of an installed package or of this repository, run by this very Node. */
  readonly script: string;
  readonly args: readonly string[];
  /** The step has nothing to look at while this path is absent. */
  readonly needs?: string;
  /** Why a run that ended well is not to be believed; undefined when it is. */
  readonly doubt?: (output: string) => string | undefined;
}

const typescript = 'node_modules/@typescript/native/bin/tsc';
const fewestCruised = 150;

/** "(99 modules, 251 dependencies cruised)": dependency-cruiser passes when it has seen nothing. */
function doubtCruise(output: string): string | undefined {
  const cruised = Number(/\((\d+) modules/.exec(output)?.[1] ?? 0);
  return cruised >= fewestCruised
    ? undefined
    : `only ${cruised} modules were cruised, at least ${fewestCruised} are expected`;
}

function doubtLint(output: string): string | undefined {
  return /on \d{2,} files/.test(output) ? undefined : 'oxlint looked at fewer than ten files';
}

const steps: readonly Step[] = [
  { name: 'types', script: typescript, args: ['-p', '.'] },
  { name: 'types (console)', script: typescript, args: ['-p', 'apps/console'], needs: 'apps/console/tsconfig.json' },
  { name: 'lint', script: 'node_modules/oxlint/bin/oxlint', args: ['--deny-warnings'], doubt: doubtLint },
  { name: 'format', script: 'node_modules/@biomejs/biome/bin/biome', args: ['check', '--error-on-warnings', '.'] },
  {
    name: 'boundaries',
    script: 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
    args: ['--config', '.dependency-cruiser.mjs', '--output-type', 'err', 'apps', 'packages', 'test', 'tools'],
    doubt: doubtCruise,
  },
  { name: 'unused code', script: 'node_modules/knip/bin/knip.js', args: ['--no-progress', '--no-config-hints'] },
  { name: 'generated files', script: 'tools/generate.ts', args: ['--check'], needs: 'tools/generate.ts' },
];

interface Result {
  readonly step: Step;
  readonly verdict: 'ok' | 'FAIL' | 'skip';
  readonly seconds: number;
  readonly output: string;
}

async function runStep(step: Step): Promise<Result> {
  if (step.needs !== undefined && !existsSync(join(repositoryRoot, step.needs)))
    return { step, verdict: 'skip', seconds: 0, output: `${step.needs} is absent` };
  const started = performance.now();
  const { code, output } = await runProgram(process.execPath, [step.script, ...step.args], {
    cwd: repositoryRoot,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
  });
  const seconds = (performance.now() - started) / 1000;
  const doubt = code === 0 ? step.doubt?.(output) : undefined;
  return { step, verdict: code === 0 && doubt === undefined ? 'ok' : 'FAIL', seconds, output: doubt ?? output };
}

async function main(): Promise<void> {
  const results: Result[] = [];
  for (const step of steps) {
    const result = await runStep(step);
    results.push(result);
    const note = result.verdict === 'skip' ? `  ${result.output}` : '';
    console.log(`${result.verdict.padEnd(5)} ${step.name.padEnd(16)} ${result.seconds.toFixed(1)} s${note}`);
  }
  const failed = results.filter(({ verdict }) => verdict === 'FAIL');
  for (const { step, output } of failed) console.log(`\n--- ${step.name}\n${output.trim()}`);
  console.log(
    failed.length === 0 ? '\ncheck passed' : `\ncheck failed: ${failed.map(({ step }) => step.name).join(', ')}`,
  );
  process.exitCode = failed.length === 0 ? 0 : 1;
}

await main();
