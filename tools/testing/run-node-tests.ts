import { join, relative } from 'node:path';
import type { EventData } from 'node:test';
import { run } from 'node:test';
import { inspect } from 'node:util';
import { type Failure, nothingRan, type Outcome, type Skip } from './outcome.ts';

const testTimeout = 120_000;
/** Longer than any test may take: a file that is silent for so long has ended its tests and holds something open. */
const silenceLimit = 300_000;
const keptOutput = 32_768;

type Finished = EventData.TestPass | EventData.TestFail;

interface Running {
  readonly root: string;
  readonly failures: Failure[];
  readonly skips: Skip[];
  readonly output: Map<string, string>;
  readonly counts: Map<string, number>;
  passed: number;
}

/**
 * Runs each file in its own process, two at a time, and counts tests (not suites). A file without any test is a failure:
 * node:test reports it as one passed test that bears the name of the file.
 */
export async function runNodeTests(root: string, files: readonly string[], stop: AbortSignal): Promise<Outcome> {
  if (files.length === 0) return nothingRan;
  const running: Running = { root, failures: [], skips: [], output: new Map(), counts: new Map(), passed: 0 };
  const silence = new AbortController();
  const paths = files.map((file) => join(root, file));
  const signal = AbortSignal.any([stop, silence.signal]);
  const events = run({ files: paths, cwd: root, isolation: 'process', concurrency: 2, timeout: testTimeout, signal });
  let watchdog = setTimeout(() => silence.abort(), silenceLimit);

  for await (const event of events) {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => silence.abort(), silenceLimit);
    if (event.type === 'test:pass') notePass(running, event.data);
    else if (event.type === 'test:fail') noteFailure(running, event.data);
    else if (event.type === 'test:stdout' || event.type === 'test:stderr') noteOutput(running, event.data);
    else if (event.type === 'test:summary' && event.data.file !== undefined) printFile(running, event.data);
  }
  clearTimeout(watchdog);
  return { passed: running.passed, failures: withOutput(running), skips: running.skips, files: files.length };
}

const isSuite = (data: Finished) => data.details.type === 'suite';
const isFileItself = (data: Finished) => data.nesting === 0 && data.name === data.file;
const fileOf = (running: Running, file: string | undefined) => relative(running.root, file ?? running.root);

function notePass(running: Running, data: EventData.TestPass): void {
  const file = fileOf(running, data.file);
  if (isFileItself(data)) {
    running.failures.push({ file, name: file, text: 'The file holds no test.' });
  } else if (data.skip !== undefined) {
    // A skipped suite counts once: its tests were never listed.
    running.skips.push({
      file,
      name: data.name,
      reason: typeof data.skip === 'string' ? data.skip : 'no reason given',
    });
  } else if (!isSuite(data)) {
    running.passed += 1;
    running.counts.set(file, (running.counts.get(file) ?? 0) + 1);
  }
}

function noteFailure(running: Running, data: EventData.TestFail): void {
  const file = fileOf(running, data.file);
  const { error } = data.details;
  if (data.todo !== undefined) {
    running.skips.push({ file, name: data.name, reason: 'marked as to do, and fails' });
    return;
  }
  const fromChildren = 'failureType' in error && error.failureType === 'subtestsFailed';
  if (isSuite(data) && fromChildren) return;
  // of a file that outlives its time limit all tests may have passed: it holds a timer, a socket or a server open
  const text = isFileItself(data)
    ? `The file ended with an error outside its tests: ${inspect(error.cause ?? error)}`
    : inspect(error.cause ?? error);
  running.failures.push({ file, name: data.name, text });
}

function noteOutput(running: Running, data: EventData.TestStderr | EventData.TestStdout): void {
  const file = fileOf(running, data.file);
  const text = (running.output.get(file) ?? '') + data.message;
  running.output.set(file, text.slice(-keptOutput));
}

function printFile(running: Running, data: EventData.TestSummary): void {
  const file = fileOf(running, data.file);
  const passed = running.counts.get(file) ?? 0;
  const verdict = data.success ? 'ok  ' : 'FAIL';
  console.log(`${verdict} ${file} (${passed} passed, ${Math.round(data.duration_ms)} ms)`);
}

/** What a failing file wrote goes with its last failure. */
function withOutput(running: Running): readonly Failure[] {
  const last = new Map(running.failures.map((failure) => [failure.file, failure]));
  return running.failures.map((failure) => {
    const output = running.output.get(failure.file)?.trim();
    if (last.get(failure.file) !== failure || !output) return failure;
    return { ...failure, text: `${failure.text}\n--- output of ${failure.file}\n${output}` };
  });
}
