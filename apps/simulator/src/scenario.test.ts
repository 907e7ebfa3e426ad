import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseScenario, readScenario } from './scenario.ts';

const shipped = fileURLToPath(new URL('../scenarios/', import.meta.url));

test('the scenarios that come along are valid', () => {
  const names = readdirSync(shipped);

  assert.deepEqual(names.sort(), ['demo.json', 'soak.json']);
  for (const name of names) assert.ok(readScenario(`${shipped}${name}`).steps.length > 0);
});

test('steps are put in the order of their times', () => {
  const { steps } = parseScenario('{"steps":[{"at":5,"do":"rogue"},{"at":1,"do":"online","share":1}]}', 's');

  assert.deepEqual(
    steps.map(({ at }) => at),
    [1, 5],
  );
});

const faults: readonly (readonly [string, RegExp])[] = [
  ['{', /^s\.json: the scenario is not JSON/],
  ['[]', /^s\.json: the scenario must be object/],
  ['{"vehicles":1}', /^s\.json: vehicles must be >= 2/],
  ['{"vehicle":5}', /^s\.json: vehicle is not known here/],
  ['{"regions":["mars"]}', /^s\.json: regions\/0/],
  ['{"offlineShare":2}', /^s\.json: offlineShare must be <= 0.9/],
  ['{"steps":[{"at":1,"do":"explode"}]}', /^s\.json: steps\/0\/do must be one of events-burst, offline/],
  ['{"steps":[{"at":1,"do":"rogue"},{"at":2,"do":"offline"}]}', /^s\.json: steps\/1 .*share/],
  ['{"steps":[{"at":-1,"do":"rogue"}]}', /^s\.json: steps\/0\/at must be >= 0/],
  ['{"steps":[{"at":1,"do":"rogue","share":1}]}', /^s\.json: steps\/0\/share is not known here/],
  ['{"steps":[7]}', /^s\.json: steps\/0\/do must be one of/],
];

test('each fault of a scenario is named by file and path', () => {
  for (const [text, message] of faults)
    assert.throws(() => parseScenario(text, 's.json'), { code: 'simulator.bad-scenario', message }, text);
});

test('a file that is not there is said to be so', () => {
  assert.throws(() => readScenario('/no/such.json'), { code: 'simulator.bad-scenario', message: /cannot be read/ });
});
