import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { repositoryRoot } from '../lib/repository-root.ts';
import { runProgram } from '../lib/run-program.ts';
import type { Outcome } from './outcome.ts';

const folder = mkdtempSync(join(tmpdir(), 'bulkhead-runner-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const head = "import { describe, it, test } from 'node:test';\n";
const files: Readonly<Record<string, string>> = Object.freeze({
  'good.test.ts': "test('one', () => {}); describe('suite', () => { it('two', () => {}); });",
  'bad.test.ts':
    "console.log('seen on the way'); describe('suite', () => { it('breaks', () => { throw new Error('because'); }); });",
  'skipping.test.ts': "test('needs a program', { skip: 'apt-get install openssl' }, () => {});",
  'empty.test.ts': '',
  'exiting.test.ts': "test('passes', () => {}); setTimeout(() => process.exit(3), 20);",
  'unloadable.test.ts': "import './gone.ts';",
});

/** The runner starts test processes of its own, which node:test refuses within a test: so it runs in a child. */
async function runPlanted(): Promise<Outcome> {
  for (const [name, code] of Object.entries(files)) writeFileSync(join(folder, name), head + code);
  const runner = join(repositoryRoot, 'tools/testing/run-node-tests.ts');
  const report = join(folder, 'report.json');
  const names = JSON.stringify(Object.keys(files));
  writeFileSync(
    join(folder, 'driver.ts'),
    `import { writeFileSync } from 'node:fs';
     import { runNodeTests } from ${JSON.stringify(runner)};
     const outcome = await runNodeTests(${JSON.stringify(folder)}, ${names}, new AbortController().signal);
     writeFileSync(${JSON.stringify(report)}, JSON.stringify(outcome));`,
  );
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { output } = await runProgram(process.execPath, [join(folder, 'driver.ts')], { cwd: folder, env });
  assert.doesNotThrow(() => readFileSync(report), output);
  return JSON.parse(readFileSync(report, 'utf8')) as Outcome;
}

test('the runner counts tests, names failures with their output, and lets no file end unseen', async () => {
  const outcome = await runPlanted();

  assert.equal(outcome.passed, 3, 'two good ones and the one before the exit');
  assert.equal(outcome.files, 6);
  assert.deepEqual(outcome.skips, [
    { file: 'skipping.test.ts', name: 'needs a program', reason: 'apt-get install openssl' },
  ]);
  const failed = new Map(outcome.failures.map(({ file, text }) => [file, text]));
  assert.deepEqual([...failed.keys()].sort(), [
    'bad.test.ts',
    'empty.test.ts',
    'exiting.test.ts',
    'unloadable.test.ts',
  ]);
  assert.match(failed.get('bad.test.ts') ?? '', /because[\s\S]*seen on the way/);
  assert.match(failed.get('empty.test.ts') ?? '', /holds no test/);
  assert.match(failed.get('unloadable.test.ts') ?? '', /gone\.ts/);
});
