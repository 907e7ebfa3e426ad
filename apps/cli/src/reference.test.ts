import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { operations } from '@bulkhead/contract';
import { catalogue } from './catalogue.ts';
import { cliReference } from './reference.ts';
import { runInProcess } from './testing.ts';

test('the committed reference is what the command tree says', () => {
  const committed = readFileSync(new URL('../../../docs/reference/cli.md', import.meta.url), 'utf8');

  assert.equal(committed, cliReference(), 'run `npm run generate`');
});

test('every operation of the contract has a command, or a reason to have none', () => {
  const written = [
    'getSession',
    'createImport',
    'appendImport',
    'startImport',
    'getAuditCheckpoint',
    'verifyAudit',
    'evaluateSbom',
    'createImageUpload',
    'appendImageUpload',
    'completeImageUpload',
  ];
  const browser = [
    'getSetup',
    'beginEnrolment',
    'completeEnrolment',
    'beginPasskeySignIn',
    'signInWithPasskey',
    'signInWithPassword',
    'signOut',
    'listViews',
    'saveView',
    'deleteView',
    'stream',
  ];
  const covered = new Set([...Object.keys(catalogue), ...written, ...browser]);

  assert.deepEqual(
    Object.keys(operations).filter((id) => !covered.has(id)),
    [],
  );
});

test('every example is a valid command line', async () => {
  const all = Object.values(catalogue).flatMap((spec) => spec.examples);
  // files of examples do not exist here
  const examples = all.filter((example) => !/\.(json|csr|csv|pem|txt)( |$)/.test(example.replace(/ > [\w.-]+$/, '')));

  for (const example of examples) {
    const words = example.replace(/ > [\w.-]+$/, '').match(/'[^']*'|"[^"]*"|\S+/g) ?? [];
    const args = words.slice(1).map((word) => word.replaceAll(/^['"]|['"]$/g, ''));
    const { code, err } = await runInProcess(args, { HOME: '/nonexistent' });
    assert.equal(code, 4, `${example}: ${err}`); // all is well but that nobody is signed in
  }
  assert.ok(examples.length > 40);
});
