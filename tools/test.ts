import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './lib/repository-root.ts';
import { findTestFiles } from './testing/find-test-files.ts';
import { endLeftProcesses, markProcesses } from './testing/left-processes.ts';
import { readOptions, type TestOptions, usage } from './testing/options.ts';
import { addOutcomes, type Outcome, type Skip, summaryLine } from './testing/outcome.ts';
import { runNodeTests } from './testing/run-node-tests.ts';
import { runVitest } from './testing/run-vitest.ts';
import { startSharedDatabase } from './testing/shared-database.ts';

/** Raise it as tests are added: a run that finds fewer files than this has not looked everywhere. */
const fewestFiles = 25;

/**
 * Skips that no installation can undo: data sets that live beside the checkout and are absent, and tests for the other
 * kind of user (their reason says "root"), which .ci/run covers by running as both.
 */
function isExcused({ reason }: Skip): boolean {
  if (/\broot\b/.test(reason)) return true;
  return /\b(shared|test data)\b/.test(reason) && !existsSync(join(repositoryRoot, '../shared/data'));
}

function printProblems(outcome: Outcome): void {
  for (const { file, name, text } of outcome.failures) console.log(`\nFAILED ${file}\n  ${name}\n${indent(text)}`);
  if (outcome.skips.length > 0) console.log('\nskipped, and what to do about it:');
  for (const { file, name, reason } of outcome.skips) console.log(`  ${file}: ${name}\n    ${reason}`);
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}

/** Reasons why the run as a whole fails although no test did. */
function findFaults(outcome: Outcome, options: TestOptions): readonly string[] {
  const faults: string[] = [];
  if (outcome.passed + outcome.failures.length === 0) faults.push('no test ran');
  if (options.filters.length === 0 && outcome.files < fewestFiles)
    faults.push(`only ${outcome.files} test files were found, at least ${fewestFiles} are expected`);
  const skipped = options.noSkips ? outcome.skips.filter((skip) => !isExcused(skip)).length : 0;
  if (skipped > 0) faults.push(`${skipped} tests were skipped, and --no-skips allows none`);
  return faults;
}

async function runAll(options: TestOptions, stop: AbortSignal): Promise<Outcome> {
  const files = findTestFiles(repositoryRoot, options.filters);
  const database = await startSharedDatabase(repositoryRoot);
  try {
    const onNode = await runNodeTests(repositoryRoot, files.node, stop);
    return addOutcomes(onNode, await runVitest(repositoryRoot, files.vitest, stop));
  } finally {
    await database.stop();
  }
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    console.error(usage);
    process.exitCode = 2;
    return;
  }
  markProcesses();
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());

  const outcome = await runAll(options, stop.signal);

  printProblems(outcome);
  const left = await endLeftProcesses();
  const faults = [...findFaults(outcome, options), ...left.map((line) => `a test left this running: ${line}`)];
  for (const fault of faults) console.log(`\nFAILED: ${fault}`);
  if (stop.signal.aborted) console.log('\nFAILED: interrupted');
  const failed = outcome.failures.length + faults.length + (stop.signal.aborted ? 1 : 0);
  console.log(`\n${summaryLine(outcome.passed, failed, outcome.skips.length)}`);
  const totals = process.env['BULKHEAD_TEST_TOTALS'];
  if (totals) writeFileSync(totals, `${outcome.passed} ${failed} ${outcome.skips.length}\n`);
  // What a test left behind may still hold our pipes: do not wait for it.
  process.exit(failed > 0 ? 1 : 0);
}

await main();
