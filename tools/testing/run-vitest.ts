import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { runProgram } from '../lib/run-program.ts';
import { type Failure, nothingRan, type Outcome, type Skip } from './outcome.ts';

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/** Runs the console's `.tsx` tests and reads the JSON report, so that both runners add up. */
export async function runVitest(root: string, files: readonly string[], stop: AbortSignal): Promise<Outcome> {
  if (files.length === 0) return nothingRan;
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-vitest-'));
  try {
    const reportFile = join(folder, 'report.json');
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const filters = files.map((file) => relative('apps/console', file));
    const args = [vitest, 'run', '--reporter=json', `--outputFile=${reportFile}`, ...filters];
    const { output } = await runProgram(process.execPath, args, { cwd: join(root, 'apps/console'), stop });
    const text = await readFile(reportFile, 'utf8').catch(() => undefined);
    if (text === undefined) return withoutReport(files.length, output);
    return readReport(root, JSON.parse(text) as VitestReport);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function withoutReport(files: number, output: string): Outcome {
  const failure = { file: 'apps/console', name: 'vitest', text: `Vitest ended without a report.\n${output}` };
  return { ...nothingRan, failures: [failure], files };
}

function readReport(root: string, report: VitestReport): Outcome {
  const failures: Failure[] = [];
  const skips: Skip[] = [];
  let passed = 0;
  for (const result of report.testResults) {
    const file = relative(root, result.name);
    for (const test of result.assertionResults) {
      if (test.status === 'passed') passed += 1;
      else if (test.status === 'failed')
        failures.push({ file, name: test.fullName, text: (test.failureMessages ?? []).join('\n') });
      else skips.push({ file, name: test.fullName, reason: test.status });
    }
    if (result.assertionResults.length === 0)
      failures.push({ file, name: file, text: result.message || 'The file holds no test.' });
    console.log(`${result.status === 'passed' ? 'ok  ' : 'FAIL'} ${file} (${result.assertionResults.length} tests)`);
  }
  return { passed, failures, skips, files: report.testResults.length };
}
