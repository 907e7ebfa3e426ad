import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseVector } from './parse-vector.ts';
import { scoreCvss, scoresOf } from './score-cvss.ts';

const folder = fileURLToPath(new URL('../../../../../shared/data/cvss/', import.meta.url));
const skip = existsSync(folder)
  ? false
  : `the CVSS test data is not at ${folder}; run inside the workspace that has it`;

interface Case {
  readonly vector: string;
  /** Base, temporal, environmental; of CVSS 4.0 the one score. "None" = not defined. */
  readonly expected: readonly (number | undefined)[];
}

function load(): Case[] {
  return readdirSync(folder).flatMap((file) =>
    readFileSync(folder + file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [vector = '', scores = ''] = line.split(' - ');
        const numbers = scores.replace(/[() ]/g, '').split(',').filter(Boolean);
        // "-0.0" is how the data writes a rounded negative nothing.
        return { vector, expected: numbers.map((text) => (text === 'None' ? undefined : Number(text) + 0)) };
      }),
  );
}

function scoresAsInData(vector: string): (number | undefined)[] {
  const cvss = scoreCvss(vector);
  if (cvss.version === '4.0') return [cvss.environmental ?? cvss.temporal ?? cvss.base];
  if (cvss.version === '2.0') return [cvss.base, cvss.temporal, cvss.environmental];
  const { base, temporal, environmental } = scoresOf(cvss.version, parseVector(vector).metrics);
  return [base, temporal, environmental];
}

test('all 7,667 vectors have exactly the scores of the data, in each of the four versions', { skip }, () => {
  const seen = { '2.0': 0, '3.0': 0, '3.1': 0, '4.0': 0 };
  const wrong: unknown[] = [];
  for (const { vector, expected } of load()) {
    seen[scoreCvss(vector).version]++;
    const actual = scoresAsInData(vector);
    if (JSON.stringify(actual) !== JSON.stringify(expected)) wrong.push({ vector, actual, expected });
  }
  assert.deepEqual(wrong.slice(0, 10), []);
  assert.deepEqual(seen, { '2.0': 758, '3.0': 2623, '3.1': 2592, '4.0': 1694 });
});
